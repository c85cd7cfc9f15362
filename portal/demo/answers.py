"""What readers of the demo have said under its resources, so that editors see a demand."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import localtime

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress
from resources.models import ReaderCount, Said

from .files import LANGUAGES, read_yaml

DAYS = 21  # over how many days the answers came


def load_answers(progress: Progress, *, now: datetime) -> None:
    """Answers of the last three weeks, once: those that come later are real visitors' own."""
    is_new = not ReaderCount.objects.exists()
    rows = []
    for entry in read_yaml("answers.yaml"):
        key = f"resources/{entry['resource']}"
        for said in Said.values:
            for place, code in enumerate(LANGUAGES):
                rows += spread(stable_id(key), code, said, entry[said][place], now=now)
        progress.note(f"answers/{entry['resource']}", changed=is_new)
    if is_new:
        ReaderCount.objects.bulk_create(rows)


def spread(page_key: str, language: str, said: str, number: int, *, now: datetime) -> list[ReaderCount]:
    """`number` answers, at most two a day, from yesterday backwards."""
    today = localtime(now).date()
    days = [today - timedelta(days=1 + each % DAYS) for each in range(number)]
    return [
        ReaderCount(page_key=page_key, language=language, said=said, day=day, number=days.count(day))
        for day in sorted(set(days))
    ]

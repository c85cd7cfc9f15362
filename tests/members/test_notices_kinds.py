"""Every letter either always comes, for a reason that people read, or is chosen: none is forgotten."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from django.apps import apps

from members.notices.kinds import ALWAYS, BY_CHOICE, COLLECTED, DEFAULTS, MEANING, Kind

ROOT = Path(__file__).parents[2]
FRAMES = {"letters/letter.txt", "letters/notice.txt"}


def templates() -> set[str]:
    """The letters of all of our apps, by the names under which they are rendered; not what they have in common."""
    found = set()
    for app in apps.get_app_configs():
        folder = Path(app.path) / "templates"
        if folder.is_relative_to(ROOT) and ".venv" not in folder.parts:
            files = [*folder.glob("**/letters/*.txt"), *folder.glob("**/email/*.txt")]
            found |= {str(file.relative_to(folder)) for file in files}
    return found - FRAMES


def test_every_letter_is_classified_once() -> None:
    classified = Counter([*BY_CHOICE, COLLECTED, *(name for names in ALWAYS.values() for name in names)])
    assert templates() == set(classified), "an entry in members/notices/kinds.py is missing"
    assert [name for name, n in classified.items() if n > 1] == []


def test_every_kind_has_a_letter_a_meaning_and_a_pace_to_begin_with() -> None:
    assert set(Kind) == set(BY_CHOICE.values()) == set(MEANING) == set(DEFAULTS)

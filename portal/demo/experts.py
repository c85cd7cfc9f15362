"""The people who hold workshops and stand on pages."""

from __future__ import annotations

from datetime import datetime

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress, Texts, ensure_translated_snippet
from pooling.workshops.models import Expert

from .files import LANGUAGES, read_yaml


def load_experts(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("experts.yaml"):
        texts: Texts = {code: {"role": entry["role"][code], "bio": entry["bio"][code]} for code in LANGUAGES}
        key = f"experts/{entry['key']}"
        _expert, changed = ensure_translated_snippet(Expert, key=key, texts=texts, shared={"name": entry["name"]})
        progress.note(key, changed=changed)


def german_expert(key: str) -> Expert:
    return Expert.objects.get(translation_key=stable_id(f"experts/{key}"), locale__language_code=LANGUAGES[0])

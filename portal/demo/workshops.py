"""The steps that load workshops: experts and pages."""

from __future__ import annotations

from datetime import datetime

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress, Texts, ensure_translated_page, ensure_translated_snippet
from pooling.workshops.models import Expert, WorkshopIndexPage, WorkshopPage

from .files import LANGUAGES, names, read_documents, read_yaml, texts_of
from .texts import german_home


def load_experts(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("experts.yaml"):
        texts: Texts = {code: {"role": entry["role"][code], "bio": entry["bio"][code]} for code in LANGUAGES}
        key = f"experts/{entry['key']}"
        _expert, changed = ensure_translated_snippet(Expert, key=key, texts=texts, shared={"name": entry["name"]})
        progress.note(key, changed=changed)


def load_workshops(progress: Progress, *, now: datetime) -> None:
    texts = texts_of(read_documents("workshops", "index"), ["title", "slug", "lead", "search_description"])
    for fields in texts.values():
        del fields["body"]
    index, changed = ensure_translated_page(
        WorkshopIndexPage, key="workshops/index", parent=german_home(), texts=texts, shared={"show_in_menus": True}
    )
    progress.note("workshops/index", changed=changed)
    for name in names("workshops"):
        documents = read_documents("workshops", name)
        front = documents[LANGUAGES[0]].front
        experts = [german_expert(key) for key in front["experts"]]
        _page, changed = ensure_translated_page(
            WorkshopPage,
            key=f"workshops/{name}",
            parent=index,
            texts=texts_of(documents, ["title", "slug", "summary", "search_description", "venue", "audience"]),
            shared={"format": front["format"], "spoken": front["spoken"], "experts": experts},
        )
        progress.note(f"workshops/{name}", changed=changed)


def german_expert(key: str) -> Expert:
    return Expert.objects.get(translation_key=stable_id(f"experts/{key}"), locale__language_code=LANGUAGES[0])

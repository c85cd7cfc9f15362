"""The step that loads the pages of workshops."""

from __future__ import annotations

from datetime import datetime

from home.content_files.pages import Progress, ensure_translated_page
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage

from .experts import german_expert
from .files import LANGUAGES, names, read_documents, texts_of
from .texts import german_home


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

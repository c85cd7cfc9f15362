"""The steps that load what is read: topics, the home page, plain pages, the library."""

from __future__ import annotations

from datetime import datetime

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress, Texts, ensure_translated_page, ensure_translated_snippet
from home.content_files.reading import ContentError
from home.models import HomePage, Purpose, StandardPage, Topic
from home.tree import ensure_site
from resources.importing import import_resources
from resources.models import ResourceIndexPage

from .about import with_picture_people_and_links
from .everywhere import fields_of_every_page
from .files import CONTENT, LANGUAGES, names, read_documents, read_one, read_yaml, texts_of

IN_MENU = {"about"}
PURPOSES = {"terms": Purpose.TERMS, "privacy": Purpose.PRIVACY, "accessibility": Purpose.ACCESSIBILITY}


def load_topics(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("topics.yaml"):
        texts: Texts = {code: {"name": entry["name"][code], "slug": entry["slug"][code]} for code in LANGUAGES}
        _topic, changed = ensure_translated_snippet(Topic, key=f"topics/{entry['key']}", texts=texts)
        progress.note(f"topics/{entry['key']}", changed=changed)


def load_home(progress: Progress, *, now: datetime) -> None:
    """The home page. What stands on every page leads to others, so it comes once these are there: this runs twice."""
    home = ensure_site()
    site = read_yaml("site.yaml")
    documents = read_one("home")
    texts = texts_of(documents, ["title", "headline", "lead", "search_description"])
    everywhere = fields_of_every_page()
    for code, fields in texts.items():
        fields |= everywhere[code]
        fields["slug"] = code
        fields["tagline"], fields["footer_line"] = site["tagline"][code], site["footer"][code]
        fields["steps"] = [
            {"type": "step", "value": step, "id": stable_id("home", "step", position)}
            for position, step in enumerate(documents[code].front["steps"])
        ]
    _page, changed = ensure_translated_page(HomePage, key="home", parent=home.get_parent(), texts=texts, existing=home)
    progress.note("home", changed=changed)


def load_pages(progress: Progress, *, now: datetime) -> None:
    home = german_home()
    for name in names("pages"):
        texts = texts_of(read_documents("pages", name), ["title", "slug", "search_description"])
        if name == "about":
            for code, fields in texts.items():
                fields["body"] = with_picture_people_and_links(fields["body"], code)
        _page, changed = ensure_translated_page(
            StandardPage,
            key=f"pages/{name}",
            parent=home,
            texts=texts,
            shared={
                "show_in_menus": name in IN_MENU,
                "in_footer": name not in IN_MENU,
                "purpose": PURPOSES.get(name, ""),
            },
        )
        progress.note(f"pages/{name}", changed=changed)


def load_resources(progress: Progress, *, now: datetime) -> None:
    texts = texts_of(read_one("library"), ["title", "slug", "lead", "search_description"])
    for fields in texts.values():
        del fields["body"]
    _index, changed = ensure_translated_page(
        ResourceIndexPage, key="resources/index", parent=german_home(), texts=texts, shared={"show_in_menus": True}
    )
    progress.note("resources/index", changed=changed)
    report = import_resources(CONTENT / "resources")
    if report.refused:
        raise ContentError("\n".join(str(refusal) for refusal in report.refused))
    for key in report.keys:
        progress.note(f"resources/{key}", changed=key in report.written)


def german_home() -> HomePage:
    """The home page that everything lies below."""
    return HomePage.objects.get(locale__language_code=LANGUAGES[0])

"""The directory as it is asked for by an address: filters that combine, words, and pages. Reads only.

A choice that there is not is ignored, so that an old or mistyped address still shows something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.utils.functional import cached_property

from home.models import Topic
from home.structured import Data, document, thing

from .models import LANGUAGES, DirectoryEntry

PER_PAGE = 24
MOST_CHARACTERS = 100  # of what is looked for


class Directory:
    """`asked` are the parameters of the address, `language` is the reader's."""

    def __init__(self, *, asked: Mapping[str, str], language: str) -> None:
        self.asked, self.language = asked, language
        self.text = " ".join(asked.get("q", "").replace("\0", " ").split())[:MOST_CHARACTERS]

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """Canton and language of those that are shown, each pair once."""
        shown = DirectoryEntry.objects.shown().order_by().values_list("organisation__canton", "organisation__language")
        return list(shown.distinct())

    @property
    def cantons(self) -> list[str]:
        return sorted({canton for canton, _language in self.places})

    @property
    def languages(self) -> list[tuple[str, str]]:
        used = {language for _canton, language in self.places}
        return [(code, name) for code, name in LANGUAGES if code in used]

    @cached_property
    def topics(self) -> list[Topic]:
        """Topics that somebody chose, in the reader's language."""
        chosen = DirectoryEntry.objects.shown().order_by().values("topics__translation_key")
        found = Topic.objects.filter(translation_key__in=chosen, locale__language_code=self.language)
        return list(found)

    @property
    def topic_options(self) -> list[tuple[str, str]]:
        return [(topic.slug, topic.name) for topic in self.topics]

    @property
    def canton_options(self) -> list[tuple[str, str]]:
        return [(canton, canton) for canton in self.cantons]

    @property
    def canton(self) -> str:
        return self.asked.get("canton", "") if self.asked.get("canton") in self.cantons else ""

    @property
    def speaks(self) -> str:
        return self.asked.get("language", "") if self.asked.get("language") in dict(self.languages) else ""

    @cached_property
    def topic(self) -> Topic | None:
        return next((topic for topic in self.topics if topic.slug == self.asked.get("topic")), None)

    @property
    def chosen(self) -> dict[str, str]:
        values = {"q": self.text, "canton": self.canton, "language": self.speaks}
        values["topic"] = self.topic.slug if self.topic else ""
        return {name: value for name, value in values.items() if value}

    @property
    def query(self) -> str:
        """What an address needs to show the same on another page."""
        return urlencode(self.chosen)

    @cached_property
    def page(self) -> PaginatorPage[Any]:
        """The entries shown. A page that there is not is the nearest that there is."""
        found = DirectoryEntry.objects.shown().with_words(self.text)
        if self.canton:
            found = found.filter(organisation__canton=self.canton)
        if self.speaks:
            found = found.filter(organisation__language=self.speaks)
        if self.topic:
            # A subquery: an entry whose topic was chosen in two languages is one entry all the same.
            about = DirectoryEntry.objects.filter(topics__translation_key=self.topic.translation_key)
            found = found.filter(pk__in=about.values("pk"))
        page = Paginator(found, PER_PAGE).get_page(self.asked.get("page", "1"))
        page.object_list = list(page.object_list)
        for entry in page.object_list:
            entry.about, entry.about_language = entry.sentence(self.language)
        return page


def organisation_data(entry: DirectoryEntry, *, about: str, url: str) -> Data:
    """The organisation in the words of schema.org, as far as its page shows it."""
    of = entry.organisation
    place = thing("PostalAddress", addressLocality=of.town, addressRegion=of.canton, addressCountry=of.country)
    return document("Organization", name=of.name, description=about, url=of.website or url, address=place)

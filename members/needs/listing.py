"""Needs as they are asked for by an address, and those that resemble what somebody writes. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db.models import Q
from django.utils.functional import cached_property

from home.models import Topic
from home.stemming import stems
from members.models import LANGUAGES

from .models import SHOWN, Need, NeedState

PER_PAGE = 20
MOST_SIMILAR = 3
MOST_STEMS = 40
WORTH_SHOWING = 2  # words in common; one in the title counts twice


class Needs:
    """`asked` are the parameters of the address, `language` is the reader's. A choice that there is not is ignored."""

    def __init__(self, *, asked: Mapping[str, str], language: str) -> None:
        self.asked, self.language = asked, language

    @cached_property
    def topics(self) -> list[Topic]:
        """Topics of needs, in the reader's language."""
        used = Need.objects.shown().values("topic__translation_key")
        return list(Topic.objects.filter(translation_key__in=used, locale__language_code=self.language))

    @property
    def topic_options(self) -> list[tuple[str, str]]:
        return [(topic.slug, topic.name) for topic in self.topics]

    @property
    def languages(self) -> list[tuple[str, str]]:
        return LANGUAGES

    @property
    def states(self) -> list[tuple[str, Any]]:
        return [(state.value, state.label) for state in SHOWN]

    @cached_property
    def topic(self) -> Topic | None:
        return next((topic for topic in self.topics if topic.slug == self.asked.get("topic")), None)

    @property
    def written_in(self) -> str:
        return self.asked.get("language", "") if self.asked.get("language") in dict(LANGUAGES) else ""

    @property
    def state(self) -> str:
        return self.asked.get("state", "") if self.asked.get("state") in SHOWN else ""

    @property
    def query(self) -> str:
        """What an address needs to show the same on another page."""
        chosen = {"topic": self.topic.slug if self.topic else "", "language": self.written_in, "state": self.state}
        return urlencode({name: value for name, value in chosen.items() if value})

    @cached_property
    def page(self) -> PaginatorPage[Any]:
        """The needs shown, the most wanted first. A page that there is not is the nearest that there is."""
        found = Need.objects.shown()
        if self.topic:
            found = found.filter(topic__translation_key=self.topic.translation_key)
        if self.written_in:
            found = found.filter(language=self.written_in)
        if self.state:
            found = found.filter(state=self.state)
        page = Paginator(found.counted().prefetch_related("translations"), PER_PAGE).get_page(self.asked.get("page"))
        page.object_list = in_language(page.object_list, self.language)
        return page


def in_language(needs: Any, language: str) -> list[Need]:
    """Each with what is shown of it to somebody who reads `language`."""
    found = list(needs)
    for need in found:
        need.shown_title, need.shown_text, need.shown_language = need.in_language(language)
    return found


def similar(*, title: str, text: str, language: str) -> list[Need]:
    """Needs in the same language with words in common that tell something, the most alike first."""
    titled = set(stems(title, language))
    words = list(dict.fromkeys([*titled, *stems(text, language)]))[:MOST_STEMS]
    if not words:
        return []
    any_of = reduce(or_, [Q(stems__contains=f" {word} ") for word in words])
    lively = Need.objects.filter(any_of, language=language, state__in=[NeedState.OPEN, *SHOWN[1:3]])
    scored = []
    for need in lively.counted().prefetch_related("translations"):
        theirs = set(stems(need.title, language))
        score = sum(1 + (word in titled and word in theirs) for word in words if f" {word} " in need.stems)
        scored.append((score, need))
    best = sorted(scored, key=lambda pair: -pair[0])[:MOST_SIMILAR]
    return in_language([need for score, need in best if score >= WORTH_SHOWING], language)

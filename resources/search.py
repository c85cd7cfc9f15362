"""Search over resources, workshops and pages of one language. Reads only.

A text is found if it has all the words that were asked for, in whatever number or case, with or without accents. If no
text has all of them, words may be beginnings of its words; else one of them is enough. Those with the words in their
title come first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.contrib.postgres.search import SearchVectorExact as Exact
from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Case, Count, Func, Q, QuerySet, Value, When
from wagtail.models import Page

from home.models import Topic
from home.stemming import stems

from .search_entry import Kind, SearchEntry
from .snippets import snippet

MOST_CHARACTERS = 200  # of what is asked for
MOST_STEMS = 12
PER_PAGE = 20


class Vector(Func):
    """The column that PostgreSQL makes of an entry's stems, which no other database has."""

    template = f'"{SearchEntry._meta.db_table}"."vector"'
    output_field = SearchVectorField()


def has_vectors() -> bool:
    return connection.vendor == "postgresql"


class Matched(StrEnum):
    """How well the texts that were found fit."""

    ALL = "all"  # each has all words
    BEGINNINGS = "beginnings"  # each has words that begin so
    SOME = "some"  # each has one of the words


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `kind`, `format` and `level` are empty, and `topic` is None, where it may be any."""

    text: str
    language: str
    kind: str = ""
    topic: Topic | None = None
    format: str = ""
    level: str = ""

    @property
    def stems(self) -> list[str]:
        """Each word's stem once."""
        return list(dict.fromkeys(stems(self.text[:MOST_CHARACTERS], self.language)))[:MOST_STEMS]


@dataclass(frozen=True)
class Results:
    """One page of what was found, best first, and how many there are of each kind."""

    entries: PaginatorPage[SearchEntry]
    counts: dict[str, int]
    matched: Matched
    was_cut: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def search(wanted: Wanted, *, hidden: QuerySet[Page], page: str = "1") -> Results | None:
    """What fits, but for the pages that are `hidden`. None if nothing tells what is meant, such as punctuation only.

    A `page` that there is not is the nearest that there is.
    """
    words = wanted.stems
    if not words:
        return None
    entries = filtered(SearchEntry.objects.filter(language=wanted.language).exclude(page__in=hidden), wanted)
    ways = list(Matched) if len(words) > 1 else [Matched.ALL, Matched.BEGINNINGS]  # one of one word is all of them
    for matched in ways:
        found = matching(entries, words, matched)
        counts = dict(found.order_by().values_list("kind").annotate(n=Count("pk")))
        if counts:
            break
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    # Sorting keys alone is much cheaper than sorting whole texts, of which only these few are needed.
    best = in_order(found, words, matched).values_list("pk", flat=True)
    paginator = Paginator(best if counts else [], PER_PAGE)
    paginator.count = counts.get(wanted.kind, 0) if wanted.kind else sum(counts.values())
    shown = paginator.get_page(page)
    keys = list(shown.object_list)
    entries_by_key = SearchEntry.objects.select_related("page", "page__locale").in_bulk(keys)
    shown.object_list = [entries_by_key[key] for key in keys if key in entries_by_key and entries_by_key[key].page.live]
    for entry in shown.object_list:
        entry.snippet = snippet(entry.text, words, wanted.language) or entry.summary
    return Results(shown, counts, matched, was_cut=len(wanted.text) > MOST_CHARACTERS)


def filtered(entries: QuerySet[SearchEntry], wanted: Wanted) -> QuerySet[SearchEntry]:
    if wanted.topic is not None:
        key = wanted.topic.translation_key
        about = Q(page__resourcepage__topics__translation_key=key) | Q(page__workshoppage__topics__translation_key=key)
        entries = entries.filter(pk__in=SearchEntry.objects.filter(about).values("pk"))
    if wanted.format:
        entries = entries.filter(page__resourcepage__format=wanted.format)
    if wanted.level:
        entries = entries.filter(page__resourcepage__level=wanted.level)
    return entries


def matching(entries: QuerySet[SearchEntry], words: list[str], matched: Matched) -> QuerySet[SearchEntry]:
    return with_vectors(entries).filter(fits(words, matched))


def with_vectors(entries: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
    return entries.alias(vector=Vector()) if has_vectors() else entries


def fits(words: list[str], matched: Matched) -> Q:
    """Matches entries `with_vectors` that have the words."""
    if has_vectors():
        return Q(vector=query(words, matched))
    ending = "" if matched == Matched.BEGINNINGS else " "
    has = [Q(stems__contains=f" {word}{ending}") | Q(title_stems__contains=f" {word}{ending}") for word in words]
    joined: Callable[[Q, Q], Q] = or_ if matched == Matched.SOME else and_
    return reduce(joined, has)


def in_order(entries: QuerySet[SearchEntry], words: list[str], matched: Matched) -> QuerySet[SearchEntry]:
    """Those with the words in their title first; then the better the more often they stand in the text, on PostgreSQL;
    then the newest.
    """
    if has_vectors():
        return entries.annotate(
            in_title=Exact(Vector(), query(words, matched, "A")),
            rank=SearchRank(Vector(), query(words, matched)),
        ).order_by("-in_title", "-rank", "-published_at", "pk")
    ending = "" if matched == Matched.BEGINNINGS else " "
    titled = reduce(and_, [Q(title_stems__contains=f" {word}{ending}") for word in words])
    in_title: Any = Case(When(titled, then=Value(1)), default=Value(0))
    return entries.annotate(in_title=in_title).order_by("-in_title", "-published_at", "pk")


def query(words: list[str], matched: Matched, weight: str = "") -> SearchQuery:
    """The query in PostgreSQL's own language. Stems are letters and digits only, so none of them is an operator.

    https://www.postgresql.org/docs/current/datatype-textsearch.html
    """
    mark = f":{'*' if matched == Matched.BEGINNINGS else ''}{weight}".rstrip(":")
    joined = (" | " if matched == Matched.SOME else " & ").join(f"{word}{mark}" for word in words)
    return SearchQuery(joined, config="simple", search_type="raw")


def hits_elsewhere(text: str, *, language: str, hidden: QuerySet[Page], languages: list[str]) -> dict[str, int]:
    """How many texts of the other languages have all the words: for whoever found nothing."""
    asked = {code: Wanted(text, code).stems for code in languages if code != language}
    either = [Q(language=code) & fits(words, Matched.ALL) for code, words in asked.items() if words]
    if not either:
        return {}
    found = with_vectors(SearchEntry.objects.exclude(page__in=hidden)).filter(reduce(or_, either))
    counts = dict(found.order_by().values_list("language").annotate(n=Count("pk")))
    return {code: counts[code] for code in languages if code in counts}


def kinds(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """Value, name and number of each kind of which something was found."""
    return [(value, str(label), counts[value]) for value, label in Kind.choices if value in counts]

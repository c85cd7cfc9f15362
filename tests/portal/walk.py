"""Reads a page as a person does, and finds text in it that is not in the page's language."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polib
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail_localize.models import String, StringTranslation

from members.meetings.models import Text
from members.needs.models import Need
from portal.catalogues import catalogues

LANGUAGES = ("de", "fr", "it")
INLINE = {"a", "abbr", "b", "cite", "code", "em", "i", "mark", "q", "small", "span", "strong", "sub", "sup", "time"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "template"}
SPOKEN = ("alt", "title", "aria-label", "aria-description", "placeholder", "data-working")
BETWEEN = " \N{PILCROW SIGN} "  # two blocks are not one sentence
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[ds]|\{[^}]*\}")
# What catalogues of packages say on our pages.
PACKAGES = [("django", "conf/locale"), ("django", "contrib/auth/locale"), ("allauth", "locale")]
# Words that none of the other languages has: they give away a text that no catalogue and no segment knows.
GIVEAWAYS = {
    "en": "the|and|your|you|with|this|please|which",
    "de": "und|nicht|wird|werden|für|sind|oder|Ihre?",
    "fr": "vous|votre|vos|pour|avec|les|une|est",
    "it": "che|della|delle|Suo|Sua|sono|gli|questa|questo",
}
FOREIGN_WORDS = 4
ENGLISH_WORDS = 2


class Page(HTMLParser):
    """`lang` of <html>, and the text by the language that its elements are marked with."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.lang = ""
        self.parts: dict[str, list[str]] = defaultdict(list)
        self.open: list[tuple[str, str]] = []  # elements with their language
        self.unseen = 0
        self.feed(source)
        self.close()

    @property
    def texts(self) -> dict[str, str]:
        return {language: plain("".join(parts)) for language, parts in self.parts.items()}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        language = given.get("lang", self.open[-1][1] if self.open else "")
        if tag == "html":
            self.lang = language
        self.unseen += tag in UNSEEN
        if tag not in INLINE:
            self.parts[language].append(BETWEEN)
        for said in spoken(tag, given):
            self.parts[language] += [BETWEEN, said, BETWEEN]
        if tag not in VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _language in self.open}:
            return
        while True:
            name, language = self.open.pop()
            self.unseen -= name in UNSEEN
            if name not in INLINE:
                self.parts[language].append(BETWEEN)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts[self.open[-1][1] if self.open else ""].append(data)


def spoken(tag: str, given: dict[str, str]) -> Iterator[str]:
    """Attributes that are read out or shown."""
    yield from (given[name] for name in SPOKEN if name in given)
    if tag == "meta" and given.get("name") == "description":
        yield given.get("content", "")
    if tag == "input" and given.get("type") in ("submit", "button"):
        yield given.get("value", "")


def plain(text: str) -> str:
    """Without markup, entities and odd spaces, and with the signs of a keyboard, as in the catalogues."""
    said = html.unescape(re.sub(r"<[^>]+>", "", text)).replace("\u00ad", "")
    return " ".join(said.replace("’", "'").replace("\N{NON-BREAKING HYPHEN}", "-").split())


def pieces(message: str, *, words: int) -> Iterator[str]:
    """What stands between a message's placeholders, if it has as many words."""
    for piece in PLACEHOLDER.split(message):
        text = plain(piece).strip(" .,:;!?()“”«»")
        if len(re.findall(r"[^\W\d_]+", text)) >= words:
            yield text


@dataclass(frozen=True)
class Speech:
    """What the site may say in a language, and what it must not say there."""

    language: str
    own: str
    foreign: dict[str, str]  # phrase to its language
    english: list[str]
    quoted: tuple[str, ...] = ()  # what people wrote in one language, and what is shown as such in all

    def without_quotes(self, text: str) -> str:
        for quote in (*self.quoted, BETWEEN.strip()):
            text = text.replace(quote, "")
        return text

    def findings(self, texts: dict[str, str], *, where: str) -> list[str]:
        """A line for each phrase of another language in `texts` (by the language that they are marked with)."""
        found = []
        for marked, text in texts.items():
            if marked == self.language:
                found += [
                    f"{where}: {language}: {phrase}" for phrase, language in self.foreign.items() if phrase in text
                ]
                found += [f"{where}: {word}" for word in given_away(text, self.language)]
            elif plain(self.without_quotes(text)).lower() not in OTHER_LANGUAGES:
                found.append(f"{where}: marked as {marked or 'no language'}: {text.strip(' ¶')[:80]}")
            found += [
                f"{where}: English: {phrase}" for phrase in self.english if phrase in text and whole(phrase, text)
            ]
        return found


# The switcher's links, which are in the language that they lead to.
OTHER_LANGUAGES = {"", "deutsch", "français", "italiano", "deutschde", "françaisfr", "italianoit"}


def given_away(text: str, own: str) -> Iterator[str]:
    """Words of another language, with what stands around them."""
    for language, words in GIVEAWAYS.items():
        if language != own:
            for found in re.finditer(rf"\b({words})\b", text):
                yield f"{language} word: {text[max(0, found.start() - 30) : found.end() + 30]}"


def whole(phrase: str, text: str) -> bool:
    """Whether the words of `phrase` stand in `text` as words, and not as parts of longer ones."""
    return bool(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text))


def entries(paths: Iterable[Path]) -> list[polib.POEntry]:
    return [entry for path in paths for entry in polib.pofile(str(path)) if not entry.obsolete]


def says(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr, *entry.msgstr_plural.values()]


@cache
def our_catalogue(language: str) -> list[polib.POEntry]:
    return entries(path for path in catalogues() if path.parent.parent.name == language)


@cache
def packages_catalogue(language: str) -> list[polib.POEntry]:
    paths = (Path(str(files(package))) / folder / language / "LC_MESSAGES/django.po" for package, folder in PACKAGES)
    return entries(path for path in paths if path.exists())


def content(language: str) -> list[str]:
    """The segments of pages and snippets: German as it was written, the others as they were translated."""
    if language == LANGUAGES[0]:
        found = String.objects.filter(locale__language_code=language)
    else:
        found = StringTranslation.objects.filter(locale__language_code=language)
    return [plain(text) for text in found.values_list("data", flat=True)]


def speech(language: str) -> Speech:
    """Built from the catalogues, and from what the database holds of the site's pages."""
    segments = {code: content(code) for code in LANGUAGES}
    # A translation that says the same as its source is none.
    source = set() if language == LANGUAGES[0] else set(segments[LANGUAGES[0]])
    phrases: dict[str, set[str]] = {}
    own = ""
    for code in LANGUAGES:
        messages = [text for entry in our_catalogue(code) for text in says(entry)]
        if code == language:
            packages = [text for entry in packages_catalogue(code) for text in says(entry)]
            translated = [text for text in segments[code] if text not in source]
            own = BETWEEN.join([*translated, *map(plain, messages), *map(plain, packages)])
        texts = [*segments[code], *messages]
        phrases[code] = {phrase for text in texts for phrase in pieces(text, words=FOREIGN_WORDS)}
    foreign = {phrase: code for code in LANGUAGES if code != language for phrase in phrases[code] if phrase not in own}
    sources = [
        entry for entry in [*our_catalogue(language), *packages_catalogue(language)] if entry.msgid not in says(entry)
    ]
    titles = [*Need.objects.values_list("title", flat=True), *Text.objects.values_list("title", flat=True)]
    needs = sorted(titles, key=len, reverse=True)
    english_phrases = {
        phrase
        for entry in sources
        for text in [entry.msgid, entry.msgid_plural or ""]
        for phrase in pieces(text, words=ENGLISH_WORDS)
        if not whole(phrase, own)
    }
    return Speech(language, own, foreign, sorted(english_phrases), tuple(map(plain, needs)))


class Walker:
    """Opens pages in one language and keeps what is wrong with them."""

    def __init__(self, language: str, said: Speech) -> None:
        self.language, self.said = language, said
        self.found: list[str] = []
        self.seen = 0

    def url(self, name: str, *args: Any) -> str:
        with translation.override(self.language):
            return reverse(name, args=args)

    def get(self, client: Client, path: str, *, status: int = 200, **options: Any) -> HttpResponse:
        return self.look(client.get(local(path), **options), where=path, status=status)

    def post(self, client: Client, path: str, data: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """Follows redirects to the page that one sees in the end."""
        return self.look(client.post(local(path), data, follow=True), where=f"POST {path}", status=status)

    def look(self, response: HttpResponse, *, where: str, status: int = 200) -> HttpResponse:
        self.seen += 1
        if response.status_code != status:
            self.found.append(f"{where}: {response.status_code} and not {status}")
        page = Page(response.content.decode())
        if page.lang != self.language:
            self.found.append(f'{where}: <html lang="{page.lang}">')
        self.found += self.said.findings(page.texts, where=where)
        return response


def local(address: str) -> str:
    """The path of an address of ours."""
    return urlsplit(address).path

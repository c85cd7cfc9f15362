"""A passage of a text around the words that somebody looks for, with these words marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from home.stemming import WORD, fold, stem

LENGTH = 220  # characters
BEFORE = 60  # characters before the first word that is marked
ALIKE = 3  # first letters that a word and its stem have in common; only such words are brought to their stem


def snippet(text: str, words: Sequence[str], language: str) -> SafeString | str:
    """`words` are stems. Empty if the text has none of them."""
    first = next(places(text, words, language), None)
    if first is None:
        return ""
    start = word_start(text, max(0, first[0] - BEFORE))
    end = word_end(text, min(len(text), start + LENGTH))
    passage = text[start:end]
    parts, at = [], 0
    for begins, ends in places(passage, words, language):
        parts += [(passage[at:begins], "", "", ""), ("", *marked(passage[begins:ends]))]
        at = ends
    parts.append((passage[at:], "", "", ""))
    return format_html(
        "{}{}{}",
        "… " if start else "",
        format_html_join("", "{}{}{}{}", parts),
        " …" if end < len(text) else "",
    )


def marked(word: str) -> tuple[SafeString, str, SafeString]:
    return SafeString("<mark>"), word, SafeString("</mark>")


def places(text: str, words: Sequence[str], language: str) -> Iterator[tuple[int, int]]:
    """Where words of the text have one of these stems, or begin with one: start and end."""
    beginnings = tuple({word[:ALIKE] for word in words})
    for found in WORD.finditer(text):
        folded = fold(found[0])
        if folded.startswith(beginnings):
            its = stem(found[0], language)
            if any(its == word or folded.startswith(word) for word in words):
                yield found.span()


def word_start(text: str, position: int) -> int:
    """The first beginning of a word at or after `position`; 0 stays."""
    if position == 0:
        return 0
    space = text.find(" ", position)
    return space + 1 if space != -1 else position


def word_end(text: str, position: int) -> int:
    """The last end of a word at or before `position`; the text's end stays."""
    if position == len(text):
        return position
    space = text.rfind(" ", 0, position)
    return space if space > position - 40 else position

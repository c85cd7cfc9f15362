"""From a template to a letter: what stays in its place, and how it looks."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext_lazy

from members.letters.markup import Document, Facts, Paragraph, parse, plain, tiles
from members.letters.rendering import WIDTH, Written, read_source, write

TOKENS = Path(__file__).parents[2] / "static/css/tokens.css"
FRAME = Path(__file__).parents[2] / "members/letters/templates/letters/frame.html"
BODY = """First paragraph about {{ value }}.

{{ value }}

{% fact "Label" %}{{ value }}{% endfact %}{% fact "Other" %}x{% endfact %}

{% button url %}{{ value }}{% endbutton %}"""
URL = "https://up2gether.example/"


@pytest.fixture
def letter(settings: Any, tmp_path: Path) -> Any:
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    def read(body: str, **context: object) -> Document:
        (tmp_path / "sample.txt").write_text(
            '{% extends "letters/letter.txt" %}{% load i18n letter %}'
            "{% block subject %}About {{ value }}{% endblock %}{% block body %}" + body + "{% endblock %}"
        )
        return read_source(template="sample.txt", context={"url": URL, **context}, language="de")

    return read


def written(document: Document, **names: str) -> Written:
    return write(document, language="de", **names)


HOSTILE = [
    "<script>alert(1)</script>",
    'Tom & "Jerry" <b>',
    "two\nlines\r\n\r\nand a paragraph",
    "\x1efact\x1fLabel\x1fvalue\x1e",
    "line\u2028separator\u202eturned",
    "{{ settings.SECRET_KEY }} {% now 'Y' %}",
    "%(name)s %s %",
    "-- ",
    "|",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_stays_in_its_place(letter: Any, value: str) -> None:
    document = letter(BODY, value=value)
    assert [part.kind for part in document.parts] == ["paragraph", "paragraph", "facts", "button"]
    assert [label for label, _text in document.parts[2].rows] == ["Label", "Other"]
    assert "\n" not in document.subject


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_adds_no_markup_to_the_html_version(letter: Any, value: str) -> None:
    ordinary = written(letter(BODY, value="x"), name="x", organisation="x")
    hostile = written(letter(BODY, value=value), name=value, organisation=value)
    assert re.findall(r"<[a-z/!][^>]*>", hostile.html) == re.findall(r"<[a-z/!][^>]*>", ordinary.html)


def test_the_text_version_shows_special_characters_as_they_are(letter: Any) -> None:
    text = written(letter(BODY, value="Kinder & Eltern <Zürich> 'Ost'")).text
    assert "Kinder & Eltern <Zürich> 'Ost'" in text


def test_a_value_keeps_its_no_break_space() -> None:
    assert plain("CHF\u00a01'250.00") == "CHF\u00a01'250.00"


def test_plain_takes_facts_only() -> None:
    assert plain({"a": [1, None, date(2027, 1, 1), gettext_lazy("x\ny")]}) == {"a": [1, None, date(2027, 1, 1), "x y"]}
    with pytest.raises(TypeError):
        plain(object())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "https://example.org/a b", "ftp://example.org", '/de/"'])
def test_a_button_leads_to_web_addresses_only(letter: Any, url: str) -> None:
    with pytest.raises(ValueError, match="web addresses"):
        letter(BODY, value="x", url=url)


@pytest.mark.parametrize(
    "source", ["", "only a paragraph", "\x1esubject\x1fonly a subject\x1e", "\x1enonsense\x1fx\x1e"]
)
def test_a_letter_needs_a_subject_and_a_paragraph(source: str) -> None:
    with pytest.raises(ValueError, match="A letter"):
        parse(source)


def test_an_empty_fact_is_left_out(letter: Any) -> None:
    document = letter('First. {% fact "Label" %}{{ missing }}{% endfact %}{% fact "Other" %}x{% endfact %}')
    assert document.parts[1] == Facts((("Other", "x"),))


def test_facts_stand_in_columns_in_the_text_version() -> None:
    rows = (("Shares", "3"), ("At most", "CHF 300.00"), ("A label that is longer than its column", "z " * 60))
    text = written(Document("S", "p", (Paragraph("p"), Facts(rows)))).text
    lines = [line for line in text.splitlines() if line.startswith("  ")]
    assert lines[0].index("3") == lines[1].index("CHF") == lines[3].index("z") == lines[4].index("z")


def test_no_line_of_the_text_version_is_too_long_but_a_link(letter: Any) -> None:
    text = written(letter(BODY, value="word " * 60, url=URL + "x" * 200), organisation="A" * 20).text
    assert all(len(line) <= WIDTH or line.startswith(URL) for line in text.splitlines())


def test_a_link_stands_on_a_line_of_its_own(letter: Any) -> None:
    assert URL in written(letter(BODY, value="x")).text.splitlines()


def test_the_html_version_has_a_language_a_title_and_a_preview(letter: Any) -> None:
    html = written(letter(BODY, value="x")).html
    assert '<html lang="de">' in html
    assert "<title>About x</title>" in html
    assert html.index("First paragraph about x.") < html.index("up2gether</p>")
    assert "<img" not in html


def test_a_letter_greets_the_person_by_name(letter: Any) -> None:
    document = letter(BODY, value="x")
    assert "Anna Keller" in written(document, name="Anna Keller").text
    assert "Anna Keller" in written(document, name="Anna Keller").html


def test_tiles_show_the_threshold() -> None:
    assert tiles(3, 5, 8, "").field == ("■■■□□", "□□□")
    assert tiles(6, 5, 8, "").field == ("■■■■■", "■□□")


def test_tiles_are_left_to_words_where_they_would_not_fit(letter: Any) -> None:
    body = "First.\n\n{% tiles 3 5 capacity %}3 of 5 shares{% endtiles %}"
    assert "■■■□□|□□□" in written(letter(body, capacity=8)).text
    large = written(letter(body, capacity=300))
    assert "■" not in large.text + large.html
    assert "3 of 5 shares" in large.text


# The frame's colours, by the class that switches them to dark, and the name they have in the design system.
COLOURS = {
    "ground": ("background-color", "paper"),
    "sheet": ("background-color", "surface"),
    "tint": ("background-color", "pine-tint"),
    "press": ("background-color", "pine"),
    "text": ("color", "ink"),
    "quiet": ("color", "soft"),
    "pine": ("color", "pine"),
    "apricot": ("color", "apricot"),
    "press-text": ("color", "on-colour"),
    "line": ("border-color", "line"),
}
INLINE = {"border-color": r"border(?:-\w+)?: 1px solid"}


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize("dark", [False, True])
def test_the_frame_has_the_colours_of_the_design_system(name: str, dark: bool) -> None:
    attribute, token = COLOURS[name]
    assert colours(name, attribute, dark) == {tokens(dark)[token]}


def test_every_colour_of_the_frame_is_one_of_the_design_system() -> None:
    known = {tokens(dark)[token] for dark in (False, True) for _attribute, token in COLOURS.values()}
    assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b", FRAME.read_text())) <= known


# Text and its ground.
PAIRS = [
    ("text", "sheet"),
    ("text", "tint"),
    ("quiet", "sheet"),
    ("quiet", "tint"),
    ("pine", "sheet"),
    ("apricot", "sheet"),
    ("press-text", "press"),
]


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_pair_of_text_and_ground_can_be_read(ink: str, ground: str, dark: bool) -> None:
    [text], [below] = colours(ink, "color", dark), colours(ground, "background-color", dark)
    assert contrast(text, below) >= 4.5


def colours(name: str, attribute: str, dark: bool) -> set[str]:
    """All that the frame gives to elements of class `name`, without those that Outlook asks for."""
    frame = FRAME.read_text()
    if dark:
        return set(re.findall(rf"^ +\.{name} {{.*\b(?<!-){attribute}: (#\w{{6}}) !important", frame, re.MULTILINE))
    styles = re.findall(rf'class="(?:[\w-]+ )*{name}(?: [\w-]+)*"[^>]*style="([^"]*)"', frame)
    wanted = INLINE.get(attribute, f"(?<![-\\w]){attribute}:")
    return {colour for style in styles for colour in re.findall(rf"{wanted} (#\w{{6}})", style)}


def tokens(dark: bool) -> dict[str, str]:
    """The design system's colours by name."""
    light, _at, rest = TOKENS.read_text().partition("@media screen and (prefers-color-scheme: dark)")
    return dict(re.findall(r"--([\w-]+): (#\w{6});", rest.partition("@media print")[0] if dark else light))


def contrast(first: str, second: str) -> float:
    """WCAG 2.2, contrast ratio."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

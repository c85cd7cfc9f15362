"""The content files: what they may hold, and how the languages are held together."""

from __future__ import annotations

from pathlib import Path

import pytest

from home.content_files.markdown import Document, read_document
from home.content_files.reading import ContentError
from portal.demo.files import check_everything, names, read_documents


def document(tmp_path: Path, body: str, *, front: str = "title: Titel") -> Document:
    path = tmp_path / "page.md"
    path.write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
    return read_document(path, key="pages/page")


def folder(tmp_path: Path, **bodies: str) -> Path:
    for code, body in bodies.items():
        (tmp_path / "pages" / code).mkdir(parents=True)
        (tmp_path / "pages" / code / "page.md").write_text(f"---\ntitle: x\n---\n{body}\n", encoding="utf-8")
    return tmp_path


def test_paragraphs_and_lists_become_one_rich_text(tmp_path: Path) -> None:
    read = document(
        tmp_path, "Ein **fetter** Satz\nauf zwei Zeilen.\n\n- eins\n- [zwei](https://example.org/?a=1&b=2)\n"
    )
    assert [(block.type, block.value) for block in read.blocks] == [
        (
            "text",
            "<p>Ein <b>fetter</b> Satz auf zwei Zeilen.</p>"
            '<ul><li>eins</li><li><a href="https://example.org/?a=1&amp;b=2">zwei</a></li></ul>',
        )
    ]


def test_headings_and_containers_become_blocks_of_their_own(tmp_path: Path) -> None:
    body = (
        "## Teil\n\n:::hint Tipp\nText\n:::\n\n:::checklist Liste\n- a\n- b\n:::\n\n:::quote Eine Leiterin\nGut.\n:::"
    )
    read = document(tmp_path, body)
    assert [block.type for block in read.blocks] == ["heading", "callout", "checklist", "quote"]
    assert read.blocks[0].value == {"level": "2", "text": "Teil"}
    assert read.blocks[1].value == {"kind": "hint", "title": "Tipp", "text": "<p>Text</p>"}
    assert [item["value"] for item in read.blocks[2].value["items"]] == ["a", "b"]
    assert read.blocks[3].value == {"text": "Gut.", "source": "Eine Leiterin"}


def test_questions_tables_and_videos_become_blocks(tmp_path: Path) -> None:
    body = (
        ":::questions\n### Wem gehört sie?\nIhnen. **Immer.**\n### Und dann?\nNichts.\n:::\n\n"
        ":::table Kosten\n| Was | Stunden |\n| --- | ---: |\n| Betrieb | 4.5 |\n:::\n\n"
        ":::video https://www.w3.org/x Ein Film\nEin Haus\nam See.\n:::"
    )
    accordion, table, video = document(tmp_path, body).blocks
    assert [entry["value"] for entry in accordion.value["entries"]] == [
        {"title": "Wem gehört sie?", "text": "<p>Ihnen. <b>Immer.</b></p>"},
        {"title": "Und dann?", "text": "<p>Nichts.</p>"},
    ]
    assert table.value["table"] == {
        "columns": [{"type": "text", "heading": "Was"}, {"type": "number", "heading": "Stunden"}],
        "rows": [{"values": ["Betrieb", "4.5"]}],
        "caption": "Kosten",
    }
    assert (video.type, video.value["url"], video.value["text"]) == (
        "video",
        "https://www.w3.org/x",
        "Ein Haus am See.",
    )


def test_ids_of_blocks_are_the_same_each_time_and_in_every_language(tmp_path: Path) -> None:
    root = folder(tmp_path, de="Satz\n\n## Titel", fr="Phrase\n\n## Titre", it="Frase\n\n## Titolo")
    documents = read_documents("pages", "page", root=root)
    ids = {code: [block.id for block in read.blocks] for code, read in documents.items()}
    assert ids["de"] == ids["fr"] == ids["it"]
    assert len(set(ids["de"])) == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("# Zu gross", "headings have level 2 or 3"),
        (":::hint Offen\nText", "has no line ::: that ends it"),
        (":::film x\nText\n:::", "is not a kind of block"),
        (":::video x\nText\n:::", "followed by an address"),
        (":::video javascript:alert(1) x\nText\n:::", "followed by an address"),
        (":::questions\n:::", "holds at least one"),
        (":::questions\nText\n:::", "begins with a question"),
        (":::questions\n### A?\n<b>x</b>\n:::", "HTML is not part of the format"),
        (":::table x\n| a |\n:::", "a line of headings, a line of hyphens"),
        (":::table x\n| a | b |\n| - | - |\n| 1 |\n:::", "has 2 columns, and this line has 1"),
        (":::table x\n| a |\n| -: |\n| viel |\n:::", "viel is no number"),
        (":::table\n| a |\n| - |\n| 1 |\n:::", "|"),
        (":::table x\nText\n:::", "begins and ends with"),
        (":::checklist x\nText\n:::", "lines that start with a hyphen"),
        ("![Bild](https://example.org/x.png)", "image is not part of the format"),
        ("Ein *schräger* Satz", "em is not part of the format"),
        ("```\ncode\n```", "fence is not part of the format"),
        ("<script>x</script> & co", "HTML is not part of the format"),
        ("Ein <b>fetter</b> Satz", "HTML is not part of the format"),
        ("[Klick](javascript:alert(1))", "a link leads to"),
        ("[Klick](JaVaScRiPt:alert(1))", "a link leads to"),
        ("[Klick](data:text/html,x)", "a link leads to"),
        ("[Klick](//example.org/x)", "a link leads to"),
        ("Ein Satz\N{RIGHT-TO-LEFT OVERRIDE} rückwärts", r"control character U\+202E"),
        ("Ein Satz mit \0", r"control character U\+0000"),
        (f"## {'x' * 121}", "120"),
        (":::hint\nText\n:::", ""),
    ],
)
def test_what_is_outside_the_format_is_refused_with_the_line(tmp_path: Path, body: str, reason: str) -> None:
    with pytest.raises(ContentError, match=rf"page\.md, line [4-7]: .*{reason}"):
        document(tmp_path, body)


def test_signs_that_html_gives_a_meaning_stay_text(tmp_path: Path) -> None:
    assert document(tmp_path, "3 < 5 & co, \\<b>").blocks[0].value == "<p>3 &lt; 5 &amp; co, &lt;b&gt;</p>"


@pytest.mark.parametrize(
    "text",
    [
        "Kein Vorspann",
        "---\ntitle: x\n",
        "---\ntitle: [x\n---\n",
        "---\n- a\n- b\n---\n",
        "---\ntitle: eins\ntitle: zwei\n---\n",
        "---\na: &a [x, x]\nb: [*a, *a]\n---\n",
        "---\ntitle: !!python/object/apply:os.system [ls]\n---\n",
        "---\n1: x\n---\n",
        "---\n? [a]\n: x\n---\n",
        "---\nx: " + "[" * 5000 + "\n---\n",
    ],
    ids=str.__len__,
)
def test_a_broken_front_matter_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match="front matter"):
        read_document(path, key="pages/page")


@pytest.mark.parametrize(
    ("german", "french", "reason"),
    [
        ("Satz\n\nSatz", "Phrase", "1 paragraphs, but .* 2 paragraphs"),
        ("- a\n- b", "- a", "1 list items, but .* 2 list items"),
        ("Ein **Satz**", "Une phrase", "but .* 1 bold passages"),
        ("## Titel", "### Titre", "heading 3, but .* heading 2"),
        (":::hint a\nb\n:::", ":::caution a\nb\n:::", "callout caution .*, but .* callout hint"),
        (":::checklist a\n- b\n- c\n:::", ":::checklist a\n- b\n:::", "1 points, but .* 2 points"),
        ("Satz\n\n## Titel", "Phrase", "has 1 blocks, but .* has 2"),
    ],
)
def test_languages_that_differ_in_structure_are_refused(tmp_path: Path, german: str, french: str, reason: str) -> None:
    with pytest.raises(ContentError, match=rf"fr/page\.md.*{reason}"):
        read_documents("pages", "page", root=folder(tmp_path, de=german, fr=french, it=german))


def test_a_file_that_a_language_lacks_is_named(tmp_path: Path) -> None:
    root = folder(tmp_path, de="a", fr="a", it="a")
    (root / "pages" / "it" / "page.md").unlink()
    with pytest.raises(ContentError, match="pages/it and pages/de don't hold the same files: page"):
        names("pages", root=root)


def test_the_demos_own_files_are_in_order() -> None:
    check_everything()

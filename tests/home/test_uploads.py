"""What the admin takes as an image or a document, and what it refuses with a sentence in the editor's language."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from tests.members.factories import UserFactory

pytestmark = pytest.mark.django_db
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'


def png(width: int = 4, height: int = 4) -> bytes:
    """A valid image."""
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


def claiming(width: int, height: int) -> bytes:
    """An image of a few bytes that says it is as large as that."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def archive(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return file.getvalue()


DOCX = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}


def overlapping() -> bytes:
    """Two entries that share their bytes: the second begins where the first does."""
    content = bytearray(archive(a=b"x" * 10, b=b"y" * 10))
    second = content.rfind(b"PK\x01\x02")
    content[second + 20 : second + 24] = struct.pack("<I", 10_000_000)  # it says that it is longer than the file
    return bytes(content)


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True, language="de"))
    return client


def upload(editor: Client, kind: str, name: str, content: bytes) -> list[str]:
    """What the form objects to; nothing if the file was taken."""
    address = reverse({"image": "wagtailimages:add", "document": "wagtaildocs:add"}[kind])
    sent = {"title": "Titel", "file": SimpleUploadedFile(name, content), "collection": "1", "tags": ""}
    response = editor.post(address, sent)
    if response.status_code == 302:
        return []
    assert response.status_code == 200
    return [str(error) for errors in response.context["form"].errors.values() for error in errors]


def test_honest_files_are_taken(editor: Client) -> None:
    assert upload(editor, "image", "bild.png", png()) == []
    for name, content in [
        ("liste.csv", "a;b\r\nZürich;1\r\n".encode()),
        ("brief.docx", archive(**DOCX)),
        ("alles.zip", archive(a=b"x" * 100)),
        ("bericht.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("BERICHT.PDF", b"%PDF-1.4\n"),
    ]:
        assert upload(editor, "document", name, content) == [], name
    assert get_image_model().objects.count() == 1
    assert get_document_model().objects.count() == 5


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bombe.png", claiming(60_000, 60_000), "viel zu viele Pixel"),
        ("gross.png", png(9_000, 9_000), "Pixel"),
        ("bild.svg", SCRIPT, "Nicht unterstütztes Bildformat"),
        ("bild.png", SCRIPT, "Kein gültiges .png-Bild"),
        ("bild.jpg", png(), "jpeg"),
        ("bild.png", b"GIF89a" + b"\0" * 20, ""),
        ("bild.png", png()[:20], ""),
        ("bild.png", b"", "leer"),
        ("bild.exe", png(), "Nicht unterstütztes Bildformat"),
        ("gross.png", png() + b"\0" * (16 * 1024 * 1024), "zu gross"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_image_is_refused_with_the_reason(editor: Client, name: str, content: bytes, reason: str) -> None:
    found = upload(editor, "image", name, content)
    assert found
    assert reason in " ".join(found)
    assert not get_image_model().objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bombe.zip", archive(a=b"\0" * 30_000_000), "weit mehr"),
        ("viele.zip", archive(**{str(number): b"" for number in range(5_001)}), "weit mehr"),
        ("bombe.zip", overlapping(), "weit mehr"),
        ("brief.docx", archive(**DOCX, **{"word/vbaProject.bin": b"x"}), "Makros"),
        ("brief.docx", archive(a=b"x"), "keine .docx-Datei"),
        ("brief.docx", b"MZ\x90\0", "keine .docx-Datei"),
        ("bericht.pdf", b"<html><script>alert(1)</script>", "keine .pdf-Datei"),
        ("liste.csv", b"MZ\x90\0\x03", "keine .csv-Datei"),
        ("text.txt", SCRIPT, "keine .txt-Datei"),
        ("zeichnung.svg", SCRIPT, "svg"),
        ("programm.exe", b"MZ", "exe"),
        ("seite.html", b"<html>", "html"),
        ("bericht.pdf", b"%PDF-1.7\n" + b"\0" * (26 * 1024 * 1024), "zu gross"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_document_is_refused_with_the_reason(editor: Client, name: str, content: bytes, reason: str) -> None:
    found = upload(editor, "document", name, content)
    assert found
    assert reason in " ".join(found)
    assert not get_document_model().objects.exists()


@pytest.mark.parametrize("language", ["fr", "it"])
def test_the_reason_is_in_the_editors_language(language: str) -> None:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True, language=language))
    client.cookies["django_language"] = language
    with translation.override(language):
        found = upload(client, "image", "bombe.png", claiming(60_000, 60_000))
    assert "pixel" in found[0]
    assert "far too many" not in found[0]


def test_a_document_that_is_changed_without_a_new_file_is_not_looked_at_again(editor: Client) -> None:
    upload(editor, "document", "liste.csv", b"a;b")
    document: Any = get_document_model().objects.get()
    address = reverse("wagtaildocs:edit", args=[document.pk])
    assert editor.post(address, {"title": "Neu", "collection": "1", "tags": ""}).status_code == 302

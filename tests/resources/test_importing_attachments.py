"""Files that come with imported texts: one per language, nothing that an editor could not upload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from wagtail.documents import get_document_model

from members.models import User
from resources.importing import import_resources
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of
from tests.resources.test_importing import reasons, state, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def library() -> Any:
    index = page("Wissen", model=ResourceIndexPage)
    translation_of(index, "fr", "Ressources")
    return index


def attach(root: Path, language: str, label: str, name: str, content: bytes = b"Wer, was, wann") -> None:
    (root / "files").mkdir(exist_ok=True)
    (root / "files" / name).write_bytes(content)
    write(root, f"{language}/eins.md", attachments=f"[{{file: {name}, label: {label}}}]")


def attached(language: str) -> list[tuple[str, str]]:
    """Label and content of what a visitor gets."""
    made = ResourcePage.objects.get(locale__language_code=language)
    return [
        (bound.value["label"], Client().get(bound.value["document"].url).getvalue().decode())
        for bound in made.attachments
    ]


def test_each_language_has_its_own_file_and_importing_again_writes_nothing(tmp_path: Path) -> None:
    attach(tmp_path, "de", "Vorlage", "auftrag-de.txt", b"Wer, was, wann")
    attach(tmp_path, "fr", "Canevas", "mandat-fr.txt", b"Qui, quoi, quand")
    assert import_resources(tmp_path).refused == []
    assert attached("de") == [("Vorlage", "Wer, was, wann")]
    assert attached("fr") == [("Canevas", "Qui, quoi, quand")]
    before = state(), get_document_model().objects.count()
    assert import_resources(tmp_path).numbers == (0, 2, 0)
    assert (state(), get_document_model().objects.count()) == before


def test_a_file_that_has_changed_takes_the_place_of_its_former_self(tmp_path: Path) -> None:
    attach(tmp_path, "de", "Vorlage", "auftrag.txt", b"Alt")
    import_resources(tmp_path)
    attach(tmp_path, "de", "Vorlage", "auftrag.txt", b"Neu")
    import_resources(tmp_path)
    assert attached("de") == [("Vorlage", "Neu")]
    assert get_document_model().objects.count() == 1


def test_what_a_person_has_changed_keeps_its_files(tmp_path: Path) -> None:
    attach(tmp_path, "de", "Vorlage", "auftrag.txt", b"Alt")
    import_resources(tmp_path)
    person = User.objects.create_user("eva@org.example", "a long password")
    ResourcePage.objects.get().save_revision(user=person).publish()
    attach(tmp_path, "de", "Vorlage", "auftrag.txt", b"Neu")
    import_resources(tmp_path)
    assert attached("de") == [("Vorlage", "Alt")]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("heft.exe", b"MZ", "the attachment heft.exe is refused: "),
        ("heft.pdf", b"<html>", "the attachment heft.pdf is refused: "),
        ("heft.docx", b"PK", "the attachment heft.docx is refused: "),
    ],
)
def test_a_file_that_an_editor_could_not_upload_is_refused(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    attach(tmp_path, "de", "Vorlage", name, content)
    assert reason in reasons(import_resources(tmp_path))["de/eins.md"]
    assert not get_document_model().objects.exists()


@pytest.mark.parametrize(
    "attachments",
    [
        "heft.txt",
        "[heft.txt]",
        "[{file: heft.txt}]",
        "[{file: heft.txt, label: ''}]",
        "[{file: ../de/eins.md, label: Geheim}]",
        "[{file: /etc/passwd, label: Geheim}]",
        "[{file: link.txt, label: Geheim}]",
        "[{file: missing.txt, label: Fehlt}]",
        "[{file: 1, label: 2}]",
    ],
)
def test_only_files_of_the_folder_are_taken(tmp_path: Path, attachments: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "heft.txt").write_text("x")
    (tmp_path / "files" / "link.txt").symlink_to("/etc/hostname")
    write(tmp_path, "de/eins.md", attachments=attachments)
    assert list(reasons(import_resources(tmp_path))) == ["de/eins.md"]


def test_a_translation_names_as_many_files_as_its_source(tmp_path: Path) -> None:
    attach(tmp_path, "de", "Vorlage", "auftrag.txt")
    write(tmp_path, "fr/eins.md")
    assert reasons(import_resources(tmp_path)) == {"fr/eins.md": "it has 0 attachments, but de/eins.md has 1."}

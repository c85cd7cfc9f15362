"""Pictures in imported texts become images of the CMS, with words in each language, if an editor could upload them."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from wagtail.images import get_image_model

from members.models import User
from resources.importing import import_resources
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, translation_of
from tests.home.test_uploads import SCRIPT, claiming, png
from tests.resources.test_importing import reasons, state, write

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def library(settings: Any, tmp_path: Path) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    index = page("Wissen", model=ResourceIndexPage)
    translation_of(index, "fr", "Ressources")
    return index


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is imported."""
    made = tmp_path / "texts"
    (made / "pictures").mkdir(parents=True)
    return made


def put(root: Path, name: str, content: bytes) -> None:
    (root / "pictures" / name).write_bytes(content)


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 4)).save(file, "JPEG")
    return file.getvalue()


def shown(language: str) -> list[tuple[int, str, bool]]:
    """Width, alternative text, and whether it only decorates, of each picture of the text in a language."""
    made = ResourcePage.objects.get(locale__language_code=language)
    pictures = [bound.value for bound in made.body if bound.block_type == "image"]
    return [(each.width, each.contextual_alt_text, each.decorative) for each in pictures]


def test_a_picture_has_its_words_in_each_language_and_importing_again_uploads_nothing(folder: Path) -> None:
    put(folder, "teilen.png", png())
    put(folder, "haus.jpg", jpeg())
    write(folder, "de/eins.md", "Vorher.\n![Zwei <Hände>](pictures/teilen.png)\n![](pictures/haus.jpg)\nNachher.\n")
    write(folder, "fr/eins.md", "Avant.\n\n![Deux mains](pictures/teilen.png)\n\n![](pictures/haus.jpg)\nAprès.\n")
    assert import_resources(folder).refused == []
    assert shown("de") == [(4, "Zwei <Hände>", False), (8, "", True)]
    assert shown("fr") == [(4, "Deux mains", False), (8, "", True)]
    assert 'alt="Deux mains"' in Client().get("/fr/ressources/eins/").content.decode()
    before = state(), get_image_model().objects.count()
    assert import_resources(folder).numbers == (0, 2, 0)
    assert (state(), get_image_model().objects.count()) == before
    assert before[1] == 2


def test_a_translation_may_show_another_picture_and_one_picture_may_stand_twice(folder: Path) -> None:
    put(folder, "plan-de.png", png(4))
    put(folder, "plan-fr.png", png(6))
    write(folder, "de/eins.md", "![Plan](pictures/plan-de.png)\n![Gross](pictures/plan-de.png)\n")
    write(folder, "fr/eins.md", "![Le plan](pictures/plan-fr.png)\n![Grand](pictures/plan-fr.png)\n")
    assert import_resources(folder).refused == []
    assert shown("de") == [(4, "Plan", False), (4, "Gross", False)]
    assert shown("fr") == [(6, "Le plan", False), (6, "Grand", False)]
    assert import_resources(folder).numbers == (0, 2, 0)


def test_a_picture_that_has_changed_is_shown_in_every_language(folder: Path) -> None:
    put(folder, "plan.png", png(4))
    for language in ("de", "fr"):
        write(folder, f"{language}/eins.md", "![Plan](pictures/plan.png)\n")
    import_resources(folder)
    put(folder, "plan.png", png(6))
    assert import_resources(folder).numbers == (2, 0, 0)
    assert shown("de") == shown("fr") == [(6, "Plan", False)]


def test_what_a_person_has_changed_keeps_its_pictures(folder: Path) -> None:
    put(folder, "plan.png", png(4))
    write(folder, "de/eins.md", "![Plan](pictures/plan.png)\n")
    import_resources(folder)
    person = User.objects.create_user("eva@example.org", "a long password")
    ResourcePage.objects.get().save_revision(user=person).publish()
    put(folder, "plan.png", png(6))
    assert import_resources(folder).left == {"eins": ["de"]}
    assert shown("de") == [(4, "Plan", False)]
    assert get_image_model().objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bombe.png", claiming(60_000, 60_000), "far too many pixels"),
        ("gross.png", png() + b"\0" * (15 * 1024 * 1024), "too big"),
        ("bild.svg", SCRIPT, "Not a supported image format"),
        ("bild.png", SCRIPT, "is refused: "),
        ("bild.jpg", png(), "does not match"),
        ("bild.png", b"", "is refused: "),
        ("bild.png", png()[:20], "is refused: "),
    ],
    ids=["bomb", "big", "script", "script as png", "png as jpg", "empty", "cut off"],
)
def test_a_picture_that_an_editor_could_not_upload_is_refused(
    folder: Path, name: str, content: bytes, reason: str
) -> None:
    put(folder, name, content)
    write(folder, "de/eins.md", f"Text.\n\n![Bild](pictures/{name})\n")
    found = reasons(import_resources(folder))["de/eins.md"]
    assert found.startswith(f"line 7: the picture {name} is refused: ")
    assert reason in found
    assert not get_image_model().objects.exists()


@pytest.mark.parametrize(
    "target",
    [
        "pictures/missing.png",
        "pictures/link.png",
        "pictures/../secret.png",
        "../secret.png",
        "secret.png",
        "/etc/hostname",
        "https://elsewhere.example/a.png",
        "pictures/%2e%2e/secret.png",
        "pictures/",
        "",
    ],
)
def test_only_pictures_of_the_folder_are_taken(folder: Path, target: str) -> None:
    (folder.parent / "secret.png").write_bytes(png())
    os.symlink(folder.parent / "secret.png", folder / "pictures" / "link.png")
    write(folder, "de/eins.md", f"![Geheim]({target})\n")
    assert list(reasons(import_resources(folder))) == ["de/eins.md"]
    assert not get_image_model().objects.exists()


@pytest.mark.parametrize(
    "line", ["Im Satz ![a](pictures/a.png).", '![a](pictures/a.png "Titel")', "- ![a](pictures/a.png)"]
)
def test_a_picture_stands_in_a_line_of_its_own(folder: Path, line: str) -> None:
    put(folder, "a.png", png())
    write(folder, "de/eins.md", f"{line}\n")
    assert "in a line of its own" in reasons(import_resources(folder))["de/eins.md"]


def test_what_only_decorates_is_the_same_in_every_language(folder: Path) -> None:
    put(folder, "a.png", png(4))
    put(folder, "b.png", png(6))
    for name, german, french in [("eins", "![]", "![Un plan]"), ("zwei", "![]", "![]")]:
        write(folder, f"de/{name}.md", f"{german}(pictures/a.png)\n")
        write(folder, f"fr/{name}.md", f"{french}(pictures/b.png)\n")
    found = reasons(import_resources(folder))
    assert "block 1 has the kind image, but in" in found["fr/eins.md"]
    assert "it has the kind image decorative a.png" in found["fr/zwei.md"]

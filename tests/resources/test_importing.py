"""Resources from files: how languages are paired, what is refused and why, and what happens the second time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Max
from django.test import Client
from wagtail.models import Page, Revision
from wagtail_localize.models import StringTranslation, Translation

from members.models import User
from resources.importing import Report, import_resources
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page, topic, translation_of, unpublished
from tests.pooling.workshop_factories import workshop

pytestmark = pytest.mark.django_db

BODY = "Ein **Satz**.\n\n## Teil\n\n:::checklist Liste\n- eins\n- zwei\n:::\n"


@pytest.fixture
def library() -> ResourceIndexPage:
    """A library in German and French, not in Italian."""
    index = page("Wissen", model=ResourceIndexPage, show_in_menus=True)
    translation_of(index, "fr", "Ressources")
    return index


def write(root: Path, name: str, body: str = BODY, **front: Any) -> Path:
    """A file with a title and a summary; a field that is None is left out."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = {"title": path.stem.title(), "summary": "Kurz.", **front}
    lines = [f"{field}: {value}" for field, value in fields.items() if value is not None]
    path.write_text("\n".join(["---", *lines, "---", body]), encoding="utf-8")
    return path


def reasons(report: Report) -> dict[str, str]:
    return {refusal.name: refusal.reason for refusal in report.refused}


def state() -> tuple[Any, ...]:
    return (
        list(Page.objects.order_by("pk").values()),
        Revision.objects.aggregate(Max("pk")),
        StringTranslation.objects.aggregate(Max("pk")),
    )


def is_whole(source: ResourcePage) -> bool:
    """Whether wagtail-localize counts its translation as complete."""
    total, translated = Translation.objects.get(source__object_id=source.translation_key).get_progress()
    return bool(total == translated > 3)


def in_language(code: str) -> list[str]:
    return list(ResourcePage.objects.live().in_language(code).order_by("title").values_list("title", flat=True))


def test_workshops_on_the_same_thing_are_named_by_their_address(library: Any, tmp_path: Path) -> None:
    about, draft = workshop("Newsletter"), unpublished(workshop("Entwurf"))
    write(tmp_path, "de/eins.md", workshops="[newsletter]")
    write(tmp_path, "fr/eins.md")
    write(tmp_path, "de/zwei.md", workshops=f"[{draft.slug}]")
    assert list(reasons(import_resources(tmp_path))) == ["de/zwei.md"]
    for made in ResourcePage.objects.filter(slug="eins"):
        assert [bound.value.pk for bound in made.workshops] == [about.pk]
    assert import_resources(tmp_path).numbers[0] == 0


def test_languages_are_paired_by_key_and_translated_whole(client: Client, library: Any, tmp_path: Path) -> None:
    topic("Website", fr="Site internet")
    write(tmp_path, "de/neue-homepage.md", key="homepage", topics="[website]", format="tool", level="some")
    write(tmp_path, "fr/nouveau-site.md", key="homepage")
    report = import_resources(tmp_path)
    assert (report.refused, report.numbers) == ([], (2, 0, 0))
    german = ResourcePage.objects.get(slug="neue-homepage")
    french = german.get_translations().get().specific
    assert (french.slug, french.title, french.live, french.format, french.level) == (
        *("nouveau-site", "Nouveau-Site", True),
        *("tool", "some"),
    )
    assert [found.name for found in french.topics.all()] == ["Site internet"]
    assert is_whole(german)
    assert "<b>Satz</b>" in client.get("/fr/ressources/nouveau-site/").content.decode()


def test_a_text_may_be_in_some_languages_only_and_in_french_first(library: Any, tmp_path: Path) -> None:
    write(tmp_path, "fr/un.md")
    write(tmp_path, "de/zwei.md")
    assert import_resources(tmp_path).numbers == (2, 0, 0)
    write(tmp_path, "de/eins.md", key="un")
    assert import_resources(tmp_path).written == {"un": ["de"]}
    translation = Translation.objects.get(source__specific_content_type__model="resourcepage")
    assert (translation.source.locale.language_code, translation.target_locale.language_code) == ("fr", "de")
    assert (in_language("de"), in_language("fr")) == (["Eins", "Zwei"], ["Un"])


def test_importing_again_changes_nothing(library: Any, tmp_path: Path) -> None:
    topic("Website", fr="Site internet")
    for language in ("de", "fr"):
        write(tmp_path, f"{language}/eins.md", topics="[website]")
    import_resources(tmp_path)
    before = state()
    assert import_resources(tmp_path).numbers == (0, 2, 0)
    assert state() == before


def test_only_what_has_changed_is_written(library: Any, tmp_path: Path) -> None:
    for name in ("eins", "zwei"):
        for language in ("de", "fr"):
            write(tmp_path, f"{language}/{name}.md")
    import_resources(tmp_path)
    revisions = Revision.objects.aggregate(pk=Max("pk"))["pk"]
    write(tmp_path, "fr/zwei.md", title="Deux")
    assert import_resources(tmp_path).written == {"zwei": ["fr"]}
    assert Revision.objects.filter(pk__gt=revisions).count() == 1
    assert in_language("fr") == ["Deux", "Eins"]
    write(tmp_path, "de/eins.md", title="Neu")
    assert import_resources(tmp_path).written == {"eins": ["de"]}
    assert Revision.objects.filter(pk__gt=revisions).count() == 2
    assert is_whole(ResourcePage.objects.get(title="Neu"))


def test_what_a_person_has_changed_or_taken_off_the_site_is_left_alone(library: Any, tmp_path: Path) -> None:
    for name in ("eins", "zwei", "drei"):
        write(tmp_path, f"de/{name}.md")
    import_resources(tmp_path)
    edited = ResourcePage.objects.get(slug="eins")
    edited.title = "Von Hand"
    edited.save_revision(user=User.objects.create_user("editor@example.org")).publish()
    unpublished(ResourcePage.objects.get(slug="zwei"))
    for name in ("eins", "zwei"):
        write(tmp_path, f"de/{name}.md", title="Neu")
    report = import_resources(tmp_path)
    assert (report.written, report.left) == ({}, {"eins": ["de"], "zwei": ["de"]})
    assert in_language("de") == ["Drei", "Von Hand"]


def test_a_text_without_a_file_stays(library: Any, tmp_path: Path) -> None:
    path = write(tmp_path, "de/eins.md")
    import_resources(tmp_path)
    path.unlink()
    assert import_resources(tmp_path).numbers == (0, 0, 0)
    assert in_language("de") == ["Eins"]


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        ({"title": None}, "title is missing"),
        ({"title": '""'}, "title is missing"),
        ({"title": "2026"}, "title must be text"),
        ({"title": "[a]"}, "title must be text"),
        ({"title": "x" * 256}, "title has 256 characters, at most 255"),
        ({"summary": "x" * 201}, "summary has 201 characters, at most 200"),
        ({"summary": None}, "summary is missing"),
        ({"format": "film"}, "the format is not known; there are guide"),
        ({"level": "expert"}, "the level is not known; there are starting"),
        ({"topics": "[nope]"}, "the topic nope is not known; there are website"),
        ({"topics": "website"}, "topics must be a list"),
        ({"workshops": "homepage"}, "workshops must be a list"),
        ({"workshops": "[nope]"}, "there is no published workshop nope in de"),
        ({"slug": "Neue Homepage"}, "the slug must be of lower-case letters"),
        ({"key": "../x"}, "the key must be of lower-case letters"),
        ({"titel": "x"}, "the field titel is not known; there are key, title"),
        ({"live": "x"}, "the field live is not known"),
    ],
)
def test_a_front_matter_that_says_something_else_is_refused(
    library: Any, tmp_path: Path, front: dict[str, Any], reason: str
) -> None:
    topic("Website")
    write(tmp_path, "de/falsch.md", **front)
    write(tmp_path, "de/richtig.md")
    report = import_resources(tmp_path)
    assert list(reasons(report)) == ["de/falsch.md"]
    assert reason in reasons(report)["de/falsch.md"]
    assert in_language("de") == ["Richtig"]


def test_each_file_that_is_refused_is_named_with_its_reason(library: Any, tmp_path: Path) -> None:
    page("Schon da", parent=library, model=ResourcePage, slug="besetzt", summary="Kurz.")
    write(tmp_path, "de/besetzt.md")
    write(tmp_path, "de/a-eins.md", key="eins")
    write(tmp_path, "de/b-eins.md", key="eins")
    write(tmp_path, "de/c.md", slug="gleich")
    write(tmp_path, "de/d.md", slug="gleich")
    write(tmp_path, "en/one.md")
    write(tmp_path, "it/uno.md", key="c")
    write(tmp_path, "fr/eins.md", body="Deux.\n\nPhrases.\n")
    write(tmp_path, "de/html.md", "<script>alert(1)</script>")
    write(tmp_path, "fr/html.md")
    (tmp_path / "de" / "latin.md").write_bytes("---\ntitle: Zürich\nsummary: x\n---\n".encode("latin-1"))
    (tmp_path / "de" / "gross.md").write_text("---\ntitle: x\n---\n" + "Wort " * 50_000)
    (tmp_path / "de" / "kein.md").write_text("Kein Vorspann")
    (tmp_path / "de" / "bild.png").write_bytes(b"x")
    (tmp_path / "de" / "anderswo.md").symlink_to(tmp_path / "de" / "c.md")
    (tmp_path / "de" / ".hidden").write_text("x")
    found = reasons(import_resources(tmp_path))
    expected = {
        "de/anderswo.md": "is not a file of its own",
        "de/b-eins.md": "the key eins is taken by de/a-eins.md",
        "de/besetzt.md": "the slug besetzt is taken by another page",
        "de/bild.png": "names end in .md",
        "de/d.md": "the slug gleich is taken by de/c.md",
        "de/gross.md": "too big: at most 200 kB",
        "de/html.md": "line 5: HTML is not part of the format",
        "de/kein.md": "front matter must stand between",
        "de/latin.md": "line 2: is not UTF-8",
        "en": "is in no language's folder: there are de, fr, it",
        "fr/eins.md": "line 5: block 1 has the kind text",
        "it/uno.md": "there is no library in it yet",
    }
    assert {name: found[name] for name in expected if expected[name] not in found.get(name, "")} == {}
    assert found.keys() == expected.keys()
    assert in_language("de") == ["A-Eins", "C", "Schon da"]
    assert in_language("fr") == ["Html"]


def test_a_translation_without_its_source_is_refused(library: Any, tmp_path: Path) -> None:
    topic("Website", fr="Site internet")
    write(tmp_path, "de/eins.md", topics="[nope]")
    write(tmp_path, "fr/eins.md")
    assert "which was refused" in reasons(import_resources(tmp_path))["fr/eins.md"]
    write(tmp_path, "de/eins.md")
    import_resources(tmp_path)
    (tmp_path / "de" / "eins.md").unlink()
    assert "translated from de" in reasons(import_resources(tmp_path))["fr/eins.md"]


def test_a_translation_that_says_something_else_that_is_shared_is_refused(library: Any, tmp_path: Path) -> None:
    write(tmp_path, "de/eins.md", format="guide")
    write(tmp_path, "fr/eins.md", format="tool")
    assert "format differs from de/eins.md" in reasons(import_resources(tmp_path))["fr/eins.md"]


def test_a_resource_that_was_imported_is_found_by_its_words(client: Client, library: Any, tmp_path: Path) -> None:
    write(tmp_path, "de/eins.md", "Über Schulungen.")
    import_resources(tmp_path)
    assert "Eins" in client.get("/de/suche/?q=schulung").content.decode()


def test_the_command_shows_how_far_it_is_and_ends_with_an_error_if_a_file_was_refused(
    library: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "de/eins.md")
    call_command("import_resources", str(tmp_path))
    assert capsys.readouterr().out.splitlines() == [
        "1 files, 0 can't be read",
        "1 of 1 resources",
        "1 written, 0 unchanged, 0 left alone, 0 refused",
    ]
    write(tmp_path, "de/zwei.md", titel="x")
    with pytest.raises(SystemExit, match="1"):
        call_command("import_resources", str(tmp_path))
    shown = capsys.readouterr()
    assert shown.err.startswith("de/zwei.md: the field titel is not known")
    assert "0 written, 1 unchanged, 0 left alone, 1 refused" in shown.out

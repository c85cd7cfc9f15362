"""Translations as PO files: what goes out comes in again, and what doesn't belong is refused with its reason."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import polib
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale
from wagtail_localize.machine_translators.dummy import DummyTranslator
from wagtail_localize.models import StringTranslation, Translation
from wagtail_localize.strings import StringValue

from home.localising.actions import start_translation
from home.localising.machine import Swiss
from home.localising.po_files import HEADER, NotImportable, export, import_po, read
from home.localising.segments import progress_of_all
from home.models import StandardPage
from members.models import User
from tests.home.factories import home_page, page, topic

pytestmark = pytest.mark.django_db
ALL = 5  # segments of the page below
LINK = '<p>Das <a href="https://example.org/de">Amt</a> hilft.</p>'


def block(n: int, kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "id": f"7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a{n:02}"}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("editor@example.org"))
    return client


@pytest.fixture
def german() -> Any:
    return page("Seite", body=[block(1, "text", "<h2>Titel</h2><p>Ein <b>Satz</b>.</p>"), block(2, "text", LINK)])


def begun(source: Any, language: str = "fr") -> Translation:
    made = start_translation(source=source, locale=Locale.objects.get(language_code=language), by=None)
    return Translation.objects.select_related("source", "target_locale").get(
        source__object_id=source.translation_key, target_locale=made.locale_id
    )


def filled(po: polib.POFile) -> polib.POFile:
    """As a translator sends it back: every text is another one, with its tags."""
    for entry in po:
        entry.msgstr = entry.msgid.replace("Satz", "X").replace("Amt", "Y") if "<" in entry.msgid else f"x-{len(po)}"
    return po


def missing(translation: Translation) -> int:
    return progress_of_all([translation.pk])[translation.pk].missing


def upload(client: Client, translation: Translation, data: bytes | None) -> str:
    files = {} if data is None else {"file": SimpleUploadedFile("x.po", data)}
    address = reverse("wagtail_localize:upload_pofile", args=[translation.pk])
    client.post(address, files)
    return client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("language", ["de", "fr", "it"])
def test_what_goes_out_comes_in_again_with_its_blocks(editor: Client, language: str) -> None:
    parent = home_page("de" if language != "de" else "fr")
    source = page("Seite", parent=parent, body=[block(1, "text", "<p>Ein <b>Satz</b>.</p>"), block(2, "text", LINK)])
    translation = begun(source, language)
    out = editor.get(reverse("wagtail_localize:download_pofile", args=[translation.pk]))
    assert f'filename="seite-{language}.po"' in out["Content-Disposition"]
    po = filled(polib.pofile(out.content.decode()))
    assert {"title", "slug"} < {entry.msgctxt for entry in po}
    said = upload(editor, translation, str(po).encode())
    assert f"{len(po)} Abschnitte wurden importiert." in said
    assert missing(translation) == 0


def test_the_editor_offers_download_and_upload_at_these_addresses(editor: Client, german: Any) -> None:
    translation = begun(german)
    edit = reverse("wagtailadmin_pages:edit", args=[translation.get_target_instance().pk])
    links = json.loads(editor.get(edit).context["props"])["links"]
    assert editor.get(links["downloadPofile"]).status_code == 200
    assert links["uploadPofile"] == reverse("wagtail_localize:upload_pofile", args=[translation.pk])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "Bitte wählen Sie zuerst eine PO-Datei."),
        (b"", "Das ist keine PO-Datei."),
        (b"/etc/passwd", "Das ist keine PO-Datei."),
        (b"\x00\x01\x02\n\x00", "Das ist keine PO-Datei."),
        (b"\xff\xfe\xe4\n", "nicht in UTF-8"),
        (b'msgid ""\nmsgstr ""\nx\n', "Bitte sehen Sie Zeile 3 an"),
        (b'msgid "a"\nmsgstr "b"\n', "sagt nicht, zu welcher Übersetzung"),
        (f'msgid ""\nmsgstr "{HEADER}: x\\n"\n'.encode(), "die es hier nie gab"),
        (
            f'msgid ""\nmsgstr "{HEADER}: 7a9f9fcf-7fd4-4a9c-8b65-0c8b9c9c0a99\\n"\n'.encode(),
            "wird hier nicht mehr übersetzt",
        ),
        (b"#\n" * 3_000_000, "grösser als 5 MB"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_reason(
    editor: Client, german: Any, data: bytes | None, reason: str
) -> None:
    translation = begun(german)
    said = upload(editor, translation, data)
    assert "Nichts wurde importiert." in said
    assert reason in said
    assert missing(translation) == ALL


def test_a_file_of_another_language_or_page_says_where_it_belongs(editor: Client, german: Any) -> None:
    translation = begun(german)
    italian, other = begun(german, "it"), begun(page("Andere"))
    assert "Die Datei ist die Übersetzung auf Italienisch" in upload(
        editor, translation, str(filled(export(italian))).encode()
    )
    assert "gehört zu «Andere» auf Französisch" in upload(editor, translation, str(filled(export(other))).encode())
    assert missing(translation) == ALL


def test_what_the_original_no_longer_says_is_left_out_and_counted(german: Any) -> None:
    translation = begun(german)
    po = filled(export(translation))
    german.title = "Andere"
    german.save_revision().publish()
    outcome = import_po(translation, po, by=None)
    assert (outcome.written, outcome.unknown) == (ALL - 1, 1)
    assert missing(translation) == 1


def test_a_text_with_a_mistake_is_counted_and_stays_missing(german: Any) -> None:
    translation = begun(german)
    po = filled(export(translation))
    next(entry for entry in po if "<a" in entry.msgid).msgstr = 'L\'<a id="a9">office</a> aide.'
    outcome = import_po(translation, po, by=None)
    assert (outcome.written, outcome.faulty) == (ALL, 1)
    assert missing(translation) == 1


def test_importing_twice_changes_nothing(german: Any) -> None:
    translation = begun(german)
    po = filled(export(translation))
    import_po(translation, po, by=None)
    before = list(StringTranslation.objects.order_by("pk").values_list("pk", "data", "updated_at"))
    assert import_po(translation, po, by=None).unchanged == ALL
    assert list(StringTranslation.objects.order_by("pk").values_list("pk", "data", "updated_at")) == before


def test_a_machines_text_is_fuzzy_and_stays_unapproved_until_the_mark_is_gone(german: Any) -> None:
    translation = begun(german)
    import_po(translation, filled(export(translation)), by=None)
    StringTranslation.objects.filter(context__object_id=german.translation_key).update(translation_type="machine")
    po = export(translation, only_missing=True)
    assert len(po) == ALL
    assert all("fuzzy" in entry.flags for entry in po)
    import_po(translation, read(str(po).encode()), by=None)
    assert missing(translation) == ALL
    po[0].flags.remove("fuzzy")
    import_po(translation, po, by=None)
    assert missing(translation) == ALL - 1


def test_a_language_goes_out_as_one_file_and_comes_back(german: Any, tmp_path: Any, capsys: Any) -> None:
    translation, of_topic = begun(german), begun(topic("Datenschutz"))
    begun(german, "it")
    file = tmp_path / "missing.zip"
    call_command("translations_export", "fr", str(file))
    packed = zipfile.ZipFile(file)
    assert len(packed.namelist()) == 2
    with zipfile.ZipFile(tmp_path / "back.zip", "w") as back:
        for name in packed.namelist():
            back.writestr(name, str(filled(polib.pofile(packed.read(name).decode()))))
        back.writestr("broken.po", "x")
        back.writestr("read-me.txt", "x")
    with pytest.raises(CommandError, match="1 files were refused"):
        call_command("translations_import", "fr", str(tmp_path / "back.zip"))
    assert "broken.po" in capsys.readouterr().err
    assert missing(translation) == missing(of_topic) == 0
    assert not StandardPage.objects.get(translation_key=german.translation_key, locale__language_code="fr").live
    with pytest.raises(CommandError, match="refused"):
        call_command("translations_import", "it", str(tmp_path / "back.zip"))


def test_a_zip_that_is_none_is_refused(tmp_path: Any) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(b"x")
    with pytest.raises(CommandError):
        call_command("translations_import", "fr", str(file))


def test_no_machine_translates_unless_one_is_named(editor: Client, german: Any) -> None:
    translation = begun(german)
    address = reverse("wagtail_localize:machine_translate", args=[translation.pk])
    assert editor.post(address, follow=True).status_code == 404
    assert progress_of_all([translation.pk])[translation.pk].unreviewed == 0


def test_what_a_machine_wrote_is_missing_until_somebody_approves_it(editor: Client, german: Any, settings: Any) -> None:
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {"CLASS": f"{DummyTranslator.__module__}.DummyTranslator"}
    translation = begun(german)
    editor.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
    assert missing(translation) == ALL
    edit = reverse("wagtailadmin_pages:edit", args=[translation.get_target_instance().pk])
    assert "5 Abschnitte hat eine Maschine übersetzt." in editor.get(edit).content.decode()
    editor.post(reverse("approve_translation", args=[translation.pk]))
    assert missing(translation) == 0
    assert "hat eine Maschine übersetzt" not in editor.get(edit).content.decode()
    written = StringTranslation.objects.filter(context__object_id=german.translation_key)
    assert set(written.values_list("last_translated_by__email", flat=True)) == {"editor@example.org"}


def test_a_text_that_somebody_saves_is_approved(editor: Client, german: Any) -> None:
    translation = begun(german)
    import_po(translation, filled(export(translation)), by=None)
    StringTranslation.objects.filter(context__object_id=german.translation_key).update(translation_type="machine")
    segment = translation.source.stringsegment_set.get(context__path="title")
    address = reverse("wagtail_localize:edit_string_translation", args=[translation.pk, segment.pk])
    editor.put(address, "value=x-5", content_type="application/x-www-form-urlencoded")
    assert missing(translation) == ALL - 1


def test_a_service_that_fails_is_a_message(editor: Client, german: Any, settings: Any) -> None:
    options = {"LIBRETRANSLATE_URL": "http://127.0.0.1:9", "API_KEY": "", "TIMEOUT": 1}
    settings.WAGTAILLOCALIZE_MACHINE_TRANSLATOR = {
        "CLASS": "home.localising.machine.LibreTranslate",
        "OPTIONS": options,
    }
    translation = begun(german)
    editor.post(reverse("wagtail_localize:machine_translate", args=[translation.pk]))
    assert "Der Übersetzungsdienst hat nicht geantwortet." in editor.get(reverse("translations")).content.decode()
    assert missing(translation) == ALL


class Answers:
    def translate(self, source_locale: Any, target_locale: Any, strings: Any) -> Any:
        return {string: StringValue("Straße") for string in strings}


class SwissAnswers(Swiss, Answers):
    pass


def test_german_of_a_machine_is_swiss() -> None:
    locales = {locale.language_code: locale for locale in Locale.objects.all()}
    asked = [StringValue("rue")]
    assert [text.data for text in SwissAnswers().translate(locales["fr"], locales["de"], asked).values()] == ["Strasse"]
    assert [text.data for text in SwissAnswers().translate(locales["de"], locales["fr"], asked).values()] == ["Straße"]


def test_nobody_approves_or_imports_in_a_language_that_is_not_theirs(german: Any) -> None:
    from tests.portal.test_translators import client_of

    translation = begun(german, "it")
    client = client_of("Translator French")
    data = str(filled(export(translation))).encode()
    client.post(
        reverse("wagtail_localize:upload_pofile", args=[translation.pk]), {"file": SimpleUploadedFile("x.po", data)}
    )
    client.post(reverse("approve_translation", args=[translation.pk]))
    assert missing(translation) == ALL


def test_a_file_without_an_end_is_no_file(german: Any) -> None:
    with pytest.raises(NotImportable):
        read(io.BytesIO(b'msgid "a').read())

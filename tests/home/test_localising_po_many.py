"""PO files of whole languages, out of the overview of translations and into it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from home.localising.po_files import export, read
from members.models import User
from tests.home.factories import page
from tests.members.factories import UserFactory

from .test_localising_po import ALL, LINK, begun, block, filled, missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("editor@example.org"))
    return client


@pytest.fixture
def german() -> Any:
    return page("Seite", body=[block(1, "text", "<h2>Titel</h2><p>Ein <b>Satz</b>.</p>"), block(2, "text", LINK)])


def send_many(client: Client, *files: tuple[str, bytes]) -> list[str]:
    """What the overview says after these files came."""
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    response = client.post(reverse("translations_upload"), {"files": sent}, follow=True)
    assert response.status_code == 200
    return [str(message).strip() for message in response.context["messages"]]


def test_the_overview_gives_a_language_out_and_takes_it_back(editor: Client, german: Any) -> None:
    translation = begun(german)
    begun(german, "it")
    packed = editor.get(reverse("translations_download", args=["fr"]))
    assert packed["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        (name,) = archive.namelist()
        po = filled(read(archive.read(name)))
    back = io.BytesIO()
    with zipfile.ZipFile(back, "w") as archive:
        archive.writestr(name, str(po))
        archive.writestr("other.po", b"nothing")
    taken, refused = send_many(editor, ("back.zip", back.getvalue()))
    assert taken.startswith(f"1 Datei wurde gelesen. {ALL} Abschnitte wurden importiert.")
    assert refused.startswith("other.po wurde abgelehnt. ")
    assert missing(translation) == 0
    assert not translation.get_target_instance().live
    assert editor.get(reverse("translations_download", args=["fr"]))["Location"] == reverse("translations")


def test_single_files_of_two_languages_come_back_at_once(editor: Client, german: Any) -> None:
    both = [begun(german, "fr"), begun(german, "it")]
    files = [(f"{one.pk}.po", str(filled(export(one))).encode()) for one in both]
    (said,) = send_many(editor, *files)
    assert said.startswith("2 Dateien wurden gelesen.")
    assert [missing(one) for one in both] == [0, 0]


def test_nothing_chosen_and_nothing_readable_are_said(editor: Client) -> None:
    assert send_many(editor) == ["Bitte wählen Sie zuerst eine PO-Datei oder eine ZIP-Datei."]
    assert send_many(editor, ("x.zip", b"x")) == ["x.zip wurde abgelehnt. Die ZIP-Datei lässt sich nicht lesen."]


def test_a_translator_takes_and_brings_only_their_language(german: Any) -> None:
    mine, other = begun(german, "fr"), begun(german, "it")
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name="Translator French"))
    client = Client()
    client.force_login(person)
    assert (
        client.get(reverse("translations_download", args=["it"])).status_code == 302
    )  # Wagtail leads away who may not
    assert client.get(reverse("translations_download", args=["fr"])).status_code == 200
    files = [(f"{one.pk}.po", str(filled(export(one))).encode()) for one in (mine, other)]
    refused = send_many(client, *files)[-1]
    assert "Italienisch" in refused
    assert (missing(mine), missing(other)) == (0, ALL)

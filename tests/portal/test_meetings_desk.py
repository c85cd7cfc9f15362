"""Meetings in the admin: written, published, changed, called off, and what came of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.letters.models import Letter
from members.meetings.models import Meeting
from portal.roles import EDITOR, FINANCE, NETWORK_MANAGER
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page
from tests.members.meeting_steps import LINK, draft, registered
from tests.members.needs_steps import acting
from tests.portal.test_organisation_naming import client_of

from .network_steps import coming, fresh, staff

__all__ = ["fresh"]

pytestmark = pytest.mark.django_db
NEW = reverse("meeting_new")


def desk(meeting: Meeting) -> str:
    return reverse("meeting_desk", args=[meeting.pk])


def typed(**changes: str) -> dict[str, str]:
    day = (timezone.localdate() + timedelta(days=30)).strftime("%d.%m.%Y")
    return {
        "kind": "working_group",
        "language": "fr",
        "starts_at": f"{day} 14:00",
        "ends_at": f"{day} 16:00",
        "place": "",
        "online_url": LINK,
        "capacity": "12",
        "fr-title": "Groupe de travail",
        "fr-summary": "Une phrase.",
        "fr-programme": "14:00 Accueil\r\n15:00 Suite",
        **changes,
    }


@pytest.mark.parametrize("role", [EDITOR, NETWORK_MANAGER])
def test_staff_write_a_draft_and_publish_it(role: str) -> None:
    client = staff(role)
    answer = client.post(NEW, typed(**{"de-title": "Arbeitsgruppe", "de-summary": "Ein Satz."}))
    meeting = Meeting.objects.get()
    assert answer.url == desk(meeting)
    assert (meeting.published_at, meeting.kind, meeting.capacity) == (None, "working_group", 12)
    assert sorted(meeting.texts.values_list("language", flat=True)) == ["de", "fr"]
    assert meeting.texts.get(language="fr").programme == "14:00 Accueil\n15:00 Suite"
    client.post(desk(meeting), {"publish": "yes"})
    assert Meeting.objects.shown().get() == meeting
    assert "Groupe de travail" in client.get(reverse("meetings_desk")).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "01.01.2020 10:00"},
        {"online_url": ""},
        {"capacity": "0"},
        {"capacity": "100000"},
        {"starts_at": "morgen"},
        {"language": "it"},
        {"fr-summary": ""},
        {"de-title": "Nur ein Titel"},
        {"fr-title": "x" * 121},
        {"kind": "party"},
        {"language": ""},
    ],
)
def test_what_does_not_fit_is_refused_and_what_was_typed_stays(wrong: dict[str, str]) -> None:
    answer = staff(EDITOR).post(NEW, typed(**wrong))
    assert answer.status_code == 200
    assert "Une phrase." in answer.content.decode() or "fr-summary" in wrong
    assert "error" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_what_is_changed_is_told_and_texts_that_were_emptied_go() -> None:
    meeting, who = coming(), acting()
    registered(meeting, who=who, now=timezone.now())
    form = typed(language="de", **{"de-title": "Neu", "de-summary": "Satz.", "fr-title": "", "fr-summary": ""})
    form["fr-programme"] = ""
    staff(EDITOR).post(reverse("meeting_edit", args=[meeting.pk]), form)
    meeting.refresh_from_db()
    assert (meeting.kind, meeting.place, meeting.revision) == ("working_group", "", 1)
    assert [each.title for each in meeting.texts.all()] == ["Neu"]
    assert Letter.objects.get().template == "meetings/letters/meeting_changed.txt"


def test_places_that_are_taken_can_not_go() -> None:
    meeting = coming(capacity=2)
    for n in range(2):
        registered(meeting, f"Person {n}", now=timezone.now())
    answer = staff(EDITOR).post(reverse("meeting_edit", args=[meeting.pk]), typed(capacity="1"))
    assert answer.status_code == 200
    assert "2" in answer.content.decode()
    assert Meeting.objects.get().capacity == 2


def test_staff_see_who_comes_and_who_waits() -> None:
    meeting = coming(capacity=1)
    registered(meeting, "Zoe <b>Zuerst</b>", "zoe@example.org", now=timezone.now())
    registered(meeting, "Will Warten", now=timezone.now())
    shown = staff(NETWORK_MANAGER).get(desk(meeting)).content.decode()
    assert "Zoe &lt;b&gt;Zuerst&lt;/b&gt;" in shown
    assert shown.index("zoe@example.org") < shown.index("Will Warten")


def test_a_meeting_is_called_off_with_a_reason_only() -> None:
    meeting, client = coming(), staff(NETWORK_MANAGER)
    registered(meeting, now=timezone.now())
    assert client.post(desk(meeting), {"call_off": "yes", "off-reason": " "}).status_code == 200
    client.post(desk(meeting), {"call_off": "yes", "off-reason": "Krank."})
    meeting.refresh_from_db()
    assert (meeting.is_called_off, meeting.reason) == (True, "Krank.")
    assert Letter.objects.get().template == "meetings/letters/meeting_called_off.txt"
    client.post(desk(meeting), {"call_off": "yes", "off-reason": "Noch einmal."})
    assert Meeting.objects.get().reason == "Krank."


def test_a_draft_is_deleted_and_a_published_meeting_is_not() -> None:
    client, meeting, kept = staff(EDITOR), draft(), coming()
    assert client.post(desk(meeting), {"give_up": "yes"}).url == reverse("meetings_desk")
    client.post(desk(kept), {"give_up": "yes"})
    assert Meeting.objects.get() == kept


def test_minutes_are_chosen_among_resources() -> None:
    meeting, client = coming(), staff(EDITOR)
    library = page("Wissen", model=ResourceIndexPage)
    minutes = page("Protokoll", parent=library, model=ResourcePage, summary="Kurz")
    client.post(desk(meeting), {"results": "yes", "results-resources": [str(minutes.pk)]})
    assert meeting.results.get().page_key == minutes.translation_key
    assert f'<option value="{minutes.pk}" selected>' in client.get(desk(meeting)).content.decode()
    client.post(desk(meeting), {"results": "yes", "results-resources": ["999999"]})
    assert meeting.results.count() == 1
    client.post(desk(meeting), {"results": "yes"})
    assert not meeting.results.exists()


def test_nobody_else_of_the_staff_sees_the_desk() -> None:
    meeting = coming()
    for path in (reverse("meetings_desk"), NEW, desk(meeting), reverse("meeting_edit", args=[meeting.pk])):
        assert staff(FINANCE).get(path).status_code in (302, 403)
        assert client_of(acting()[1]).get(path).status_code in (302, 403)
        assert staff(NETWORK_MANAGER).get(path).status_code == 200

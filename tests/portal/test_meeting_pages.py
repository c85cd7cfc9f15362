"""The pages of meetings, as visitors and members meet them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from members.meetings.actions import register
from members.meetings.deciding import call_off, set_results
from members.meetings.models import Meeting, RegistrationState
from members.models import Organisation, OrganisationState, User
from resources.models import ResourceIndexPage, ResourcePage
from tests.home.factories import page
from tests.members.factories import UserFactory
from tests.members.meeting_steps import LINK, draft, planned
from tests.members.needs_steps import acting
from tests.portal.test_organisation_naming import client_of

from .network_steps import MARKUP, SOON, coming, fresh, text

__all__ = ["fresh"]

pytestmark = pytest.mark.django_db
AGO = timedelta(days=20)


def url(name: str, *args: object, language: str = "de") -> str:
    with translation.override(language):
        return reverse(f"meetings:{name}", args=args)


def past() -> Meeting:
    starts_at = timezone.now() - AGO
    return planned(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))


def sent(meeting: Meeting, name: str, of: Organisation, by: User) -> Any:
    return register(meeting=meeting, organisation=of, name=name, email="", by=by, now=timezone.now())


def test_the_list_has_what_comes_and_what_was_and_no_draft() -> None:
    one, two, hidden = coming(), past(), draft(starts_at=timezone.now(), ends_at=timezone.now() + SOON)
    shown = text(url("meetings"))
    assert shown.index(url("meeting", one.pk)) < shown.index('id="past-title"') < shown.index(url("meeting", two.pk))
    assert url("meeting", hidden.pk) not in shown
    assert Client().get(url("meeting", hidden.pk)).status_code == 404


def test_the_list_is_filtered_by_kind() -> None:
    barcamp, group = coming(), coming(kind="working_group")
    shown = text(f"{url('meetings')}?kind=working_group")
    assert url("meeting", group.pk) in shown
    assert url("meeting", barcamp.pk) not in shown
    assert url("meeting", barcamp.pk) in text(f"{url('meetings')}?kind=party&page=99")


def test_visitors_read_when_and_where_and_neither_names_nor_the_link() -> None:
    meeting, (of, by) = coming(), acting()
    sent(meeting, "Zoe Zuerst", of, by)
    shown = text(url("meeting", meeting.pk))
    assert "Haus Beispiel, Bern" in shown
    assert "1 von 2 ist frei" in shown
    assert not [secret for secret in (LINK, "Zoe Zuerst", of.name, "csrfmiddlewaretoken") if secret in shown]


def test_only_an_organisation_with_somebody_who_has_a_place_sees_the_link() -> None:
    meeting, (of, by), waiting, other = coming(capacity=1), acting(), acting(), acting()
    sent(meeting, "Zoe Zuerst", of, by)
    assert sent(meeting, "Will Warten", *waiting).is_waiting
    path, calendar = url("meeting", meeting.pk), url("calendar", meeting.pk)
    assert LINK in text(path, client_of(by))
    assert LINK in text(calendar, client_of(by))
    for client in (client_of(waiting[1]), client_of(other[1]), Client()):
        assert LINK not in text(path, client)
        assert LINK not in text(calendar, client)
    assert "Nummer 1 in der Reihe" in text(path, client_of(waiting[1]))
    assert "Zoe Zuerst" not in text(path, client_of(waiting[1]))


def test_a_member_registers_themselves_and_colleagues_and_sees_them() -> None:
    meeting, (of, by) = coming(), acting()
    client, path = client_of(by), url("meeting", meeting.pk)
    assert f'value="{by.email}"' in text(path, client)
    answer = client.post(path, {"name": f"  {by.get_full_name()}  ", "email": by.email}, follow=True)
    assert "ist angemeldet" in answer.content.decode()
    assert meeting.registrations.get().person == by
    assert f'value="{by.email}"' not in text(path, client)
    client.post(path, {"name": "Kim Kollege", "email": ""})
    last = client.post(path, {"name": "Lou Letzte", "email": ""}, follow=True).content.decode()
    assert "auf der Warteliste" in last
    assert [each.state for each in meeting.registrations.order_by("pk")] == ["registered", "registered", "waiting"]
    assert {each.organisation for each in meeting.registrations.all()} == {of}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": " ", "email": ""}, "wer kommt"),
        ({"name": "...", "email": ""}, "wer kommt"),
        ({"name": "x" * 101, "email": ""}, "100"),
        ({"name": "Eva", "email": "keine"}, "name@organisation.ch"),
        ({"name": "zoe ZUERST", "email": ""}, "bereits jemanden"),
    ],
)
def test_what_does_not_fit_is_refused_and_what_was_typed_stays(typed: dict[str, str], says: str) -> None:
    meeting, (of, by) = coming(), acting()
    sent(meeting, "Zoe Zuerst", of, by)
    answer = client_of(by).post(url("meeting", meeting.pk), typed)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert says in shown
    assert typed["name"].strip() in shown
    assert meeting.registrations.count() == 1


def test_marks_of_html_in_names_stay_text() -> None:
    meeting, (of, by) = coming(), acting(name=MARKUP)
    entry = sent(meeting, MARKUP, of, by)
    client = client_of(by)
    for path in (url("meeting", meeting.pk), url("registration", entry.pk), reverse("dashboard")):
        assert MARKUP not in text(path, client)


def test_somebody_else_is_sent_and_signed_off_on_one_page() -> None:
    meeting, (of, by) = coming(), acting()
    client, entry = client_of(by), sent(meeting, "Zoe Zuerst", of, by)
    path = url("registration", entry.pk)
    assert client.post(path, {"name": "", "email": ""}).status_code == 422
    said = client.post(path, {"name": "Kim Kollege", "email": ""}, follow=True).content.decode()
    assert "Kim Kollege kommt anstelle von Zoe Zuerst." in said
    assert client.get(path).status_code == 404  # whoever was signed off has no page any more
    new = meeting.registrations.get(state=RegistrationState.REGISTERED)
    client.post(url("registration", new.pk), {"sign_off": "yes"})
    assert not meeting.registrations.live().exists()


def test_nobody_reaches_people_of_another_organisation() -> None:
    meeting, (of, by) = coming(), acting()
    entry = sent(meeting, "Zoe Zuerst", of, by)
    stranger = client_of(acting()[1])
    assert stranger.get(url("registration", entry.pk)).status_code == 404
    assert stranger.post(url("registration", entry.pk), {"sign_off": "yes"}).status_code == 404
    assert Client().post(url("meeting", meeting.pk), {"name": "Eva"}).status_code == 302
    assert client_of(UserFactory()).post(url("meeting", meeting.pk), {"name": "Eva"}).status_code == 403
    assert meeting.registrations.count() == 1


def test_from_the_start_on_nobody_is_registered_and_the_page_says_so() -> None:
    meeting, (of, by) = coming(), acting()
    entry, client = sent(meeting, "Zoe Zuerst", of, by), client_of(by)
    now = timezone.now()
    Meeting.objects.update(starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(hours=1))
    path = url("meeting", meeting.pk)
    shown = text(path, client)
    assert "hat begonnen" in shown
    assert LINK in shown
    assert '<button class="button" type="submit">' not in shown
    assert client.post(path, {"name": "Eva", "email": ""}).status_code == 422
    assert client.post(url("registration", entry.pk), {"sign_off": "yes"}).status_code == 409
    assert meeting.registrations.live().count() == 1


def test_a_meeting_that_is_called_off_says_why_and_has_no_link() -> None:
    meeting, (of, by) = coming(), acting()
    sent(meeting, "Zoe Zuerst", of, by)
    call_off(meeting=meeting, reason="Die Moderation ist krank.", now=timezone.now())
    shown = text(url("meeting", meeting.pk), client_of(by))
    assert "Die Moderation ist krank." in shown
    assert LINK not in shown
    assert "In den Kalender eintragen" not in shown
    assert "abgesagt" in text(url("meetings"))


def test_who_acts_for_two_says_for_which_and_a_suspended_organisation_registers_nobody() -> None:
    meeting, (one, by), two = coming(), acting(), acting()[0]
    two.memberships.create(person=by, role="member")
    client, path = client_of(by), url("meeting", meeting.pk)
    assert client.post(path, {"name": "Eva", "email": ""}).status_code == 422
    client.post(path, {"name": "Eva", "email": "", "organisation": str(two.pk)})
    assert meeting.registrations.get().organisation == two
    Organisation.objects.update(state=OrganisationState.SUSPENDED)
    assert client.post(path, {"name": "Ben", "email": ""}).status_code == 403
    assert "Eva" in text(path, client)
    assert one not in [each.organisation for each in meeting.registrations.all()]


def test_a_meeting_without_translation_is_marked_with_its_language() -> None:
    meeting = coming()
    shown = text(url("meeting", meeting.pk, language="it"))
    assert '<h1 lang="de">Barcamp Bern</h1>' in shown
    assert "<h1>Barcamp de Berne</h1>" in text(url("meeting", meeting.pk, language="fr"))


def test_what_came_of_it_leads_to_pages_in_the_reader_s_language_and_to_private_ones_who_may_read_them() -> None:
    meeting, (_of, by) = past(), acting()
    library = page("Wissen", model=ResourceIndexPage)
    minutes = page("Protokoll", parent=library, model=ResourcePage, summary="Kurz")
    hidden = page("Intern", parent=library, model=ResourcePage, summary="Kurz")
    hidden.view_restrictions.create(restriction_type="login")
    set_results(meeting=meeting, page_keys=[hidden.translation_key, minutes.translation_key])
    path = url("meeting", meeting.pk)
    assert minutes.url in text(path)
    assert hidden.url not in text(path)
    assert hidden.url in text(path, client_of(by))


def test_machines_read_an_event_without_the_link() -> None:
    meeting = coming()
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text(url("meeting", meeting.pk)))
    data = json.loads(found)
    assert (data["@type"], data["name"], data["maximumAttendeeCapacity"]) == ("Event", "Barcamp Bern", 2)
    assert data["eventAttendanceMode"].endswith("MixedEventAttendanceMode")
    assert LINK not in found


def test_search_engines_are_led_to_meetings_in_each_language() -> None:
    meeting, hidden = coming(), draft()
    found = text("/sitemap.xml")
    for language in ("de", "fr", "it"):
        assert f"<loc>http://testserver{url('meeting', meeting.pk, language=language)}</loc>" in found
    assert url("meeting", hidden.pk) not in found


def test_the_calendar_file_is_saved_under_a_name() -> None:
    meeting = coming()
    answer = Client().get(url("calendar", meeting.pk, language="fr"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert b"SUMMARY;LANGUAGE=fr:Barcamp de Berne\r\n" in answer.content
    assert f"URL:http://testserver{url('meeting', meeting.pk, language='fr')}\r\n".encode() in answer.content


def test_kept_pages_show_each_change_at_once(settings: Any, django_capture_on_commit_callbacks: Any) -> None:
    settings.PAGE_CACHE = True
    meeting, (of, by) = coming(), acting()
    path = url("meeting", meeting.pk)
    assert "2 von 2 sind frei" in text(path)
    with CaptureQueriesContext(connection) as asked:
        text(path)
    assert len(asked) == 0
    with django_capture_on_commit_callbacks(execute=True):
        sent(meeting, "Zoe Zuerst", of, by)
    assert "1 von 2 ist frei" in text(path)


def test_the_list_costs_as_many_queries_for_many_as_for_few() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            text(url("meetings"))
        return len(asked)

    coming()
    few = queries()
    for _n in range(5):
        coming()
    assert queries() == few


def test_the_overview_has_the_meetings_that_one_comes_to() -> None:
    mine, other, over, (of, by) = coming(), coming(), past(), acting()
    sent(mine, "Zoe Zuerst", of, by)
    with translation.override("de"):
        shown = text(reverse("dashboard"), client_of(by))
    assert url("meeting", mine.pk) in shown
    assert "Zoe Zuerst" in shown
    assert url("meeting", other.pk) not in shown
    assert url("meeting", over.pk) not in shown

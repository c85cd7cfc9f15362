"""What the demo shows of those who meet: minutes of what is over, and who comes to what takes place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from members.letters.models import Letter
from members.meetings.models import Meeting
from pooling.models import Attendee
from portal.briefing import LETTER, brief_staff
from tests.demo_site import demo_for_module, demo_site

__all__ = ["demo_for_module", "demo_site"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_for_module")]


@pytest.mark.parametrize(
    ("language", "path", "minutes"),
    [
        ("de", "treffen", "/de/wissen/protokoll-ein-ablauf-auf-einer-seite/"),
        ("fr", "rencontres", "/fr/ressources/compte-rendu-une-procedure-sur-une-page/"),
        ("it", "incontri", "/it/risorse/verbale-una-procedura-su-una-pagina/"),
    ],
)
def test_a_meeting_that_is_over_leads_to_its_minutes(language: str, path: str, minutes: str) -> None:
    meeting = Meeting.objects.exclude(results=None).distinct().get()
    page = Client().get(f"/{language}/{path}/{meeting.pk}/").content.decode()
    assert f'href="{minutes}"' in page
    assert "<h1" in Client().get(minutes).content.decode()


def test_people_are_named_for_what_takes_place_and_no_mail_is_sent_to_them() -> None:
    people = Attendee.objects.named()
    assert {each.pledge.pool.state for each in people} == {"confirmed"}
    assert {each.name for each in people} == {"Ben Beispiel", "Giulia Esempio", "Claire Exemple"}
    assert {(each.letter, bool(each.sent_at)) for each in people} == {("", True), ("", False)}


def test_staff_of_the_demo_are_told_what_waits_for_them() -> None:
    noon = timezone.now().replace(hour=12)
    brief_staff(now=next(day for n in range(3) if (day := noon + timedelta(days=n)).weekday() < 5))
    told = {each.person.email.partition("@")[0]: each.text for each in Letter.objects.filter(template=LETTER)}
    assert told.keys() == {"redaktion", "netzwerk", "betrieb"}
    assert "zu entscheiden" in told["netzwerk"]
    assert "zu entscheiden" not in told["redaktion"]

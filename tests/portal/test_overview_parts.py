"""The overview's other parts: who has to approve, the workshops to come, documents, people; in few statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from members.models import Membership, Organisation, Role, User
from pooling.actions.attendees import name_attendee
from pooling.actions.pools import cancel_pool
from pooling.actions.seats import give_seats
from pooling.models import Charge, Invoice
from portal.account.views import MOST_PAPERS
from tests.members.factories import UserFactory
from tests.members.needs_steps import written
from tests.pooling import factories as make

from .test_overview import BACKEND, collect, overview, part, pledged, pool

__all__ = ["us"]
pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 24


@pytest.fixture
def us() -> Organisation:
    return make.organisation()


def address(name: str, *args: Any) -> str:
    with translation.override("de"):
        return reverse(name, args=args)


def member(of: Organisation, **names: str) -> User:
    person: User = UserFactory(**names)
    Membership.objects.create(organisation=of, person=person, role=Role.MEMBER)
    return person


def test_whose_approval_is_missing_comes_first(us: Organisation) -> None:
    now = timezone.now()
    asked = make.asked(pool(), by=us, now=now)
    todo = part(overview(make.administrator(us)), "todo")
    assert asked.name in todo
    assert address("pooling:pledge", asked.pledge.uuid) in todo
    assert "notice-done" not in todo


def test_an_approval_whose_time_is_over_is_not_asked_for(us: Organisation) -> None:
    make.asked(pool(), by=us, now=timezone.now() - timedelta(days=15))
    assert "notice-done" in part(overview(make.administrator(us)), "todo")


def test_seats_without_a_name_ask_for_one_until_all_have_theirs(us: Organisation) -> None:
    now = timezone.now()
    pledge = pledged(us, shares=3, to=pool(seats_per_share=1))
    assert address("pooling:attendees", pledge.uuid) not in part(overview(make.administrator(us)), "todo")
    collect()
    by = make.administrator(us)
    give_seats(
        pledge=pledge, by=by, number=1, name="Kulturverein Gast", email="gast@example.org", language="de", now=now
    )
    name_attendee(pledge=pledge, name="Eva Beispiel", email="", by=by, now=now)
    todo = part(overview(by), "todo")
    assert "Für 1 Platz" in todo
    assert address("pooling:attendees", pledge.uuid) in todo
    assert "notice-done" not in todo
    name_attendee(pledge=pledge, name="Max Muster", email="", by=by, now=now)
    assert "notice-done" in part(overview(by), "todo")


def test_workshops_to_come_stand_by_their_day_and_open_ones_do_not(us: Organisation) -> None:
    now = timezone.now()
    later = make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=95))
    sooner, still_open = pool(), pool()
    for of in (later, sooner):
        make.pledge(of, shares=3, by=us, now=now)
    make.pledge(still_open, by=us, now=now)
    collect()
    person = make.administrator(us)
    for each in (later, sooner, still_open):
        each.texts.filter(language="de").update(title=f"Nummer {each.pk}")
    shown = part(overview(person), "next")
    assert shown.index(f"Nummer {sooner.pk}") < shown.index(f"Nummer {later.pk}")
    assert f"Nummer {still_open.pk}" not in shown
    assert "6 " in shown  # seats
    sooner.refresh_from_db()
    sooner.starts_at = now - timedelta(hours=1)
    type(sooner).objects.filter(pk=sooner.pk).update(closes_at=now - timedelta(days=60), starts_at=sooner.starts_at)
    assert f"Nummer {sooner.pk}" not in part(overview(person), "next")


def test_a_receipt_can_be_downloaded_once_something_was_paid(us: Organisation) -> None:
    pledge = pledged(us, shares=3)
    person = make.administrator(us)
    receipt = address("pooling:pledge_receipt", pledge.uuid)
    assert receipt not in overview(person)
    collect()
    assert receipt in part(overview(person), "papers")


def test_invoices_and_credit_notes_can_be_downloaded(us: Organisation) -> None:
    of = pool()
    pledge = make.invoiced(of, shares=3, by=us, now=timezone.now())
    person = make.administrator(us)
    papers = part(overview(person), "papers")
    assert Invoice.objects.get().number in papers
    assert address("pooling:pledge_invoice", pledge.uuid) in papers
    assert address("pooling:pledge_credit_note", pledge.uuid) not in papers
    cancel_pool(pool=of, reason="Krankheit", by=make.staff(), now=timezone.now())
    papers = part(overview(person), "papers")
    client = Client()
    client.force_login(person, backend=BACKEND)
    for name in ("pooling:pledge_invoice", "pooling:pledge_credit_note"):
        assert address(name, pledge.uuid) in papers
        assert client.get(address(name, pledge.uuid))["Content-Type"] == "application/pdf"


def test_a_part_that_was_paid_has_a_receipt_too(us: Organisation) -> None:
    pledge = make.invoiced(pool(), shares=3, by=us, now=timezone.now())
    charge = Charge.objects.get()
    make.receipt(charge, 10_000, now=timezone.now())
    papers = part(overview(make.administrator(us)), "papers")
    assert address("pooling:pledge_receipt", pledge.uuid) in papers
    assert "CHF 100.00".replace(" ", "\N{NO-BREAK SPACE}") in papers


def test_older_documents_are_folded_away(us: Organisation) -> None:
    for _n in range(MOST_PAPERS + 1):
        make.invoiced(pool(), shares=3, by=us, now=timezone.now())
    papers = part(overview(make.administrator(us)), "papers")
    first, _summary, older = papers.partition("<details>")
    assert (first.count(".pdf"), older.count(".pdf")) == (MOST_PAPERS, 1)


def test_others_documents_are_not_shown(us: Organisation) -> None:
    make.invoiced(pool(), shares=3, by=make.organisation(), now=timezone.now())
    assert not part(overview(make.administrator(us)), "papers")


def test_who_acts_is_named_with_the_role_and_who_is_gone_is_not(us: Organisation) -> None:
    person = member(us, first_name="Ben", last_name="Beispiel")
    gone = member(us, first_name="Weg", last_name="Gegangen")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    own = part(overview(person), "own")
    with translation.override("de"):
        assert f"Ben Beispiel ({Role.MEMBER.label})" in own
    assert "Gegangen" not in own
    assert address("organisation_naming", us.uuid) not in own  # administrators decide
    assert address("organisation_naming", us.uuid) in part(overview(make.administrator(us)), "own")


def test_the_overview_takes_as_many_statements_for_much_as_for_little(us: Organisation) -> None:
    now = timezone.now()

    def more() -> None:
        make.pledge(pool(), shares=3, by=us, now=now)
        make.invoiced(pool(), shares=3, by=us, now=now)
        make.asked(pool(), by=us, now=now)
        pledged(us)
        written(who=(us, make.administrator(us)))
        member(us)
        collect()

    def statements() -> int:
        client = Client()
        client.force_login(make.administrator(us), backend=BACKEND)
        client.get(address("dashboard"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address("dashboard")).status_code == 200
        return len(captured)

    more()
    few = statements()
    for _n in range(3):
        more()
    assert statements() == few <= MOST_STATEMENTS

"""What pages say holds in the state that they show, and is said once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from pooling.accounts import history_of
from pooling.actions.approvals import decline
from pooling.actions.errors import Refused
from pooling.actions.pools import cancel_pool
from pooling.calendar import calendar_of
from pooling.invoices.camt_errors import BankFileRefused
from pooling.models import Pool, Transfer
from pooling.templatetags.pool_story import moment_meaning
from pooling.workshops.models import WorkshopPage
from pooling.workshops.order import in_order

from . import factories as make
from .approval_steps import main
from .factories import asked
from .test_transfer_views import TYPED, path_of, taking_over
from .test_views import login, url
from .workshop_factories import workshop_with_pool

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Pool:
    now = timezone.now()
    return make.opened(now=now, closes_at=now + timedelta(days=20), starts_at=now + timedelta(days=80))


def reread(pool: Pool) -> Pool:
    return Pool.objects.get(pk=pool.pk)


def test_a_workshop_where_one_can_only_wait_stands_apart() -> None:
    now = timezone.now()
    times = {"closes_at": now + timedelta(days=20), "starts_at": now + timedelta(days=80)}
    free, full = workshop_with_pool("Frei", **times), workshop_with_pool("Voll", capacity=3, **times)
    make.pledge(full.pool, shares=3, now=now)
    found = in_order(WorkshopPage.objects.live().with_pools(), now=now)
    assert [page.title for page in found.accepting] == [free.title]
    assert [page.title for page in found.full] == [full.title]
    page = Client().get("/de/workshops/").content.decode()
    assert page.index("Hier können Sie mitmachen") < page.index("Ausgebucht, Warteliste offen") < page.index("Voll</a>")


def test_after_the_threshold_nothing_is_said_of_too_few_pledges(pool: Pool) -> None:
    client = login(make.administrator(make.organisation()))
    new = url("pledge_new", pool.uuid)
    assert "Wenn zu wenige zusagen" in main(client.get(new))
    make.pledge(pool, shares=3, now=timezone.now())
    page = main(client.get(new))
    assert "Wenn zu wenige zusagen" not in page
    assert "nur, wenn genug Organisationen mitmachen" not in page


def test_a_request_that_was_declined_ends_once_in_the_history(pool: Pool) -> None:
    approval = asked(pool, by=make.organisation(), now=timezone.now())
    decline(approval=approval, link=1, sentence="", now=timezone.now())
    kinds = [step.kind for step in history_of(approval.pledge)]
    assert kinds[-1] == "approval_declined"
    assert "pledge_withdrawn" not in kinds


def test_of_a_workshop_that_was_called_off_nothing_is_certain_any_more(pool: Pool) -> None:
    make.pledge(pool, shares=3, now=timezone.now())
    [funded] = [moment for moment in calendar_of(reread(pool), now=timezone.now()) if moment.kind == "funded"]
    with translation.override("de"):
        assert "verbindlich" in moment_meaning(funded, reread(pool))
        cancel_pool(pool=pool, reason="krank", by=make.staff(), now=timezone.now())
        assert moment_meaning(funded, reread(pool)) == ""


def test_a_number_that_is_too_high_leaves_the_pledge_as_it_was_and_the_page_says_so(pool: Pool) -> None:
    us = make.organisation()
    pledge = make.pledge(pool, by=us, now=timezone.now())
    page = main(login(make.administrator(us)).post(url("pledge_change", pledge.uuid), {"shares": "99", "accept": "on"}))
    assert "höchstens 6 Anteile" in page
    assert "Die Zusage gilt wie bisher." in page
    assert "zugesagt ist noch nichts" not in page


def test_a_pledge_that_passed_on_stays_in_the_former_holders_overview(pool: Pool) -> None:
    giver, receiver = make.organisation(name="Verein Gibt"), make.organisation(name="Stiftung Nimmt")
    pledge = make.pledge(pool, by=giver, now=timezone.now())
    client = login(make.administrator(giver))
    client.post(url("pledge_transfer", pledge.uuid), TYPED)
    transfer = Transfer.objects.get(pledge=pledge)
    with translation.override("de"):
        overview = reverse("dashboard")
    assert "Weitergegeben an" not in client.get(overview).content.decode()
    saved = make.method(receiver)
    login(make.administrator(receiver)).post(path_of(transfer), taking_over(receiver, method=str(saved.pk)))
    page = client.get(overview).content.decode()
    assert "Weitergegeben an Stiftung Nimmt" in page
    assert url("transfer_record", transfer.uuid) in page
    assert url("pledge", pledge.uuid) not in page


def test_once_prices_are_locked_seats_are_offered_instead_of_the_pledge(pool: Pool) -> None:
    us = make.organisation()
    pledge = make.pledge(pool, shares=2, by=us, now=timezone.now())
    client, give = login(make.administrator(us)), url("seats_give", pledge.uuid)
    assert give not in main(client.get(url("pledge_transfer", pledge.uuid)))
    make.pledge(pool, now=timezone.now())
    assert give in main(client.get(url("pledge_transfer", pledge.uuid)))


def test_shares_that_nobody_can_take_any_more_are_not_called_free(pool: Pool) -> None:
    pledge = make.pledge(pool, now=timezone.now())
    client = login(make.administrator(pledge.organisation))
    assert "5 frei" in main(client.get(url("pledge", pledge.uuid)))
    cancel_pool(pool=pool, reason="krank", by=make.staff(), now=timezone.now())
    page = main(client.get(url("pledge", pledge.uuid)))
    assert "5 nicht vergeben" in page
    assert "5 frei" not in page


def kinds_of(refusal: type[Exception]) -> list[type[Exception]]:
    below = refusal.__subclasses__()
    return [*below, *(further for kind in below for further in kinds_of(kind))]


@pytest.mark.parametrize("kind", [*kinds_of(Refused), *kinds_of(BankFileRefused)], ids=lambda kind: kind.__name__)
def test_each_refusal_says_in_a_sentence_of_its_own_what_happened(kind):
    """Else a person reads what the exception was made with, which is for programmers."""
    assert kind.__str__ is not Exception.__str__

"""What staff see of the payment service: disputes that wait for them, and what the last night's comparison found."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pooling.accounts import cost_sheet, money_of
from pooling.accounts.finance import differences_since
from pooling.actions.disputes import enter_dispute
from pooling.actions.pools import cancel_pool
from pooling.actions.settlement import collect_due_charges
from pooling.charts import flow_of
from pooling.models import Attempt, Comparison, DisputeState
from pooling.workshops.figures import calling_off
from portal.roles import FINANCE, make_roles

from . import factories as make
from .factories import NOW
from .test_invoice_pdf import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client) -> Client:
    make_roles()
    person = make.staff()
    person.groups.add(Group.objects.get(name=FINANCE))
    client.force_login(person)
    return client


def disputed(state: DisputeState = DisputeState.NEEDS_RESPONSE) -> Attempt:
    make.funded()
    collect_due_charges(now=NOW)
    attempt = Attempt.objects.order_by("pk")[0]
    made = make.dispute_made(attempt, state=state, reason="fraudulent", due_by=NOW + timedelta(days=9))
    enter_dispute(attempt=attempt, made=made, now=NOW)
    return attempt


def compared(*differences: dict[str, object], hours_ago: int = 2) -> None:
    at = timezone.now() - timedelta(hours=hours_ago)
    Comparison.objects.create(
        provider="stripe", since=NOW, at=at, payments=7, refunds=2, disputes=1, differences=list(differences)
    )


def page(desk: Client) -> str:
    response = desk.get(reverse("desk_service"))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_is_for_those_who_look_after_the_money(client: Client) -> None:
    client.force_login(make.staff())
    assert client.get(reverse("desk_service")).status_code in (302, 403)


def test_an_open_dispute_stands_there_with_its_amount_and_until_when_to_answer(desk: Client) -> None:
    attempt = disputed()
    shown = page(desk)
    for told in (attempt.charge.pledge.organisation.name, "300.00", "fraudulent", f"du_{attempt.pk}", "10.03.2027"):
        assert told in shown
    assert "wartet auf die Antwort der Trägerschaft" in shown


def test_one_that_was_decided_waits_for_nobody(desk: Client) -> None:
    disputed(DisputeState.LOST)
    assert "Keine Anfechtung ist offen." in page(desk)


def test_what_the_last_comparison_found_is_told_in_sentences(desk: Client) -> None:
    compared()
    assert "Beide Bücher sagen dasselbe." in page(desk)
    compared({"code": "payment_foreign", "ref": "pi_1", "amount": 4_200})
    shown = page(desk)
    assert "pi_1 von CHF 42.00 nennt keine unserer Zusagen" in shown
    assert "tick" not in shown
    compared(hours_ago=40)
    assert "«tick»" in page(desk)


def test_the_admins_first_page_says_so_only_if_there_is_something_to_do(desk: Client) -> None:
    home = reverse("wagtailadmin_home")
    assert "auf Ihre Antwort" not in desk.get(home).content.decode()
    disputed()
    compared({"code": "payment_foreign", "ref": "pi_1", "amount": 4_200})
    shown = desk.get(home).content.decode()
    assert "1 Anfechtung wartet auf Ihre Antwort" in shown
    assert "1 Abweichung von den Büchern des Zahlungsdienstes" in shown


def test_the_organisation_reads_what_its_bank_wants_and_that_its_refund_waits(client: Client) -> None:
    attempt = disputed()
    pledge = attempt.charge.pledge
    cancel_pool(pool=pledge.pool, reason="abgesagt", by=make.staff(), now=NOW)
    client.force_login(make.administrator(pledge.organisation))
    shown = " ".join(client.get(reverse("pooling:pledge", args=[pledge.uuid])).content.decode().split())
    assert "Die Bank will CHF 300.00 Ihrer Zahlung zurück." in shown
    assert "wartet, bis die Anfechtung entschieden ist" in shown


def test_who_calls_off_reads_what_waits_for_a_bank() -> None:
    attempt = disputed()
    effect = calling_off(attempt.charge.pledge.pool)
    assert (effect.refunded, effect.disputed) == (90_000, 30_000)


def test_drawings_tables_and_receipts_tell_what_a_bank_took(client: Client) -> None:
    attempt = disputed(DisputeState.LOST)
    pledge, pool = attempt.charge.pledge, attempt.charge.pledge.pool
    flow = flow_of(pool, money_of(pool))
    assert sum(part.amount for part in flow.comes_from) == sum(part.amount for part in flow.goes_to)
    assert [part.amount for part in flow.goes_to if part.kind == "refunds"] == [30_000]
    sheet = cost_sheet(pool, now=NOW)
    assert (sheet.totals.refunded, sheet.available, sheet.not_kept) == (30_000, 60_000, 30_000)
    client.force_login(make.administrator(pledge.organisation))
    receipt = text_of(client.get(reverse("pooling:pledge_receipt", args=[pledge.uuid])).content)
    assert "von der Bank der zahlenden Person zurückgebucht -300.00" in receipt


def test_the_organisation_reads_what_its_bank_took(client: Client) -> None:
    pledge = disputed(DisputeState.LOST).charge.pledge
    client.force_login(make.administrator(pledge.organisation))
    shown = client.get(reverse("pooling:pledge_money", args=[pledge.uuid])).content.decode()
    assert "Von der Bank zurückgebucht" in shown
    assert "die Trägerschaft meldet sich bei Ihnen" in shown
    assert client.get(reverse("pooling:pledge_money_csv", args=[pledge.uuid])).status_code == 200


def test_a_difference_waits_since_it_was_found_without_a_break() -> None:
    old, new, gone_meanwhile = ({"code": code} for code in ("old", "new", "gone meanwhile"))
    for hours_ago, found in ((96, [old, gone_meanwhile]), (72, [old]), (48, [gone_meanwhile, old])):
        compared(*found, hours_ago=hours_ago)
    compared(new, gone_meanwhile, old, hours_ago=24)
    first, _second, third, last = Comparison.objects.order_by("pk").values_list("at", flat=True)
    since = {json.loads(name)["code"]: at for name, at in differences_since().items()}
    assert since == {"old": first, "gone meanwhile": third, "new": last}
    compared()
    assert differences_since() == {}

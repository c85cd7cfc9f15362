"""Stripe's books against ours: what was missed is entered, and what differs is said, every night and on demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from pooling.actions.reconciling import EVERY, compare_books, compare_books_at_night, next_night, told
from pooling.invariants import breaches
from pooling.models import (
    Attempt,
    Charge,
    Comparison,
    Dispute,
    DisputeState,
    Refund,
    RefundReason,
    Round,
    RoundKind,
    WebhookEvent,
)
from pooling.payments.stripe import client as stripe

from .stripe_fixtures import EVERY_RETRY, PAYMENTS, Bank

pytestmark = pytest.mark.django_db
SHARE = 30_000
EVENTS = "^/v1/events$"
LONG_AGO = timedelta(days=30)


@pytest.fixture
def paid(bank: Bank) -> Attempt:
    """The one payment of a pool of CHF 300.00, two hours ago. No notice of it came."""
    bank.control("webhooks", mode="drop", count=1000)
    bank.funded()
    bank.tick()
    bank.later(hours=2)
    # Whatever the hour is at which this runs: no night comes before tests say so.
    Round.objects.filter(kind=RoundKind.BOOKS).update(next_at=bank.now + timedelta(days=1))
    return Attempt.objects.get()


def charged_there(bank: Bank, **metadata: str) -> str:
    """A payment that was made at Stripe without us, eleven minutes ago."""
    customer = Attempt.objects.get().parameters["customer"]
    made = stripe().v1.payment_intents.create(
        {
            "amount": 900,
            "currency": "chf",
            "confirm": True,
            "customer": customer,
            "payment_method": "pm_card_visa",
            "return_url": "https://example.org/",
            "metadata": metadata,
        }
    )
    bank.later(minutes=11)
    return made.id


def compared(bank: Bank) -> list[str]:
    comparison = compare_books(provider_name="stripe", since=bank.now - LONG_AGO, now=bank.now)
    return [each.code for each in told(comparison)]


# notices that did not arrive


def test_a_notice_that_did_not_reach_us_is_taken_within_ten_minutes_and_once(bank: Bank, paid: Attempt) -> None:
    ref = bank.control("dispute", intent=paid.intent_ref)["id"]
    bank.tick(minutes=10)
    assert Dispute.objects.get().ref == ref
    taken = set(WebhookEvent.objects.values_list("ref", flat=True))
    assert not WebhookEvent.objects.filter(handled_at=None).exists()
    asked = len(bank.requests(EVENTS, "GET"))
    bank.tick(minutes=1)
    assert len(bank.requests(EVENTS, "GET")) == asked  # not before it is time
    bank.tick(minutes=10)
    assert len(bank.requests(EVENTS, "GET")) == asked + 1
    assert set(WebhookEvent.objects.values_list("ref", flat=True)) == taken


def test_while_stripe_does_not_answer_no_notice_is_passed_over(bank: Bank, paid: Attempt) -> None:
    before = Round.objects.get(kind=RoundKind.NOTICES).done_at
    bank.control("dispute", intent=paid.intent_ref)
    bank.fault("503", match=EVENTS, method="GET", count=EVERY_RETRY)
    bank.tick(minutes=10)
    assert Round.objects.get(kind=RoundKind.NOTICES).done_at == before
    assert not Dispute.objects.exists()
    bank.tick(minutes=10)
    assert Dispute.objects.exists()


# what both books hold


def test_books_that_agree_say_so(bank: Bank, paid: Attempt, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(bank) == []
    assert (Comparison.objects.get().payments, Comparison.objects.get().differences) == (1, [])
    with time_machine.travel(bank.now):
        call_command("check_money", stripe=True)
    assert "Our rows are Stripe's: 1 payments, 0 refunds, 0 disputes." in capsys.readouterr().out


def test_money_that_names_no_pledge_is_told(bank: Bank, paid: Attempt, capsys: pytest.CaptureFixture[str]) -> None:
    ref = charged_there(bank)
    assert compared(bank) == ["payment_foreign"]
    with time_machine.travel(bank.now), pytest.raises(SystemExit) as ended:
        call_command("check_money", stripe=True)
    assert ended.value.code == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if "[warning" not in line]  # the night's own
    assert lines == [f"stripe: Payment {ref} of CHF\u00a09.00 names no pledge of ours: who made it, and what for?"]


def test_a_pledge_with_two_payments_is_told_until_one_is_sent_back(bank: Bank, paid: Attempt) -> None:
    pledge = str(paid.charge.pledge.uuid)
    ref = charged_there(bank, pledge=pledge, attempt=paid.key)
    assert compared(bank) == ["payment_unknown", "paid_twice"]
    stripe().v1.refunds.create({"payment_intent": ref})
    bank.later(minutes=1)
    assert compared(bank) == ["payment_unknown"]


def test_an_amount_that_differs_is_told(bank: Bank, paid: Attempt) -> None:
    Attempt.objects.update(captured=SHARE - 1)
    assert compared(bank) == ["payment_amount"]


def test_a_payment_that_stripe_does_not_know_is_told(bank: Bank, paid: Attempt) -> None:
    Attempt.objects.update(intent_ref="pi_nobody_knows")
    assert sorted(compared(bank)) == ["payment_missing", "payment_unknown"]


def test_what_is_minutes_old_is_not_compared_yet(bank: Bank) -> None:
    bank.funded()
    bank.tick()
    Attempt.objects.update(intent_ref="pi_nobody_knows")
    assert compared(bank) == []


# what the night finds is entered


def test_a_payment_that_we_gave_up_is_entered_when_the_books_show_it(bank: Bank, paid: Attempt) -> None:
    ref = paid.intent_ref
    Attempt.objects.update(state="failed", captured=0, intent_ref="")
    Charge.objects.update(state="action_required", captured=0, mend_until=bank.now + timedelta(days=5))
    assert compared(bank) == []
    assert (Attempt.objects.get().intent_ref, Charge.objects.get().captured) == (ref, SHARE)


def test_a_refund_and_a_dispute_that_nobody_told_of_are_entered(bank: Bank, paid: Attempt) -> None:
    stripe().v1.refunds.create({"payment_intent": paid.intent_ref, "amount": 8_000})
    ref = bank.control("dispute", intent=paid.intent_ref)["id"]
    bank.control("dispute", dispute=ref, status="lost")
    bank.later(minutes=11)
    assert compared(bank) == []
    assert (Refund.objects.get().amount, Refund.objects.get().reason) == (8_000, RefundReason.OUTSIDE)
    assert (Dispute.objects.get().state, Dispute.objects.get().charged_back) == (DisputeState.LOST, SHARE - 8_000)
    assert not list(breaches())


def test_a_refund_that_stripe_does_not_know_is_told(bank: Bank, paid: Attempt) -> None:
    stripe().v1.refunds.create({"payment_intent": paid.intent_ref, "amount": 8_000})
    bank.later(minutes=11)
    compared(bank)
    Refund.objects.update(settled_by="re_nobody_knows", first_sent_at=bank.now)
    bank.later(hours=2)
    assert "refund_missing" in compared(bank)


def test_a_dispute_that_stripe_does_not_know_is_told(bank: Bank, paid: Attempt) -> None:
    bank.control("dispute", intent=paid.intent_ref)
    bank.later(hours=2)
    compared(bank)
    Dispute.objects.update(ref="du_nobody_knows")
    assert "dispute_missing" in compared(bank)


# when


@pytest.mark.parametrize(
    ("now", "night"),
    [
        (datetime(2027, 1, 10, 1, 59, tzinfo=UTC), datetime(2027, 1, 10, 2, 0, tzinfo=UTC)),
        (datetime(2027, 1, 10, 2, 0, tzinfo=UTC), datetime(2027, 1, 11, 2, 0, tzinfo=UTC)),
        (datetime(2027, 7, 10, 12, 0, tzinfo=UTC), datetime(2027, 7, 11, 1, 0, tzinfo=UTC)),
    ],
)
def test_the_books_are_compared_at_three_in_switzerland(now: datetime, night: datetime) -> None:
    assert next_night(now) == night


def test_each_night_has_one_comparison_and_one_that_fails_is_tried_again(bank: Bank, paid: Attempt) -> None:
    Round.objects.filter(kind=RoundKind.BOOKS).delete()
    assert compare_books_at_night(now=bank.now) == 0  # not now: the first one comes with the night
    night = next_night(bank.now) + timedelta(minutes=1)
    bank.fault("503", match=PAYMENTS, method="GET", count=EVERY_RETRY)
    assert (compare_books_at_night(now=night), Comparison.objects.count()) == (0, 0)
    assert compare_books_at_night(now=night + timedelta(minutes=1)) == 0
    assert compare_books_at_night(now=night + EVERY) == 1
    assert compare_books_at_night(now=night + 2 * EVERY) == 0
    assert Comparison.objects.get().at == night + EVERY
    assert compare_books_at_night(now=night + timedelta(days=1)) == 1


def test_without_a_key_or_an_answer_nothing_is_called_right(bank: Bank, settings: Any) -> None:
    bank.fault("503", match=PAYMENTS, method="GET", count=EVERY_RETRY)
    with pytest.raises(CommandError, match="could not be read"):
        call_command("check_money", stripe=True)
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CommandError, match="STRIPE_SECRET_KEY is not set"):
        call_command("check_money", stripe=True)

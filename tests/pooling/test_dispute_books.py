"""`check_money` knows disputes: a breach planted by hand is found, and sound books have none."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pooling.actions.disputes import enter_dispute
from pooling.invariants import breaches
from pooling.models import Attempt, Dispute, DisputeState, Pool, Refund

from . import factories as make
from .factories import NOW
from .test_check_money import confirmed, sql, without

pytestmark = pytest.mark.django_db


def charged_back() -> Pool:
    """One of its payments was taken back by the payer's bank."""
    pool = confirmed()
    attempt = Attempt.objects.order_by("pk")[0]
    enter_dispute(attempt=attempt, made=make.dispute_made(attempt, state=DisputeState.LOST), now=NOW)
    return pool


def plant_a_state_that_no_event_tells() -> None:
    sql("UPDATE pooling_dispute SET state = 'won', charged_back = 0")


def plant_less_taken_back_than_the_events_tell() -> None:
    sql("UPDATE pooling_dispute SET charged_back = charged_back - 1")


def plant_a_refund_of_what_the_bank_took_back() -> None:
    attempt = Dispute.objects.get().attempt
    charge = attempt.charge
    Refund.objects.create(
        charge=charge, attempt=attempt, amount=30_000, reason="not_owed", created_at=NOW, next_look_at=NOW
    )


def plant_one_dispute_named_twice() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # none is left to be checked when the table changes
    without("pooling_dispute", "dispute_ref_is_unique")
    dispute = Dispute.objects.get()
    Dispute.objects.create(
        provider=dispute.provider,
        ref=dispute.ref,
        attempt=dispute.attempt,
        amount=dispute.amount,
        state=DisputeState.NEEDS_RESPONSE,
        opened_at=NOW,
        next_look_at=NOW,
    )


@pytest.mark.parametrize(
    ("plant", "line"),
    [
        (plant_a_state_that_no_event_tells, "6: .* other disputes"),
        (plant_less_taken_back_than_the_events_tell, "6: .* other money taken back by banks"),
        (plant_a_refund_of_what_the_bank_took_back, "3: attempt .* 30000 by refund and 30000 by the bank"),
        (plant_a_refund_of_what_the_bank_took_back, "3: pledge .* net -30000"),
        (plant_one_dispute_named_twice, "5: dispute sandbox .* stands 2 times"),
    ],
)
def test_a_planted_breach_is_found(plant: Callable[[], None], line: str) -> None:
    charged_back()
    assert not list(breaches())
    plant()
    assert any(re.match(line, found) for found in breaches())

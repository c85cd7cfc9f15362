"""Whatever order a refund, a dispute and their answers come in: no Rappen of a payment goes back twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from pooling.actions.bank import enter_payout
from pooling.actions.closing import close_pool
from pooling.actions.disputes import look_for_disputes
from pooling.actions.errors import Refused
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import claim_refund, send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Attempt, Dispute, DisputeState, Refund, SandboxEntry
from pooling.payments.base import OutcomeUnknown
from pooling.tick import STEPS
from tests.conftest import IS_PROOF

from . import factories as make
from .factories import NOW

pytestmark = pytest.mark.django_db
SHARE = 30_000
DONE = ("succeeded", "paid_out")


class Story:
    """A pool with a surplus; the bank of one of those who paid disputes `amount`, and nobody tells us."""

    def __init__(self, amount: int) -> None:
        self.pool = make.funded(cost=80_000)
        collect_due_charges(now=NOW)
        self.attempt = Attempt.objects.filter(charge__pledge__pool=self.pool).order_by("pk")[0]
        self.staff, self.now, self.amount = make.staff(), NOW, amount

    def at_the_bank(self, state: DisputeState, *, is_inquiry: bool = False) -> None:
        """A decision stands, but for a loss that is turned round."""
        entry = SandboxEntry.objects.filter(kind="dispute", data__intent_ref=self.attempt.intent_ref).first()
        entry = entry or SandboxEntry(ref=f"dispute-{self.attempt.pk}", kind="dispute", amount=self.amount)
        is_open, turns_round = entry.state in ("", *Dispute.OPEN_STATES), (entry.state, state) == ("lost", "won")
        if is_open or turns_round:
            movements = 2 if turns_round else 0 if is_inquiry else 1
            data = {"intent_ref": self.attempt.intent_ref, "is_inquiry": is_inquiry, "movements": movements}
            entry.state, entry.data = state, data
            entry.save()

    def ask(self) -> None:
        self.at_the_bank(DisputeState.NEEDS_RESPONSE, is_inquiry=True)

    def open(self) -> None:
        self.at_the_bank(DisputeState.NEEDS_RESPONSE)

    def win(self) -> None:
        self.at_the_bank(DisputeState.WON)

    def lose(self) -> None:
        self.at_the_bank(DisputeState.LOST)

    def hear(self) -> None:
        with suppress(OutcomeUnknown), transaction.atomic():
            look_for_disputes(attempt=self.attempt, now=self.now)

    def call_off(self) -> None:
        with suppress(Refused), transaction.atomic():
            cancel_pool(pool=self.pool, reason="abgesagt", by=self.staff, now=self.now)

    def close(self) -> None:
        self.now = max(self.now, self.pool.starts_at)
        with suppress(Refused), transaction.atomic():
            close_pool(pool=self.pool, by=self.staff, now=self.now)

    def claim_and_die(self) -> None:
        claim_refund(now=self.now)

    def send(self) -> None:
        send_due_refunds(now=self.now)

    def tick(self) -> None:
        self.now += timedelta(hours=7)
        for step in STEPS:
            step(now=self.now)

    def by_hand(self) -> None:
        for refund in Refund.objects.by_hand():
            ref = f"out {refund.pk}"
            enter_payout(refund=refund, paid_on=self.now.date(), reference=ref, by=self.staff, now=self.now)


TURNS = ("ask", "open", "win", "lose", "hear", "call_off", "close", "claim_and_die", "send", "tick", "by_hand")


@settings(max_examples=300 if IS_PROOF else 25)  # each is a life of its own, of two seconds
@given(
    amount=st.sampled_from([SHARE, 12_000, 500]),
    turns=st.lists(st.sampled_from(TURNS), min_size=3, max_size=9),
    end=st.sampled_from(["win", "lose"]),
)
def test_no_rappen_goes_back_twice_in_any_order(amount: int, turns: list[str], end: str) -> None:
    with transaction.atomic():
        story = Story(amount)
        for turn in [*turns, end, "hear", "tick", "hear", "tick", "by_hand", "tick"]:
            getattr(story, turn)()
            assert not list(breaches()), turn
        attempt = story.attempt
        refunded = sum(Refund.objects.filter(attempt=attempt, state__in=DONE).values_list("amount", flat=True))
        dispute = Dispute.objects.filter(attempt=attempt).first()
        assert refunded + (dispute.charged_back if dispute else 0) <= SHARE
        assert not Refund.objects.counted_as_due().exists()
        story.pool.refresh_from_db()
        if story.pool.state == "cancelled":
            assert refunded + (dispute.charged_back if dispute else 0) == SHARE
        transaction.set_rollback(True)

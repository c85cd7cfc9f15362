"""What an organisation reads of a dispute of its payment, and of a workshop that is called off meanwhile."""

from __future__ import annotations

import pytest

from members.letters.models import Letter
from pooling.actions.disputes import enter_dispute
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Attempt, Dispute, DisputeState, Pool, SandboxEntry

from . import factories as make
from .factories import NOW, dispute_made
from .letter_factories import flat

pytestmark = pytest.mark.django_db
OPEN, REVIEW, WON, LOST, CLOSED = (
    DisputeState.NEEDS_RESPONSE,
    DisputeState.UNDER_REVIEW,
    DisputeState.WON,
    DisputeState.LOST,
    DisputeState.CLOSED,
)

FULL = "erhält sie vollständig zurück"  # as the letter says it where nothing is in doubt


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


@pytest.fixture
def attempt() -> Attempt:
    """A payment of CHF 300.00 in a pool that is confirmed."""
    make.funded(cost=60_000, behaviours=("pays", "pays"))
    collect_due_charges(now=NOW)
    return Attempt.objects.order_by("pk")[0]


def turns(attempt: Attempt, state: DisputeState, **details) -> Dispute:
    return enter_dispute(attempt=attempt, made=dispute_made(attempt, state=state, **details), now=NOW)


def call_off() -> None:
    cancel_pool(pool=Pool.objects.get(), reason="abgesagt", by=make.staff(), now=NOW)


def written(name: str, attempt: Attempt) -> list[str]:
    organisation = attempt.charge.pledge.organisation
    letters = Letter.objects.filter(template=f"pooling/letters/{name}.txt", organisation=organisation).order_by("pk")
    return [flat(letter.text) for letter in letters]


def test_one_that_is_opened_is_told_once_and_says_that_the_pledge_stands(attempt: Attempt) -> None:
    for _twice in range(2):
        turns(attempt, OPEN)
    turns(attempt, REVIEW, movements=2)
    [text] = written("dispute", attempt)
    assert "CHF\u00a0300.00" in text
    assert "Ihre Zusage steht" in text
    assert Letter.objects.filter(template__endswith="/dispute.txt").count() == 1, "it is nobody else's affair"


def test_a_banks_question_is_not_told_before_it_becomes_a_dispute(attempt: Attempt) -> None:
    turns(attempt, OPEN, is_inquiry=True, movements=0, withdrawn=0)
    assert written("dispute", attempt) == []
    turns(attempt, OPEN)
    assert len(written("dispute", attempt)) == 1


@pytest.mark.parametrize("ends", [WON, CLOSED])
def test_one_that_ends_well_says_that_the_payment_stands(attempt: Attempt, ends: DisputeState) -> None:
    turns(attempt, OPEN)
    turns(attempt, ends, movements=2)
    [_opened, text] = written("dispute", attempt)
    assert "Die Zahlung bleibt bestehen" in text
    assert "Ihre Zusage steht" in text


def test_one_that_is_lost_says_what_the_bank_took_and_that_nothing_is_charged_again(attempt: Attempt) -> None:
    turns(attempt, OPEN)
    turns(attempt, LOST, movements=2)
    [_opened, text] = written("dispute", attempt)
    assert "CHF\u00a0300.00" in text
    assert "nicht noch einmal" in text


def test_one_that_was_lost_and_is_won_after_all_is_told_again(attempt: Attempt) -> None:
    turns(attempt, OPEN)
    turns(attempt, LOST, movements=2)
    turns(attempt, WON, movements=3)
    assert len(written("dispute", attempt)) == 3


def test_what_is_called_off_during_a_dispute_does_not_promise_the_money(attempt: Attempt) -> None:
    turns(attempt, OPEN)
    call_off()
    [text] = written("cancelled", attempt)
    assert FULL not in text
    assert "Solange sie nicht entschieden hat" in text
    [other] = Attempt.objects.exclude(pk=attempt.pk)
    [text] = written("cancelled", other)
    assert FULL in text
    assert "Solange sie nicht" not in text


def test_what_is_won_after_the_calling_off_is_sent_back(attempt: Attempt) -> None:
    turns(attempt, OPEN)
    call_off()
    turns(attempt, WON, movements=2)
    assert "Wir können Ihnen jetzt zurücksenden" in written("dispute", attempt)[-1]


def test_what_is_lost_after_the_calling_off_is_not_sent_a_second_time(attempt: Attempt) -> None:
    turns(attempt, OPEN)
    call_off()
    turns(attempt, LOST, movements=2)
    assert "kein zweites Mal" in written("dispute", attempt)[-1]


def test_what_was_lost_before_the_calling_off_is_named_as_given_back(attempt: Attempt) -> None:
    turns(attempt, OPEN)
    turns(attempt, LOST, movements=2)
    call_off()
    [text] = written("cancelled", attempt)
    assert "schon CHF\u00a0300.00 zurückgegeben" in text
    assert "hat nichts bezahlt" not in text


def test_what_was_sent_back_before_it_was_lost_was_received_twice(attempt: Attempt) -> None:
    call_off()
    send_due_refunds(now=NOW)
    assert SandboxEntry.objects.filter(kind="refund").count() == 2
    turns(attempt, OPEN)
    turns(attempt, LOST, movements=2)
    opened, lost = written("dispute", attempt)
    assert "schuldet für diesen Workshop nichts" in opened
    assert "zweimal erhalten" in lost

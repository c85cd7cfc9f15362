"""Every way that a pool can go: walks that reach each turn, and machines that stray as they like."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from pooling.actions.pledges import withdraw_pledge
from pooling.models import Pledge
from tests.conftest import IS_PROOF

from . import factories as make
from .life_machine import LifeOfAPool
from .life_turns import watch_turns

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)

# DESIGN.md section 5: the table of transitions, and what it says of pledges, charges and refunds. What only a provider
# brings about (a refund that fails, say) is told where the provider is.
TURNS = {
    "pool": {
        "draft": {"open", "cancelled"},
        "open": {"funded", "lapsed", "cancelled"},
        "funded": {"confirmed", "short", "cancelled"},
        "short": {"confirmed", "cancelled"},
        "confirmed": {"cancelled", "closed"},
    },
    "pledge": {
        "": {"pending", "standing", "waiting"},
        "waiting": {"offered", "withdrawn", "expired"},
        "offered": {"pending", "withdrawn", "expired"},
        "pending": {"standing", "withdrawn", "expired"},
        "expired": {"standing"},  # its method came late, and places are free
        "standing": {"withdrawn", "dropped"},
    },
    "charge": {
        "": {"due", "issued", "action_required"},  # the last one with TWINT, which asks for the person from the start
        "due": {"sending", "void"},
        "sending": {"succeeded", "action_required", "void"},
        "action_required": {"succeeded", "failed", "void"},
        "issued": {"part_paid", "paid", "failed", "void"},
        "part_paid": {"paid", "failed", "void"},
    },
    "refund": {"": {"due"}, "due": {"sending", "paid_out"}, "sending": {"succeeded"}},
}
ALL_TURNS = {(of, before, after) for of, turns in TURNS.items() for before, many in turns.items() for after in many}


@pytest.fixture(autouse=True)
def people() -> None:
    """Made once for all examples, each of which leaves them as they were."""
    LifeOfAPool.organisations = [make.organisation() for _each in range(6)]
    LifeOfAPool.people = [make.administrator(each) for each in LifeOfAPool.organisations]
    LifeOfAPool.staff = make.staff()
    watch_turns()


def opened(pricing: str = "fixed", cost: int = 60_000) -> LifeOfAPool:
    """A pool of CHF 600.00 with shares of CHF 300.00 and a capacity of 3, open for pledges."""
    it = LifeOfAPool()
    it.draft(cost=cost, minimum=1, spare=1, pricing=pricing)
    it.publish()
    return it


def fund(it: LifeOfAPool, *behaviours: str) -> None:
    for which, behaviour in enumerate(behaviours):
        it.pledge(which, 1, behaviour)


def confirm(it: LifeOfAPool) -> None:
    fund(it, "pays", "pays")
    it.tick()


def fall_short(it: LifeOfAPool) -> None:
    fund(it, "pays", "declines")
    it.tick()
    it.wait_until("closes_at")
    it.tick()


def walk_to_lapsed(it: LifeOfAPool) -> None:
    it.pledge(0, 1)
    it.wait_until("closes_at")
    it.tick()


def walk_to_cancelled_while_open(it: LifeOfAPool) -> None:
    for which in range(3):
        it.pledge(which, 1, held=True)
    it.call_off()


def walk_to_cancelled_while_funded(it: LifeOfAPool) -> None:
    fund(it, "pays", "declines", "pays")
    it.send_and_die()
    it.call_off()
    it.wait(DAY)
    it.tick()


def walk_to_cancelled_while_short(it: LifeOfAPool) -> None:
    fall_short(it)
    it.promise(10_000)
    it.draw()
    it.call_off()
    it.tick()


def walk_to_cancelled_once_confirmed(it: LifeOfAPool) -> None:
    fall_short(it)
    it.absorb()
    it.call_off()
    it.tick()


def walk_to_closed(it: LifeOfAPool) -> None:
    confirm(it)
    it.wait_until("starts_at")
    it.close()
    it.tick()


def walk_to_closed_with_a_refill(it: LifeOfAPool) -> None:
    fall_short(it)
    it.pledge(2, 1, held=True)
    it.give_method_to(max(it.model.pledges))
    it.tick()
    assert it.model.state == "confirmed"
    it.wait_until("starts_at")
    it.close()


def walk_to_closed_with_a_guarantee_and_more_time(it: LifeOfAPool) -> None:
    it.extend(20 * DAY)
    it.subsidise(1)
    fall_short(it)
    it.promise(40_000)
    it.draw()
    it.pledge(2, 1)
    it.wait_until("starts_at")
    it.tick()
    it.close()
    it.tick()


def walk_to_closed_by_the_waiting_list(it: LifeOfAPool) -> None:
    """A payment fails for good; the first in line takes its place, and the second one waits to the end."""
    fund(it, "pays", "pays", "declines")
    it.join(3, 2)
    it.join(4, 1)
    it.tick()
    it.wait(8 * DAY)
    it.tick()
    first, second = sorted(it.model.pledges)[-2:]
    assert (it.model.pledges[first].state, it.model.pledges[second].state) == ("offered", "waiting")
    it.accept_offer_of(first, 1, "pays")
    it.tick()
    it.wait_until("refills")
    it.tick()
    assert (it.model.pledges[first].state, it.model.pledges[second].state) == ("standing", "expired")
    it.wait_until("starts_at")
    it.close()


def split_to_closed_with_a_rest_that_does_not_divide(it: LifeOfAPool) -> None:
    it.pledge(0, 1)
    it.pledge(1, 1)
    assert it.model.state == "open", "more may still join"
    it.pledge(2, 1)
    assert [pledge.owed for pledge in it.model.pledges.values()] == [20_000, 20_000, 19_999]
    it.tick()
    it.wait_until("starts_at")
    it.close()


def split_to_closed_with_a_refill_at_the_locked_amount(it: LifeOfAPool) -> None:
    fund(it, "declines", "pays")
    it.wait_until("closes_at")
    it.tick()
    assert it.model.state == "funded"
    it.wait(8 * DAY)
    it.tick()
    it.pledge(2, 1)
    assert it.model.pledges[max(it.model.pledges)].owed == 30_000
    it.tick()
    assert it.model.state == "confirmed"
    it.wait_until("starts_at")
    it.close()


def split_to_lapsed_after_a_withdrawal_above_the_threshold(it: LifeOfAPool) -> None:
    fund(it, "pays", "pays")
    pk = min(it.model.pledges)
    pledge = Pledge.objects.select_related("organisation").get(pk=pk)
    withdraw_pledge(pledge=pledge, by=it.people[0], now=it.now)
    it.model.pledges[pk].state = "withdrawn"
    it.wait_until("closes_at")
    it.tick()


def last(it: LifeOfAPool) -> int:
    """The pledge that was made last."""
    return max(it.model.pledges)


def walk_to_lapsed_with_every_end_of_a_pledge(it: LifeOfAPool) -> None:
    """What is held, stands, waits or is offered is given back, or runs out; a method that comes late still counts."""
    it.pledge(0, 1, held=True)
    it.withdraw_of(last(it))
    it.pledge(0, 1, held=True)
    it.wait(DAY)
    it.tick()
    it.give_method_to(last(it))
    it.withdraw_of(last(it))
    it.pledge(0, 3, held=True)
    for which in (1, 2, 3):
        it.join(which, 1)
    first, second, third = sorted(it.model.pledges)[-3:]
    it.withdraw_of(third)
    it.wait(DAY)
    it.tick()
    it.withdraw_of(first)
    it.wait(3 * DAY)
    it.tick()
    assert [it.model.pledges[pk].state for pk in (first, second, third)] == ["withdrawn", "expired", "withdrawn"]
    it.wait_until("closes_at")
    it.tick()


def walk_to_closed_by_link_and_without_two_invoices(it: LifeOfAPool) -> None:
    """One pays by link; of two invoices one is not paid, and of one a part, which goes back."""
    fund(it, "invoice", "invoice", "authenticates")
    it.tick()
    it.pay_by_link_of(last(it))
    it.transfer_for(min(it.model.pledges), "a part")
    it.wait(38 * DAY)
    it.tick()
    it.send_back_by_hand()
    it.absorb()
    it.wait_until("starts_at")
    it.close()


def walk_to_closed_after_approval_and_passing_on(it: LifeOfAPool) -> None:
    """A board says no, one yes; more shares are approved; a pledge passes on, and its new holder gives seats away."""
    it.ask(0, 1, "pays", held=False)
    it.answer_for(last(it), yes=False)
    it.ask(0, 1, "pays", held=False)
    approved = last(it)
    it.answer_for(approved, yes=True)
    it.offer_on_for(approved)
    it.take_over_by(1, approved, "pays")
    assert it.model.pledges[approved].organisation == 1
    it.ask_more_for(approved, 2)
    it.answer_more_for(approved, "yes")
    assert it.model.state == "funded"
    it.give_for(approved, 3)
    it.tick()
    it.wait_until("starts_at")
    it.close()


def walk_to_cancelled_with_twint(it: LifeOfAPool) -> None:
    """One pays with TWINT after its page ran out; one is dropped, pays too late and gets it back, and so do all."""
    fund(it, "twint", "twint", "pays")
    paid, dropped, _by_card = sorted(it.model.pledges)
    it.tick()
    it.leave_link_of(paid, runs_out=True)
    it.tick()
    it.pay_by_link_of(paid)
    it.wait(6 * DAY)
    it.leave_link_of(dropped, runs_out=False)
    it.wait(2 * DAY)
    it.tick()
    it.money_arrives_late_for(dropped)
    assert (it.model.pledges[paid].charge, it.model.pledges[dropped].state) == ("succeeded", "dropped")
    it.call_off()
    it.tick()


def walk_to_closed_with_twint_by_agreement(it: LifeOfAPool) -> None:
    """Whoever was asked and whoever takes over pays with TWINT, and so does the first in line for a freed place."""
    it.ask(0, 1, "twint", held=False)
    it.answer_for(last(it), yes=True)
    it.offer_on_for(last(it))
    it.take_over_by(1, last(it), "twint")
    fund(it, "pays")
    it.pledge(2, 1, "declines")
    it.join(3, 1)
    it.tick()
    it.pay_by_link_of(min(it.model.pledges))
    it.wait(8 * DAY)
    it.tick()
    it.accept_offer_of(last(it), 1, "twint")
    it.pay_by_link_of(last(it))
    it.wait_until("starts_at")
    it.close()


def walk_to_closed_in_other_ways_than_twint(it: LifeOfAPool) -> None:
    """Cards and invoices become TWINT before prices lock; afterwards one takes the invoice, and one gives a card."""
    it.pledge(0, 1, "invoice")
    it.pay_in_another_way_of(last(it), "twint")
    fund(it, "pays")
    first = last(it)
    it.pledge(1, 1, "twint")
    second = last(it)
    it.tick()
    it.leave_link_of(first, runs_out=False)
    it.pay_in_another_way_of(first, "invoice")
    it.wait(6 * DAY)
    it.pay_in_another_way_of(second, "declines")
    it.tick()
    it.pay_in_another_way_of(second, "twint")  # is refused: the link takes TWINT, and keeps its date
    it.wait(DAY)
    it.tick()
    assert (it.model.pledges[first].charge, it.model.pledges[second].state) == ("issued", "dropped")
    it.transfer_for(first, "the rest")
    it.wait_until("starts_at")
    it.tick()
    it.absorb()
    it.close()


SPLIT_WALKS = [walk for name, walk in sorted(globals().items()) if name.startswith("split_")]


def walk_to_closed_with_a_receivable(it: LifeOfAPool) -> None:
    """An invoice that is paid in part, another that is dropped and sent back, one that is unpaid at the start."""
    fund(it, "pays", "invoice")
    it.transfer_for(max(it.model.pledges), "a part")
    it.pledge(2, 1, "invoice")
    it.tick()
    it.wait_until("starts_at")
    it.tick()
    it.absorb()
    it.close()
    it.transfer_for(max(it.model.pledges), "too much")
    it.send_back_by_hand()


def walk_to_cancelled_with_invoices(it: LifeOfAPool) -> None:
    fund(it, "invoice", "declines")
    first, second = sorted(it.model.pledges)
    it.tick()
    it.pay_in_another_way_of(second, "invoice")
    it.pay_in_another_way_of(first, "pays")
    it.transfer_for(second, "a part")
    it.call_off()
    it.transfer_for(first, "the rest")
    it.send_back_by_hand()


WALKS = [walk for name, walk in sorted(globals().items()) if name.startswith("walk_")]


def test_walks_reach_each_turn_as_the_model_says() -> None:
    LifeOfAPool.walked.clear()
    for walk in WALKS:
        it = opened()
        walk(it)
        it.the_pool_is_as_the_model_says()
        it.the_money_is_right()
        assert walk.__name__.split("_")[2] == it.model.state
        it.teardown()
    for walk in SPLIT_WALKS:
        it = opened("split", cost=59_999)
        walk(it)
        it.the_pool_is_as_the_model_says()
        it.the_money_is_right()
        assert walk.__name__.split("_")[2] == it.model.state
        it.teardown()
    idle = LifeOfAPool()
    idle.draft(cost=60_000, minimum=1, spare=1)
    idle.wait_until("closes_at")
    idle.teardown()
    assert LifeOfAPool.walked.keys() == ALL_TURNS


@pytest.mark.parametrize("part", range(6 if IS_PROOF else 1))
def test_pools_that_stray_keep_every_promise_and_never_get_stuck(part: int) -> None:
    """In `make proof` 300 examples of 60 steps, in parts that several processors share."""
    LifeOfAPool.walked.clear()
    straying = settings(
        max_examples=50 if IS_PROOF else 6, stateful_step_count=60 if IS_PROOF else 16, derandomize=not IS_PROOF
    )
    run_state_machine_as_test(LifeOfAPool, settings=straying)
    assert LifeOfAPool.walked.keys() <= ALL_TURNS
    if IS_PROOF:
        # Most that can go wrong comes after the threshold. By chance a fifth of the examples, or more, come so far.
        assert LifeOfAPool.walked["pool", "open", "funded"] >= 5

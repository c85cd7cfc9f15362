"""The end of a mending window: reminders, giving up, dropping; and places that were freed are filled again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from members.letters.models import Letter
from pooling import links
from pooling.actions.dropping import claim_overdue_charge, give_up_overdue_charges, remind_of_mending
from pooling.actions.errors import PoolClosed, PoolFull
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.methods import release_unused_methods
from pooling.actions.pledges import confirm_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges, enter_result, follow_up_attempts
from pooling.invariants import breaches
from pooling.models import Attempt, Charge, ChargeState, PledgeState, PoolState, Refund, SandboxEntry, Slot
from pooling.payments import provider
from pooling.payments.base import ChargeResult, OutcomeUnknown, Progress

from . import factories as make
from .factories import NOW
from .payment_steps import IN_EIGHT_DAYS, mend, one_declined, one_dropped, pay_on_page, waiting_charge

pytestmark = pytest.mark.django_db
WINDOW = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def the_money_is_right_afterwards():
    yield
    assert not list(breaches())


def told(template: str) -> int:
    return Letter.objects.filter(template=f"pooling/letters/{template}.txt").count()


def test_a_pledge_is_dropped_at_the_very_end_of_its_mending_window_and_not_a_second_before() -> None:
    pool = one_declined()
    assert give_up_overdue_charges(now=NOW + WINDOW - SECOND) == 0
    assert give_up_overdue_charges(now=NOW + WINDOW) == 1
    pool.refresh_from_db()
    charge = Charge.objects.get(state=ChargeState.FAILED)
    assert charge.pledge.state == PledgeState.DROPPED
    assert (pool.standing, pool.freed, pool.state) == (2, 1, PoolState.FUNDED)
    assert told("dropped") == 1
    assert give_up_overdue_charges(now=IN_EIGHT_DAYS) == 0
    assert told("dropped") == 1


def test_what_a_dropped_pledge_would_have_cost_stays_written_on_its_slots() -> None:
    pool = one_dropped()
    assert list(Slot.objects.filter(pledge__pool=pool).values_list("amount", flat=True)) == [30_000] * 3


def test_a_payment_that_was_made_in_time_but_not_heard_of_is_not_given_up() -> None:
    pool = one_declined()
    charge = waiting_charge(pool)
    url = open_payment_page(charge=charge, language="de", now=NOW + WINDOW - SECOND)
    pay_on_page(url)
    give_up_overdue_charges(now=NOW + WINDOW + SECOND)
    pool.refresh_from_db()
    assert (pool.state, pool.freed) == (PoolState.CONFIRMED, 0)


def test_an_open_payment_page_is_closed_before_the_pledge_is_dropped() -> None:
    pool = one_declined()
    url = open_payment_page(charge=waiting_charge(pool), language="de", now=NOW + WINDOW - SECOND)
    give_up_overdue_charges(now=NOW + WINDOW)
    pay_on_page(url)
    assert not SandboxEntry.objects.filter(kind="page", state=Progress.SUCCEEDED).exists()
    assert Charge.objects.filter(state=ChargeState.FAILED).count() == 1


def test_a_provider_out_of_reach_keeps_the_pledge_until_nothing_can_be_paid_there(monkeypatch) -> None:
    pool = one_declined()
    open_payment_page(charge=waiting_charge(pool), language="de", now=NOW)

    def gone(*_args: object, **_named: object) -> None:
        raise OutcomeUnknown("time-out")

    with monkeypatch.context() as patch:
        patch.setattr(provider("sandbox"), "close_payment_page", gone)
        give_up_overdue_charges(now=NOW + WINDOW)
        assert waiting_charge(pool)
    assert claim_overdue_charge(now=NOW + WINDOW) is None
    give_up_overdue_charges(now=NOW + WINDOW + timedelta(minutes=3))
    assert Charge.objects.filter(state=ChargeState.FAILED).count() == 1


def test_after_the_window_our_link_takes_no_money_whether_tick_has_come_or_not(client) -> None:
    pool = one_declined()
    charge = waiting_charge(pool)
    link = reverse("pooling:mend", args=[links.mend_url(charge, "de").rstrip("/").rsplit("/", 1)[1]])
    for tick in (lambda: None, lambda: give_up_overdue_charges(now=NOW + WINDOW)):
        tick()
        assert open_payment_page(charge=charge, language="de", now=NOW + WINDOW) is None
        with time_machine.travel(NOW + WINDOW, tick=False):
            answers = (client.get(link), client.post(link))
        for answer in answers:
            assert answer.status_code == 200
            assert b"<form" not in answer.content.split(b"<main")[1]


def test_money_for_a_dropped_pledge_goes_back_from_the_step_that_records_it() -> None:
    pool = one_dropped()
    attempt = Attempt.objects.get(charge__state=ChargeState.FAILED)
    enter_result(attempt=attempt, result=ChargeResult(Progress.SUCCEEDED, attempt.intent_ref, 30_000), now=NOW)
    refund = Refund.objects.get()
    assert (refund.amount, refund.reason) == (30_000, "not_owed")
    attempt.charge.refresh_from_db()
    pool.refresh_from_db()
    assert (attempt.charge.state, pool.state) == (ChargeState.FAILED, PoolState.FUNDED)
    enter_result(attempt=attempt, result=ChargeResult(Progress.SUCCEEDED, attempt.intent_ref, 30_000), now=NOW)
    assert Refund.objects.count() == 1


def test_the_method_of_a_dropped_pledge_is_released() -> None:
    one_dropped()
    assert release_unused_methods(now=IN_EIGHT_DAYS) == 1


def test_two_reminders_are_written_at_half_of_the_window_and_a_day_before_its_end() -> None:
    one_declined()
    half, last = NOW + WINDOW / 2, NOW + WINDOW - timedelta(days=1)
    written = []
    for moment in (half - SECOND, half, half, last - SECOND, last, last, NOW + WINDOW):
        remind_of_mending(now=moment)
        written.append(told("mending"))
    assert written == [0, 1, 1, 1, 2, 2, 2]


def test_a_tick_that_comes_late_writes_the_last_reminder_only() -> None:
    one_declined()
    assert remind_of_mending(now=NOW + WINDOW - timedelta(hours=2)) == 1
    assert remind_of_mending(now=NOW + WINDOW - timedelta(hours=1)) == 0
    assert told("mending") == 1


def test_before_closing_a_new_pledge_takes_the_freed_place_and_is_charged_in_the_same_step() -> None:
    pool = one_dropped(capacity=3)
    newcomer = make.pledge(pool, now=IN_EIGHT_DAYS)
    slot = newcomer.slots.get()
    assert slot.refills.pledge.state == PledgeState.DROPPED
    assert newcomer.charges.get().amount == slot.amount == 30_000
    pool.refresh_from_db()
    assert (pool.standing, pool.freed) == (3, 0)
    collect_due_charges(now=IN_EIGHT_DAYS)
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED


def test_a_pledge_of_more_shares_than_were_freed_takes_these_first_and_then_new_ones() -> None:
    pool = one_dropped()
    newcomer = make.pledge(pool, shares=2, now=IN_EIGHT_DAYS)
    assert [slot.refills_id is not None for slot in newcomer.slots.order_by("pk")] == [True, False]


def test_after_closing_freed_places_are_filled_again_until_14_days_before_the_start() -> None:
    pool = one_dropped()
    last = pool.starts_at - timedelta(days=14)
    with pytest.raises(PoolFull) as full:
        make.pledge(pool, shares=2, now=pool.closes_at)
    assert full.value.left == 1
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=last)
    make.pledge(pool, now=last - SECOND)
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=last - SECOND)


def test_after_closing_a_pool_without_freed_places_takes_no_pledge() -> None:
    pool = make.funded()
    with pytest.raises(PoolClosed):
        make.pledge(pool, now=pool.closes_at)


def test_a_freed_place_is_held_for_one_at_a_time_and_can_be_given_back() -> None:
    pool = one_dropped()
    now = pool.closes_at + timedelta(days=1)
    first = make.pledge(pool, behaviour=None, now=now)
    with pytest.raises(PoolFull):
        make.pledge(pool, behaviour=None, now=now)
    withdraw_pledge(pledge=first, by=make.administrator(first.organisation), now=now)
    second = make.pledge(pool, behaviour=None, now=now)
    confirm_pledge(pledge=second, method=make.method(second.organisation), now=now)
    assert second.slots.get().refills is not None


def test_a_pledge_held_before_closing_does_not_stand_after_it_where_no_place_was_freed() -> None:
    pool = make.funded()
    pending = make.pledge(pool, behaviour=None, now=pool.closes_at - SECOND)
    with pytest.raises(PoolClosed):
        confirm_pledge(pledge=pending, method=make.method(pending.organisation), now=pool.closes_at)


def test_a_place_that_is_dropped_twice_is_filled_twice() -> None:
    pool = one_dropped()
    make.pledge(pool, behaviour="declines", now=IN_EIGHT_DAYS)
    collect_due_charges(now=IN_EIGHT_DAYS)
    give_up_overdue_charges(now=IN_EIGHT_DAYS + WINDOW)
    pool.refresh_from_db()
    assert (pool.standing, pool.freed) == (2, 1)
    last = make.pledge(pool, now=pool.closes_at + SECOND)
    assert last.slots.get().refills.refills.pledge.state == PledgeState.DROPPED


def test_the_organisation_of_a_dropped_pledge_may_pledge_again() -> None:
    pool = one_dropped()
    dropped = pool.pledges.dropped().get()
    assert make.pledge(pool, by=dropped.organisation, now=IN_EIGHT_DAYS).state == PledgeState.STANDING


def test_calling_off_after_a_drop_gives_back_what_was_paid() -> None:
    pool = one_dropped()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=IN_EIGHT_DAYS)
    send_due_refunds(now=IN_EIGHT_DAYS)
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [30_000, 30_000]


def test_a_payment_mended_in_time_confirms_the_pool() -> None:
    pool = one_declined(behaviour="authenticates")
    charge = mend(waiting_charge(pool), now=NOW + WINDOW - SECOND)
    assert charge.state == ChargeState.SUCCEEDED
    assert look_at_payment(charge=charge, now=IN_EIGHT_DAYS).state == ChargeState.SUCCEEDED
    assert follow_up_attempts(now=IN_EIGHT_DAYS) == 0
    pool.refresh_from_db()
    assert pool.state == PoolState.CONFIRMED

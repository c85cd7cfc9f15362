"""`check_money` finds a breach of each invariant, planted by hand past everything that prevents it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pooling.actions.backing import absorb_gap, declare_short_pools
from pooling.actions.closing import close_pool
from pooling.actions.pools import cancel_pool, end_overdue_pledging
from pooling.actions.refunds import send_due_refunds
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Attempt, Backing, Charge, Pledge, Pool, PoolEvent, Refund

from . import factories as make
from .factories import NOW
from .payment_steps import one_dropped

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def without(table: str, *constraints: str) -> None:
    for name in constraints:
        sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def confirmed() -> Pool:
    pool = make.funded()
    collect_due_charges(now=NOW)
    return pool


def cancelled() -> Pool:
    pool = confirmed()
    cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
    send_due_refunds(now=NOW)
    return pool


def closed() -> Pool:
    """One share was dropped and filled again, and the operator was repaid; one came on top, and is shared out."""
    pool = one_dropped()
    declare_short_pools(now=pool.closes_at)
    make.pledge(pool, now=pool.closes_at)
    absorb_gap(pool=pool, by=make.staff(), now=pool.closes_at)
    collect_due_charges(now=pool.closes_at)
    return close_pool(pool=pool, by=make.staff(), now=pool.starts_at)


def shared_out() -> Pool:
    pool = make.funded()
    make.pledge(pool)
    collect_due_charges(now=NOW)
    return close_pool(pool=pool, by=make.staff(), now=pool.starts_at)


def plant_another_amount_on_a_refilled_slot() -> None:
    closed()
    sql("UPDATE pooling_slot SET amount = amount - 1 WHERE refills_id IS NOT NULL")
    sql("UPDATE pooling_slot SET amount = amount + 1 WHERE id = (SELECT min(id) FROM pooling_slot)")


def plant_a_refill_of_a_slot_that_is_held() -> None:
    pool = confirmed()
    first, second, _third = pool.pledges.order_by("pk")
    sql("UPDATE pooling_slot SET refills_id = %s WHERE pledge_id = %s", first.slots.get().pk, second.pk)


def plant_money_kept_by_a_closed_pool() -> None:
    closed()
    sql("DELETE FROM pooling_payout")


def plant_absorption_left_in_a_cancelled_pool() -> None:
    pool = cancelled()
    Backing.objects.create(pool=pool, kind="absorbed", amount=1, at=NOW)


def plant_a_payout_that_was_not_refunded() -> None:
    shared_out()
    sql("UPDATE pooling_refund SET amount = amount - 1")


def plant_more_drawn_than_promised() -> None:
    Backing.objects.create(pool=make.funded(), kind="drawn", amount=1, at=NOW)


def plant_a_payout_that_no_event_tells() -> None:
    sql("UPDATE pooling_payout SET \"to\" = 'fund' WHERE pool_id = %s AND \"to\" = 'operator'", closed().pk)


def plant_a_closing_time_that_no_event_tells() -> None:
    sql("UPDATE pooling_pool SET extended_from = closes_at - interval '1 day' WHERE id = %s", make.opened().pk)


def plant_a_wrong_count_of_freed_places() -> None:
    sql("UPDATE pooling_pool SET freed = 0 WHERE id = %s", one_dropped().pk)


def plant_a_charge_before_funding() -> None:
    pledge = make.pledge(make.opened())
    sql(
        "INSERT INTO pooling_charge (uuid, pledge_id, pays_by, amount, captured, state, created_at, failure, "
        "reminders) VALUES (gen_random_uuid(), %s, 'card', 30000, 0, 'void', %s, '', 0)",
        pledge.pk,
        NOW,
    )


def plant_a_wrong_amount_on_a_slot() -> None:
    confirmed()
    sql("UPDATE pooling_slot SET amount = 29999 WHERE id = (SELECT min(id) FROM pooling_slot)")


def plant_a_missing_slot() -> None:
    pledge = make.pledge(make.opened(), shares=2)
    sql("DELETE FROM pooling_slot WHERE id = (SELECT min(id) FROM pooling_slot WHERE pledge_id = %s)", pledge.pk)


def plant_too_much_collected() -> None:
    confirmed()
    sql("UPDATE pooling_charge SET captured = 30001 WHERE id = (SELECT min(id) FROM pooling_charge)")


def plant_more_returned_than_came() -> None:
    confirmed()
    attempt = Attempt.objects.first()
    for _twice in range(2):
        Refund.objects.create(
            charge=attempt.charge, attempt=attempt, amount=20_000, reason="not_owed", created_at=NOW, next_look_at=NOW
        )


def plant_money_kept_by_a_cancelled_pool() -> None:
    cancelled()
    sql("UPDATE pooling_refund SET amount = amount - 1 WHERE id = (SELECT min(id) FROM pooling_refund)")


def plant_a_charge_in_a_lapsed_pool() -> None:
    pool = make.opened()
    pledge = make.pledge(pool)
    end_overdue_pledging(now=pool.closes_at)
    Charge.objects.create(pledge=pledge, amount=30_000, state="void", created_at=NOW)


def plant_one_payment_named_twice() -> None:
    confirmed()
    sql("DROP INDEX attempt_intent_is_unique")
    first, second = Attempt.objects.order_by("pk")[:2]
    Attempt.objects.filter(pk=second.pk).update(intent_ref=first.intent_ref)


def plant_another_state_than_the_events_tell() -> None:
    confirmed()
    sql("UPDATE pooling_pool SET state = 'funded'")


def plant_a_name_in_an_event() -> None:
    pool = make.opened()
    PoolEvent.objects.create(pool=pool, at=NOW, kind="note", figures={"organisation": "Beratungsstelle Beispiel"})


def plant_a_share_too_many() -> None:
    pledge = make.pledge(make.opened())
    without("pooling_pool", "pool_holds_at_most_its_capacity")
    sql("UPDATE pooling_pledge SET shares = 7 WHERE id = %s", pledge.pk)
    sql("UPDATE pooling_pool SET standing = 7")
    sql("INSERT INTO pooling_slot (pledge_id) SELECT %s FROM generate_series(1, 6)", pledge.pk)


def plant_a_wrong_counter() -> None:
    make.pledge(make.opened())
    sql("UPDATE pooling_pool SET held = 1")


def split_over_four() -> Pool:
    """CHF 900.01 over two pledges of two shares."""
    pool = make.opened(pricing="split", cost=90_001, ceiling=30_001, capacity=4)
    for _each in range(2):
        make.pledge(pool, shares=2)
    return pool


def plant_a_rappen_missing_in_a_split() -> None:
    pool = split_over_four()
    sql("UPDATE pooling_slot SET amount = amount - 1 WHERE id = (SELECT max(id) FROM pooling_slot)")
    sql("UPDATE pooling_charge SET amount = amount - 1 WHERE id = (SELECT max(id) FROM pooling_charge)")
    assert Charge.objects.filter(pledge__pool=pool).count() == 2


def plant_shares_of_a_split_that_differ_by_more_than_a_rappen() -> None:
    first = split_over_four().pledges.order_by("pk")[0]
    one, other = first.slots.order_by("pk")
    sql("UPDATE pooling_slot SET amount = amount + 5 WHERE id = %s", one.pk)
    sql("UPDATE pooling_slot SET amount = amount - 5 WHERE id = %s", other.pk)


@pytest.mark.parametrize(
    ("plant", "number"),
    [
        (plant_a_rappen_missing_in_a_split, 2),
        (plant_shares_of_a_split_that_differ_by_more_than_a_rappen, 2),
        (plant_a_charge_before_funding, 1),
        (plant_a_wrong_amount_on_a_slot, 2),
        (plant_a_missing_slot, 2),
        (plant_too_much_collected, 3),
        (plant_more_returned_than_came, 3),
        (plant_money_kept_by_a_cancelled_pool, 4),
        (plant_a_charge_in_a_lapsed_pool, 4),
        (plant_one_payment_named_twice, 5),
        (plant_another_state_than_the_events_tell, 6),
        (plant_a_name_in_an_event, 6),
        (plant_a_share_too_many, 7),
        (plant_a_wrong_counter, 7),
        (plant_another_amount_on_a_refilled_slot, 2),
        (plant_a_refill_of_a_slot_that_is_held, 2),
        (plant_money_kept_by_a_closed_pool, 4),
        (plant_absorption_left_in_a_cancelled_pool, 4),
        (plant_a_payout_that_was_not_refunded, 4),
        (plant_more_drawn_than_promised, 4),
        (plant_a_payout_that_no_event_tells, 6),
        (plant_a_closing_time_that_no_event_tells, 6),
        (plant_a_wrong_count_of_freed_places, 7),
    ],
)
def test_a_planted_breach_is_found(plant: Callable[[], None], number: int) -> None:
    plant()
    assert any(line.startswith(f"{number}:") for line in breaches())


@pytest.mark.parametrize(
    "lead", [make.draft, make.opened, make.funded, confirmed, cancelled, one_dropped, closed, shared_out]
)
def test_sound_books_have_no_breach(lead: Callable[[], Pool], capsys: pytest.CaptureFixture[str]) -> None:
    lead()
    call_command("check_money")
    assert "invariants hold" in capsys.readouterr().out


def test_the_command_ends_with_status_1_and_one_line_per_breach(capsys: pytest.CaptureFixture[str]) -> None:
    plant_a_wrong_counter()
    with pytest.raises(SystemExit) as ended:
        call_command("check_money")
    assert ended.value.code == 1
    assert len(capsys.readouterr().out.strip().splitlines()) == 1


def test_the_number_of_statements_does_not_grow_with_the_books(django_assert_max_num_queries) -> None:
    closed()
    with CaptureQueriesContext(connection) as few:
        list(breaches())
    for lead in (make.opened, make.funded, confirmed, cancelled, closed, closed):
        lead()
    with django_assert_max_num_queries(len(few)):
        list(breaches())


def test_events_can_be_neither_changed_nor_deleted() -> None:
    from django.db import IntegrityError, transaction

    make.opened()
    for attempt in (
        lambda: PoolEvent.objects.update(kind="other"),
        lambda: PoolEvent.objects.all()._raw_delete(using="default"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    assert Pledge.objects.count() == 0

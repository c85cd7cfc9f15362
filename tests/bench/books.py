"""What funding a pool costs, and proving that the money is right: statements, and time beside the number of pledges."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Membership, Organisation, User
from pooling.actions.pledges import place_pledge
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Acceptance, Charge, PaysBy, Pledge, Pool, PoolEvent, PoolState, SavedMethod, Slot
from tests.bench.crowd import multiply, settle_down
from tests.bench.say import say
from tests.pooling import factories as make

FUNDED = (100, 1_000, 10_000)
PROVEN = (10_000, 100_000)
MOST_TIMES = 12  # as much work for ten times as many pledges


Cost = tuple[int, float, float]


def measured(do: Callable[[], Any]) -> Cost:
    """Statements, seconds, and the seconds that processors worked for it, ours and the database's."""
    with CaptureQueriesContext(connection) as captured:
        started, worked = time.perf_counter(), work()
        do()
        cost = time.perf_counter() - started, work() - worked
    return len(captured), *cost


def work() -> float:
    """Processor seconds of this process and, where /proc tells them, of the database's for our connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = file.read_text().rpartition(")")[2].split()[11:13] if file.exists() else []
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def report_funding() -> None:
    say("The pledge that funds a pool, with so many pledges: charges, letters and events for all of them")
    report_growth([(size, fund(size)) for size in FUNDED])


def report_growth(found: list[tuple[int, Cost]]) -> None:
    for size, (statements, seconds, worked) in found:
        each = worked / size * 1000
        say(f"  {size:7} pledges {statements:4} statements {seconds:8.2f} s, work {worked:7.2f} s {each:8.3f} ms each")
    pairs = [f"{after[2] / before[2]:.1f}" for (_few, before), (_many, after) in pairwise(found)]
    say(
        f"  ten times as many take {', '.join(pairs)} times the work by as many statements; aim: at most {MOST_TIMES}\n"
    )


def fund(size: int, *, by_invoice: bool = False) -> Cost:
    """A pool that `size` pledges fund, the last of them measured. They are paid by card, or all of them by invoice."""
    now = timezone.now()
    pool = pool_for(size, now)
    one = (make.invoiced if by_invoice else make.pledge)(pool, now=now).organisation
    of_one = Pledge.objects.filter(pool=pool)
    acting = Membership.objects.filter(organisation=one)
    multiply(
        [
            User.objects.filter(memberships__in=acting),
            Organisation.objects.filter(pk=one.pk),
            acting,
            SavedMethod.objects.filter(organisation=one),
            of_one,
            Slot.objects.filter(pledge__in=of_one),
            Acceptance.objects.filter(pledge__in=of_one),
            PoolEvent.objects.filter(pledge__in=of_one),
        ],
        size - 2,
    )
    Pool.objects.filter(pk=pool.pk).update(standing=size - 1)
    settle_down()
    last = make.organisation()
    how = {"pays_by": PaysBy.INVOICE} if by_invoice else {"method": make.method(last)}
    by = make.administrator(last)
    found = measured(lambda: place_pledge(pool=pool, organisation=last, shares=1, by=by, language="de", now=now, **how))
    pool.refresh_from_db()
    if (pool.state, Charge.objects.filter(pledge__pool=pool).count()) != (PoolState.FUNDED, size):
        raise SystemExit(f"the pool is {pool.state}")
    return found


def pool_for(size: int, now: datetime) -> Pool:
    times = {"closes_at": now + timedelta(days=20), "starts_at": now + timedelta(days=80)}
    return make.opened(now=now, cost=size * 5_000, ceiling=5_000, capacity=size, **times)


def report_proving() -> None:
    say("Proving that the money is right (check_money), with so many pledges in pools of ten that were paid")
    found = []
    for size in PROVEN:
        grow_books(size)
        list(breaches())  # whatever is read from disk only once
        cost = measured(prove)
        found.append((Pledge.objects.count(), cost))
    report_growth(found)


def prove() -> None:
    if wrong := list(breaches()):
        raise SystemExit("\n".join(wrong[:10]))


def grow_books(size: int) -> None:
    """As many pledges as that, by copying a pool of ten."""
    now = timezone.now()
    pool = pool_for(10, now)
    for _each in range(10):
        make.pledge(pool, now=now)
    collect_due_charges(now=now)
    multiply(rows_of(pool), (size - Pledge.objects.count()) // 10)
    settle_down()


def rows_of(pool: Pool) -> list[models.QuerySet[Any]]:
    """Everything that belongs to a pool, parents first: whatever the models are."""
    rows: dict[type[models.Model], models.QuerySet[Any]] = {Pool: Pool.objects.filter(pk=pool.pk)}
    left = [model for model in apps.get_app_config("pooling").get_models() if model is not Pool]
    while ready := [model for model in left if not parents(model) & set(left)]:
        for model in ready:
            for field in model._meta.concrete_fields:
                if field.related_model in rows and not field.null and model not in rows:
                    rows[model] = model._default_manager.filter(**{f"{field.name}__in": rows[field.related_model]})
        left = [model for model in left if model not in ready]
    if left:
        raise SystemExit(f"these point to each other: {left}")
    return list(rows.values())


def parents(model: type[models.Model]) -> set[Any]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation} - {model}

"""Replacing and removing methods while pledges are made and charged, on a real PostgreSQL with real threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from pooling.actions.errors import MethodGone, MethodNeeded, PaymentUnderWay
from pooling.actions.pledges import place_pledge
from pooling.actions.replacing import remove_method, replace_method
from pooling.actions.settlement import collect_due_charges
from pooling.invariants import breaches
from pooling.models import Charge, ChargeState, Pledge, SavedMethod

from . import factories as make
from .factories import NOW
from .test_races import at_once, postgresql_only

__all__ = ["postgresql_only"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(3))
def test_a_method_is_replaced_before_its_charge_or_not_at_all(_round: int) -> None:
    pool = make.funded()
    pledge = pool.pledges.order_by("pk")[0]
    old, new = pledge.method, make.method(pledge.organisation)
    by = make.administrator(pledge.organisation)
    [moved, *_] = at_once(
        lambda: replace_method(old=old, new=new, by=by, now=NOW),
        lambda: collect_due_charges(now=NOW),
        lambda: collect_due_charges(now=NOW),
    )
    attempt = Charge.objects.get(pledge=pledge).attempts.get()
    pledge.refresh_from_db()
    old.refresh_from_db()
    charged = attempt.parameters["method_ref"]
    if isinstance(moved, PaymentUnderWay) or moved == 0:
        assert (charged, pledge.method) == (old.ref, old)
    else:
        assert (charged, pledge.method, old.released_at) == (new.ref, new, NOW)
    assert set(Charge.objects.values_list("state", flat=True)) == {ChargeState.SUCCEEDED}
    assert not list(breaches())


def test_a_method_that_another_replaced_while_its_charge_was_looked_for_is_not_charged() -> None:
    pool = make.funded()
    pledge = pool.pledges.order_by("pk")[0]
    new, by = make.method(pledge.organisation), make.administrator(pledge.organisation)
    looking = threading.Event()

    def look_slowly(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """The statement sees what was committed before it began; until it locks the charge, a second goes by."""
        if "SKIP LOCKED" in sql and not looking.is_set():
            looking.set()
            sql = sql.replace("WHERE ", "WHERE (SELECT pg_sleep(1) IS NOT NULL) AND ", 1)
        return execute(sql, *rest)

    def collect() -> None:
        with connection.execute_wrapper(look_slowly):
            collect_due_charges(now=NOW)

    def replace() -> int:
        assert looking.wait(10)
        return replace_method(old=pledge.method, new=new, by=by, now=NOW)

    _none, moved = at_once(collect, replace)
    attempt = Charge.objects.get(pledge=pledge).attempts.get()
    assert (moved, attempt.parameters["method_ref"]) == (1, new.ref)


@pytest.mark.parametrize("_round", range(3))
def test_a_method_is_removed_or_pledged_with_and_never_both(_round: int) -> None:
    organisation, pool = make.organisation(), make.opened()
    method, by = make.method(organisation), make.administrator(organisation)
    removed, placed = at_once(
        lambda: remove_method(method=method, by=by, now=NOW),
        lambda: place_pledge(
            pool=pool, organisation=organisation, shares=1, by=by, language="de", now=NOW, method=method
        ),
    )
    is_kept = SavedMethod.objects.filter(pk=method.pk, released_at=None).exists()
    assert isinstance(placed, Pledge if is_kept else MethodGone)
    assert isinstance(removed, MethodNeeded) == is_kept

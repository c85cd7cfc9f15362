"""Removing saved methods: freely where no pledge needs them, else not before another one took their place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pooling.actions.errors import MethodNeeded
from pooling.actions.methods import HOLD, release_unused_methods
from pooling.actions.replacing import remove_method, replace_method
from pooling.actions.settlement import collect_due_charges
from pooling.models import ChargeState
from pooling.payments.sandbox import Sandbox

from . import factories as make
from .factories import NOW
from .test_saved_methods import by, organisation, pledged, reread, the_money_is_right_afterwards, unknown

__all__ = ["by", "organisation", "the_money_is_right_afterwards"]
pytestmark = pytest.mark.django_db


def test_a_method_that_no_pledge_needs_is_removed(organisation, by) -> None:
    method = make.method(organisation)
    remove_method(method=method, by=by, now=NOW)
    remove_method(method=method, by=by, now=NOW + timedelta(days=1))
    assert reread(method).released_at == NOW


def test_a_method_that_a_pledge_needs_is_not_removed(organisation, by) -> None:
    method = make.method(organisation)
    pledged(organisation, method)
    with pytest.raises(MethodNeeded):
        remove_method(method=method, by=by, now=NOW)
    assert reread(method).released_at is None


def test_a_method_whose_pledge_is_paid_is_removed(organisation, by) -> None:
    method = make.method(organisation)
    pledge = pledged(organisation, method, cost=60_000)
    make.pledge(pledge.pool)
    collect_due_charges(now=NOW)
    assert pledge.charges.get().state == ChargeState.SUCCEEDED
    remove_method(method=method, by=by, now=NOW)
    assert reread(method).released_at == NOW


def test_a_method_whose_payment_needs_the_person_is_not_removed(organisation, by) -> None:
    method = make.method(organisation, "declines")
    pledge = pledged(organisation, method, cost=60_000)
    make.pledge(pledge.pool)
    collect_due_charges(now=NOW)
    assert pledge.charges.get().state == ChargeState.ACTION_REQUIRED
    with pytest.raises(MethodNeeded):
        remove_method(method=method, by=by, now=NOW)


def test_a_provider_that_can_not_be_reached_is_asked_again_to_forget_it(organisation, by, monkeypatch) -> None:
    method = make.method(organisation)
    with monkeypatch.context() as broken:
        broken.setattr(Sandbox, "release_method", lambda _self, _ref: unknown())
        remove_method(method=method, by=by, now=NOW)
    assert (reread(method).released_at, reread(method).forgotten_at) == (NOW, None)
    assert release_unused_methods(now=NOW + timedelta(hours=1)) == 1
    assert reread(method).forgotten_at is not None


def test_tick_leaves_the_method_alone_that_took_the_place(organisation, by) -> None:
    old, new = make.method(organisation), make.method(organisation)
    pledged(organisation, old)
    replace_method(old=old, new=new, by=by, now=NOW)
    release_unused_methods(now=NOW + 2 * HOLD)
    assert reread(new).released_at is None

"""What a person does on the sandbox's pages, and the states that payments lead a pool to."""

from __future__ import annotations

from datetime import datetime, timedelta

from pooling.actions.dropping import give_up_overdue_charges
from pooling.actions.mending import look_at_payment, open_payment_page
from pooling.actions.settlement import collect_due_charges
from pooling.models import Charge, ChargeState, Pool, SandboxEntry
from pooling.payments.base import Progress

from . import factories as make
from .factories import NOW

IN_EIGHT_DAYS = NOW + timedelta(days=8)


def pay_on_page(url: str) -> None:
    """Pay on the page at `url`; one that was closed takes nothing."""
    SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1], state=Progress.OPEN).update(
        state=Progress.SUCCEEDED
    )


def let_page_run_out(url: str) -> None:
    """Nobody paid on the page at `url` in time."""
    SandboxEntry.objects.filter(ref=url.rstrip("/").rsplit("/", 1)[1], state=Progress.OPEN).update(
        state=Progress.FAILED
    )


def mend(charge: Charge, *, now: datetime) -> Charge:
    """The person pays by our link and comes back."""
    url = open_payment_page(charge=charge, language="de", now=now)
    assert url
    pay_on_page(url)
    return look_at_payment(charge=charge, now=now)


def waiting_charge(pool: Pool) -> Charge:
    return Charge.objects.filter(pledge__pool=pool, state=ChargeState.ACTION_REQUIRED).order_by("pk")[0]


def one_declined(*, behaviour: str = "declines", **terms: object) -> Pool:
    """A pool whose threshold of 3 shares was reached; two have paid, the third waits for the person."""
    pool = make.funded(behaviours=("pays", "pays", behaviour), **terms)
    collect_due_charges(now=NOW)
    pool.refresh_from_db()
    return pool


def one_dropped(**terms: object) -> Pool:
    """The same after the mending window: the third pledge is dropped."""
    pool = one_declined(**terms)
    give_up_overdue_charges(now=IN_EIGHT_DAYS)
    pool.refresh_from_db()
    return pool

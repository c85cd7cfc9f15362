"""A pledge stands: from now on it counts. Under the pool's lock, by whichever way its method came."""

from __future__ import annotations

from datetime import datetime

from pooling.models import Acceptance, PaysBy, Pledge, PledgeState, Pool, SavedMethod, record

from . import letters
from .errors import MethodGone, PoolClosed
from .invoices import require_invoice_possible
from .settlement import charge_late_pledge, fund_pool
from .twint import require_within_limit


def make_stand(
    *,
    pool: Pool,
    pledge: Pledge,
    method: SavedMethod | None,
    now: datetime,
    pays_by: PaysBy | str = PaysBy.INVOICE,
) -> None:
    """pending -> standing under the pool's lock, and what follows: the pool is funded if this was the share it needed.
    Without a `method` it is paid as `pays_by` says: by invoice, or with TWINT.

    Raises MethodGone if the method was released meanwhile, PoolClosed if no new share stands any more and no freed
    place is left, NoInvoices, InvoiceTooLate, RefillsByCard, TwintTooMuch.
    """
    let_stand(pool=pool, pledge=pledge, method=method, pays_by=pays_by, now=now)
    pledge.save()
    pool.save(update_fields=["held", "standing"])
    record(pool, "pledge_standing", now=now, pledge=pledge, shares=pledge.shares)
    follow_standing(pool=pool, pledge=pledge, now=now)


def let_stand(*, pool: Pool, pledge: Pledge, method: SavedMethod | None, pays_by: PaysBy | str, now: datetime) -> None:
    """The first half of make_stand, which saves nothing. Raises what that raises."""
    if not pool.takes_new_shares(now=now) and pledge.shares > pool.freed - (pool.reserved - pledge.shares):
        raise PoolClosed  # no new share stands; others may hold the places that were freed
    if method is None and pays_by == PaysBy.INVOICE:
        require_invoice_possible(pool=pool, now=now)
    take_method(pledge=pledge, method=method, pays_by=pays_by)
    pledge.state, pledge.stands_since, pledge.held_until = PledgeState.STANDING, now, None
    pool.held -= pledge.shares
    pool.standing += pledge.shares


def follow_standing(*, pool: Pool, pledge: Pledge, now: datetime, consent: Acceptance | None = None) -> None:
    """What follows once that is written down; `consent` is the latest one, where it is at hand."""
    letters.tell_pledged(pledge=pledge, consent=consent, now=now)
    if pool.locks_prices(now=now):
        fund_pool(pool=pool, now=now)
    elif pool.state in Pool.FINANCED_STATES:
        charge_late_pledge(pool=pool, pledge=pledge, now=now)


def take_method(*, pledge: Pledge, method: SavedMethod | None, pays_by: PaysBy | str = PaysBy.INVOICE) -> None:
    """From now on `pledge` is paid with `method`; without one as `pays_by` says. The caller saves it.

    Raises MethodGone if the method is not its organisation's or was released, read under its lock: from now on the
    pledge keeps it from being so. TwintTooMuch if it may cost more than TWINT takes.
    """
    require_within_limit(most=pledge.most, method=method, pays_by=pays_by)
    if method is not None:
        own = SavedMethod.objects.filter(organisation=pledge.organisation_id, released_at=None, gone_at=None)
        method = own.select_for_update(no_key=True).filter(pk=method.pk).first()
        if method is None:
            raise MethodGone
    pledge.method, pledge.pays_by = method, PaysBy.CARD if method else pays_by

"""An organisation changes how it pays: by card, by invoice, or with TWINT by a link.

Before prices lock that changes nothing but the way. Afterwards the charge that is open is voided and another one made,
in one transaction: there is never more than one that asks for money. No way leads back to TWINT then, whose date would
begin anew each time; a card instead of TWINT keeps its date.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from members.models import User
from pooling.models import Charge, ChargeState, CreditReason, PaysBy, Pledge, PledgeState, Pool, SavedMethod, record

from . import invoice_letters, letters, twint
from .charges import make_charges, void
from .errors import (
    AwaitsApproval,
    InvoicedBefore,
    NotAdministrator,
    PartPaidAlready,
    PaymentUnderWay,
    PledgeEnded,
    RefillsByCard,
    Refused,
    TwintIsSaved,
    WayIsSettled,
)
from .invoices import credit_invoices, require_account, require_in_time, require_invoice_possible
from .standing import make_stand, take_method


def why_not(pledge: Pledge, *, wanted: PaysBy, now: datetime) -> Refused | None:
    """What hinders `pledge` from being paid as `wanted` instead of as it is: told before somebody tries."""
    require = {PaysBy.CARD: require_card, PaysBy.INVOICE: require_invoice, PaysBy.TWINT: require_twint}[wanted]
    try:
        require(pool=pledge.pool, pledge=pledge, charge=letters.live_charge(pledge), now=now)
    except Refused as refusal:
        return refusal
    return None


def other_ways(pledge: Pledge, *, now: datetime) -> list[PaysBy]:
    """How else the pledge may be paid. The action decides again under the pool's lock."""
    return [way for way in PaysBy if way != pledge.pays_by and why_not(pledge, wanted=way, now=now) is None]


def can_be_invoiced(pool: Pool, *, now: datetime) -> bool:
    """Whether a pledge that is made now may be paid by invoice."""
    try:
        require_invoice_possible(pool=pool, now=now)
    except Refused:
        return False
    return True


@transaction.atomic
def pay_by_invoice(*, pledge: Pledge, by: User, now: datetime) -> Pledge:
    """Pay `pledge` by invoice instead of by card or with TWINT. One that waits for its method stands herewith.

    Raises NotAdministrator, AwaitsApproval, PledgeEnded, NoInvoices, InvoiceTooLate, RefillsByCard, WayIsSettled,
    PaymentUnderWay, InvoicedBefore.
    """
    pool, pledge = lock(pledge)
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    charge = open_charge(pledge)
    require_invoice(pool=pool, pledge=pledge, charge=charge, now=now)
    if pledge.state == PledgeState.PENDING:
        make_stand(pool=pool, pledge=pledge, method=None, now=now)
        return pledge
    change_way(pool=pool, pledge=pledge, charge=charge, by=by, now=now)
    return pledge


@transaction.atomic
def pay_by_twint(*, pledge: Pledge, by: User, now: datetime) -> Pledge:
    """Pay `pledge` with TWINT, by the link that comes when prices are locked. One that waits for its method stands
    herewith.

    Raises NotAdministrator, AwaitsApproval, PledgeEnded, PoolClosed, TwintIsSaved, TwintTooMuch, WayIsSettled.
    """
    pool, pledge = lock(pledge)
    if not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    charge = open_charge(pledge)
    require_twint(pool=pool, pledge=pledge, charge=charge, now=now)
    if pledge.state == PledgeState.PENDING:
        make_stand(pool=pool, pledge=pledge, method=None, pays_by=PaysBy.TWINT, now=now)
        return pledge
    change_way(pool=pool, pledge=pledge, pays_by=PaysBy.TWINT, charge=charge, by=by, now=now)
    return pledge


@transaction.atomic
def pay_by_card(*, pledge: Pledge, method: SavedMethod, now: datetime, by: User | None = None) -> Pledge:
    """Pay `pledge` with `method` instead of by invoice or by a link for TWINT.

    Raises NotAdministrator, PledgeEnded, WayIsSettled, PartPaidAlready, MethodGone, TwintTooMuch.
    """
    pool, pledge = lock(pledge)
    if by is not None and not pledge.organisation.is_administered_by(by):
        raise NotAdministrator
    charge = open_charge(pledge)
    require_card(pool=pool, pledge=pledge, charge=charge, now=now)
    change_way(pool=pool, pledge=pledge, method=method, charge=charge, by=by, now=now)
    return pledge


def lock(pledge: Pledge) -> tuple[Pool, Pledge]:
    """The pool and the pledge, locked in this order and read anew."""
    pool = Pool.objects.select_for_update(no_key=True).get(pk=pledge.pool_id)
    pledges = Pledge.objects.select_for_update(no_key=True, of=("self",)).select_related("organisation", "method")
    pledge = pledges.get(pk=pledge.pk)
    pledge.pool = pool
    return pool, pledge


def open_charge(pledge: Pledge) -> Charge | None:
    """Its live charge, locked; None before prices lock."""
    charge = pledge.charges.live().select_for_update(no_key=True).first()
    if charge is not None:
        charge.pledge = pledge
    return charge


def require_invoice(*, pool: Pool, pledge: Pledge, charge: Charge | None, now: datetime) -> None:
    """Raises what pay_by_invoice raises unless the pledge may be paid by invoice."""
    if pledge.awaits_approval:
        raise AwaitsApproval
    if pledge.is_held(now=now):
        require_invoice_possible(pool=pool, now=now)
        return
    require_way_open(pool=pool, pledge=pledge, wanted=PaysBy.INVOICE, now=now)
    if charge is None:
        require_invoice_possible(pool=pool, now=now)
    else:
        require_invoice_instead(pool=pool, pledge=pledge, charge=charge, now=now)


def require_twint(*, pool: Pool, pledge: Pledge, charge: Charge | None, now: datetime) -> None:
    """Raises what pay_by_twint raises unless the pledge may be paid by a link for TWINT.

    Once prices are locked it may not: a charge that waits for the person can be paid with TWINT by its link anyway.
    """
    if pledge.awaits_approval:
        raise AwaitsApproval
    if not twint.is_offered():
        raise TwintIsSaved
    if not pledge.is_held(now=now):
        require_way_open(pool=pool, pledge=pledge, wanted=PaysBy.TWINT, now=now)
        if charge is not None:
            raise WayIsSettled
    twint.require_within_limit(most=most_asked(pledge), method=None, pays_by=PaysBy.TWINT)


def most_asked(pledge: Pledge) -> int:
    """The most that the pledge can cost, in Rappen, with the shares that somebody is still to approve."""
    shares = [approval.shares for approval in pledge.approvals.asked().for_more()]
    return max([pledge.shares, *shares]) * pledge.pool.ceiling


def require_card(*, pool: Pool, pledge: Pledge, charge: Charge | None, now: datetime) -> None:
    """Raises PledgeEnded, WayIsSettled, PartPaidAlready unless it may be paid by card instead of in another way."""
    require_way_open(pool=pool, pledge=pledge, wanted=PaysBy.CARD, now=now)
    if charge is not None and charge.state == ChargeState.PART_PAID:
        raise PartPaidAlready
    if charge is not None and charge.is_overdue(now=now):
        raise WayIsSettled


def require_way_open(*, pool: Pool, pledge: Pledge, wanted: PaysBy, now: datetime) -> None:
    """Raises PledgeEnded or WayIsSettled unless how a standing pledge is paid may still change to `wanted`.

    From the start of the workshop an unpaid invoice is a receivable, which no failed card may end.
    """
    if pledge.state != PledgeState.STANDING or pool.state not in Pool.OPEN_STATES:
        raise PledgeEnded
    if pledge.pays_by == wanted or now >= pool.starts_at:
        raise WayIsSettled
    if pledge.charges.filter(state__in=[ChargeState.FAILED, *Charge.SETTLED_STATES]).exists():
        raise WayIsSettled


def require_invoice_instead(*, pool: Pool, pledge: Pledge, charge: Charge, now: datetime) -> None:
    """Raises PaymentUnderWay, WayIsSettled, InvoicedBefore, RefillsByCard, NoInvoices, InvoiceTooLate unless an invoice
    may take the place of a charge by card or with TWINT.
    """
    if charge.state == ChargeState.SENDING:
        raise PaymentUnderWay
    if charge.is_overdue(now=now):
        raise WayIsSettled
    if pledge.charges.filter(pays_by=PaysBy.INVOICE).exists():
        raise InvoicedBefore
    since, locked = pledge.stands_since, pool.funded_at
    if since and locked and (since >= pool.closes_at or (pool.is_split and since > locked)):
        raise RefillsByCard
    require_account()
    require_in_time(pool=pool, now=now)


def change_way(
    *,
    pool: Pool,
    pledge: Pledge,
    charge: Charge | None,
    by: User | None,
    now: datetime,
    method: SavedMethod | None = None,
    pays_by: PaysBy = PaysBy.INVOICE,
) -> None:
    """Another way for the pledge (`method`, or without one `pays_by`), and another charge in the place of the open
    one.
    """
    twint.require_within_limit(most=most_asked(pledge), method=method, pays_by=pays_by)
    had_method = pledge.method is not None
    take_method(pledge=pledge, method=method, pays_by=pays_by)
    pledge.save(update_fields=["method", "pays_by"])
    changed = record(pool, "payment_way_changed", now=now, by=by, pledge=pledge, pays_by=str(pledge.pays_by))
    if charge is None:
        invoice_letters.tell_way_changed(pledge=pledge, had_method=had_method, once=changed.pk, now=now)
        return
    void(pool=pool, charges=[charge], now=now)
    credit_invoices(pool=pool, charges=[charge], reason=CreditReason.OTHER_WAY, now=now)
    [new] = make_charges(pool=pool, owed=[(pledge, charge.amount)], now=now)
    had_link = charge.state == ChargeState.ACTION_REQUIRED
    if new.pays_by == PaysBy.INVOICE:
        invoice_letters.tell_invoiced(charge=new, void_link=had_link, now=now)
        return
    if charge.pays_by == PaysBy.TWINT:  # a card that is declined has to be mended by the date that the link had
        new.mend_until = charge.mend_until
        new.save(update_fields=["mend_until"])
    letters.tell_charged_instead(charge=new, void_link=had_link, now=now)

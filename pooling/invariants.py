"""The promises about money, checked over all rows at once (DESIGN.md section 5, "Invariants"). Reads only, in a
constant number of statements.

Each check yields one sentence per breach. The database's constraints make most of them impossible; they are looked for
all the same, because
a restored backup, a hand-written statement or a constraint dropped in a migration would not ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Case, Count, Exists, F, Max, Min, Model, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from .invoice_books import credit_notes_cancel_what_is_not_owed, numbers_have_no_gaps, only_what_is_lost_is_written_off
from .models import (
    Approval,
    Attempt,
    Backing,
    BackingKind,
    Charge,
    ChargeState,
    Dispute,
    Payout,
    PayoutTo,
    PaysBy,
    Pledge,
    PledgeState,
    Pool,
    PoolEvent,
    PoolState,
    Pricing,
    Receipt,
    Refund,
    RefundReason,
    RefundState,
    SeatGift,
    Slot,
    TransferState,
    WebhookEvent,
)
from .replay import FIGURES, Replayed, replay


def summed(rows: QuerySet[Model], field_name: str, by: str) -> Coalesce:
    """The sum of `field_name` over `rows` that point to the outer row by `by`; 0 where there are none."""
    return Coalesce(
        Subquery(
            rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(total=Sum(field_name)).values("total")
        ),
        0,
    )


def charges_only_in_funded_pools() -> Iterator[str]:
    """1. No charge unless the pool was funded."""
    for charge in Charge.objects.filter(
        Q(pledge__pool__funded_at=None) | Q(created_at__lt=F("pledge__pool__funded_at"))
    ).values("uuid", "pledge__pool__uuid"):
        yield f"1: charge {charge['uuid']} exists though pool {charge['pledge__pool__uuid']} was not funded then"


def locked_amounts_are_right() -> Iterator[str]:
    """2.

    Locked amounts over share slots (held, or dropped and not filled again) sum to N x M, or to C where the cost is
    split, whose shares differ by a Rappen at most; before prices lock there are
    none; a freed slot is filled again at its amount; each pledge that is pending, stands or was dropped has one slot
    per share, and one on the waiting list has none.
    """
    locked = Slot.objects.locked().order_by().values("pledge__pool").annotate(total=Sum("amount")).values("total")
    pools = Pool.objects.filter(state__in=Pool.OWING_STATES).annotate(
        locked=Coalesce(Subquery(locked.filter(pledge__pool=OuterRef("pk"))), 0),
        lowest=Subquery(locked.filter(pledge__pool=OuterRef("pk")).annotate(least=Min("amount")).values("least")),
        highest=Subquery(locked.filter(pledge__pool=OuterRef("pk")).annotate(most=Max("amount")).values("most")),
        shares=F("standing") + F("freed"),
        wanted=Case(When(pricing=Pricing.SPLIT, then=F("cost") - F("subsidy")), default=F("shares") * F("ceiling")),
    )
    for pool in pools.exclude(locked=F("wanted")):
        yield f"2: pool {pool.uuid}: locked amounts of {pool.shares} shares sum to {pool.locked}, not {pool.wanted}"
    for pool in pools.filter(highest__gt=F("lowest") + 1):
        yield f"2: pool {pool.uuid}: shares cost {pool.lowest} to {pool.highest}"
    refills = Slot.objects.exclude(refills=None).select_related("pledge", "refills")
    for slot in refills.exclude(
        amount=F("refills__amount"), pledge__pool=F("refills__pledge__pool"), refills__pledge__state=PledgeState.DROPPED
    ):
        yield f"2: slot {slot.pk} takes the place of slot {slot.refills_id}, which is not free or costs another amount"
    for slot in Slot.objects.filter(amount__isnull=False, pledge__pool__funded_at=None).values("pk", "pledge__uuid"):
        yield f"2: slot {slot['pk']} of pledge {slot['pledge__uuid']} has an amount though prices are not locked"
    counted = Coalesce(
        Subquery(
            Slot.objects.filter(pledge=OuterRef("pk")).order_by().values("pledge").annotate(n=Count("pk")).values("n")
        ),
        0,
    )
    held = Pledge.objects.filter(state__in=[*Pledge.PLACED_STATES, PledgeState.DROPPED])
    for pledge in held.annotate(n=counted).exclude(n=F("shares")):
        yield f"2: pledge {pledge.uuid} of {pledge.shares} shares has {pledge.n} slots"
    for pledge in Pledge.objects.listed().annotate(n=counted).filter(n__gt=0):
        yield f"2: pledge {pledge.uuid} is on the waiting list and has {pledge.n} slots"


def nobody_pays_more_than_agreed() -> Iterator[str]:
    """3. Per pledge 0 <= net <= its locked amount <= M x shares, and a charge is of the locked amount."""
    pledges = Pledge.objects.annotate(
        captured=summed(Charge.objects.all(), "captured", "pledge"),
        returned=summed(Refund.objects.all(), "amount", "charge__pledge")
        + summed(Dispute.objects.lost(), "charged_back", "attempt__charge__pledge"),
        locked=summed(Slot.objects.all(), "amount", "pledge"),
    ).annotate(net=F("captured") - F("returned"), agreed=F("shares") * F("pool__ceiling"))
    for pledge in pledges.filter(Q(net__lt=0) | Q(net__gt=F("locked")) | Q(locked__gt=F("agreed"))):
        yield f"3: pledge {pledge.uuid}: net {pledge.net}, locked {pledge.locked}, agreed to {pledge.agreed}"
    live = Charge.objects.live().annotate(locked=summed_slots())
    for charge in live.exclude(amount=F("locked")):
        yield f"3: charge {charge.uuid} is of {charge.amount}, its pledge's locked amount is {charge.locked}"


def what_arrived_is_told_by_its_payments() -> Iterator[str]:
    """3, too: what a charge captured is what its attempts and its transfers brought; one by invoice has an invoice."""
    charges = Charge.objects.annotate(
        attempted=summed(Attempt.objects.all(), "captured", "charge"),
        received=summed(Receipt.objects.all(), "amount", "charge"),
    )
    for charge in charges.exclude(captured=F("attempted") + F("received")):
        came = f"{charge.attempted} by card and {charge.received} by transfer"
        yield f"3: charge {charge.uuid} captured {charge.captured}, what came was {came}"
    for charge in charges.filter(
        Q(pays_by__in=[PaysBy.CARD, PaysBy.TWINT], received__gt=0) | Q(pays_by=PaysBy.INVOICE, invoice=None)
    ):
        yield f"3: charge {charge.uuid} is paid by {charge.pays_by}, which its payments and invoices contradict"
    taken = Receipt.objects.filter(reverses=None).annotate(taken=summed(Receipt.objects.all(), "amount", "reverses"))
    for receipt in taken.filter(amount__lt=-F("taken")):
        yield f"3: receipt {receipt.uuid} of {receipt.amount} was taken back by {-receipt.taken}"
    for receipt in Receipt.objects.filter(reverses__isnull=False).exclude(charge=F("reverses__charge")):
        yield f"3: receipt {receipt.uuid} takes back a payment for another charge"
    over = Q(attempt__isnull=False, amount__gt=F("attempt__captured")) | Q(amount__gt=F("receipt__amount"))
    for refund in Refund.objects.filter(over):
        yield f"3: refund {refund.uuid} of {refund.amount} is of more than was paid"
    elsewhere = ~Q(charge=F("attempt__charge")) & Q(attempt__isnull=False)
    for refund in Refund.objects.filter(elsewhere | ~Q(charge=F("receipt__charge")) & Q(receipt__isnull=False)):
        yield f"3: refund {refund.uuid} is of a payment for another charge"


def each_rappen_goes_back_once() -> Iterator[str]:
    """3, too: by refund or by the payer's bank, no more goes back than a payment brought."""
    attempts = Attempt.objects.annotate(
        returned=summed(Refund.objects.all(), "amount", "attempt"),
        charged_back=summed(Dispute.objects.all(), "charged_back", "attempt"),
    )
    for attempt in attempts.filter(captured__lt=F("returned") + F("charged_back")):
        went = f"{attempt.returned} by refund and {attempt.charged_back} by the bank"
        yield f"3: attempt {attempt.key} brought {attempt.captured}; of it go back {went}"


def no_more_stands_than_was_approved() -> Iterator[str]:
    """3, too: where somebody had to approve, so many shares stand at most; while they decide, the request is open.

    A pledge that stood before anybody was asked, about more shares, needed no approval.
    """
    approved = Approval.objects.own().approved().filter(pledge=OuterRef("pk"), shares__gte=OuterRef("shares"))
    asked = Approval.objects.asked().filter(pledge=OuterRef("pk"), before=0)
    needing = Pledge.objects.live().filter(Exists(Approval.objects.own().filter(pledge=OuterRef("pk"), before=0)))
    pledges = needing.annotate(is_approved=Exists(approved), is_asked=Exists(asked))
    for pledge in pledges.filter(Q(awaits_approval=F("is_approved")) | ~Q(awaits_approval=F("is_asked"))):
        yield f"3: pledge {pledge.uuid} of {pledge.shares} shares is {pledge.state} without the approval it needed"


def given_seats() -> QuerySet[Pledge]:
    """Pledges of which `given` seats are other organisations'."""
    given = summed(SeatGift.objects.live(), "number", "pledge")
    return Pledge.objects.annotate(given=given).filter(given__gt=0)


def seats_are_given_once() -> Iterator[str]:
    """3, too: of a pledge that stands, no more seats are given away than its shares hold, once prices are locked."""
    has = F("shares") * F("pool__seats_per_share")
    right = Q(state=PledgeState.STANDING, pool__state__in=Pool.OWING_STATES, given__lte=has)
    for pledge in given_seats().exclude(right):
        yield f"3: pledge {pledge.uuid} of {pledge.shares} shares is {pledge.state} and gave {pledge.given} seats away"


def summed_slots() -> Coalesce:
    """The locked amount of a charge's pledge."""
    return Coalesce(
        Subquery(
            Slot.objects.filter(pledge=OuterRef("pledge"))
            .order_by()
            .values("pledge")
            .annotate(total=Sum("amount"))
            .values("total")
        ),
        0,
    )


def ended_pools_keep_nothing() -> Iterator[str]:
    """4.

    A cancelled pool has given back, or owes back, all that it captured, drew and absorbed, and asks for nothing (what
    a bank took back was given back); a
    lapsed one has no money row at all. In a closed one net + drawn + absorbed - surplus paid is what was to be raised.
    """
    pools = Pool.objects.annotate(
        captured=summed(Charge.objects.all(), "captured", "pledge__pool"),
        returned=summed(Refund.objects.exclude(reason=RefundReason.SURPLUS), "amount", "charge__pledge__pool")
        + summed(Dispute.objects.lost(), "charged_back", "attempt__charge__pledge__pool"),
        drawn=summed(Backing.objects.filter(kind=BackingKind.DRAWN), "amount", "pool"),
        absorbed=summed(Backing.objects.filter(kind=BackingKind.ABSORBED), "amount", "pool"),
        given_back=summed(Backing.objects.filter(kind=BackingKind.RETURNED), "amount", "pool"),
        reversed=summed(Backing.objects.filter(kind=BackingKind.REVERSED), "amount", "pool"),
        paid_out=summed(Payout.objects.all(), "amount", "pool"),
    )
    for pool in pools.filter(state=PoolState.CANCELLED):
        if (pool.captured, pool.drawn, pool.absorbed) != (pool.returned, pool.given_back, pool.reversed):
            yield (
                f"4: cancelled pool {pool.uuid} captured {pool.captured}, drew {pool.drawn}, absorbed {pool.absorbed}; "
                f"gives back {pool.returned}, {pool.given_back}, {pool.reversed}"
            )
    for pool in pools.filter(state=PoolState.CLOSED):
        left = pool.captured - pool.returned + pool.drawn - pool.given_back + pool.absorbed - pool.reversed
        if left - pool.paid_out != pool.to_raise:
            yield f"4: closed pool {pool.uuid} had {left}, paid out {pool.paid_out}, and was to raise {pool.to_raise}"
    for pool in pools.exclude(state=PoolState.CLOSED).filter(paid_out__gt=0):
        yield f"4: pool {pool.uuid} is {pool.state} and paid out a surplus of {pool.paid_out}"
    for charge in Charge.objects.filter(
        pledge__pool__state=PoolState.CANCELLED, state__in=[ChargeState.DUE, *Charge.WAITING_STATES]
    ):
        yield f"4: charge {charge.uuid} of a cancelled pool is {charge.state}"
    for charge in Charge.objects.filter(pledge__pool__state=PoolState.LAPSED):
        yield f"4: charge {charge.uuid} belongs to a lapsed pool"
    for backing in Backing.objects.filter(pool__state=PoolState.LAPSED):
        yield f"4: backing {backing.pk} belongs to a lapsed pool"


def surplus_goes_back_whole() -> Iterator[str]:
    """4, too: what a payer gets of a surplus is in refunds, to the Rappen, and nobody draws more than was promised."""
    in_refunds = Payout.objects.annotate(refunded=summed(Refund.objects.all(), "amount", "payout"))
    for payout in in_refunds.exclude(
        Q(to=PayoutTo.PAYER, refunded=F("amount")) | ~Q(to=PayoutTo.PAYER) & Q(refunded=0)
    ):
        yield f"4: payout {payout.uuid} to {payout.to} is of {payout.amount}, its refunds are of {payout.refunded}"
    drawn = Backing.objects.filter(kind=BackingKind.DRAWN)
    pools = Pool.objects.annotate(drawn=summed(drawn, "amount", "pool"), promised=Coalesce("guarantee__limit", 0))
    for pool in pools.filter(drawn__gt=F("promised")):
        yield f"4: pool {pool.uuid} drew {pool.drawn} of {pool.promised} that were promised"


def references_are_unique() -> Iterator[str]:
    """5. Ids from providers and of events are unique."""
    named: list[tuple[str, QuerySet[Model], list[str]]] = [
        ("payment", Attempt.objects.exclude(intent_ref=""), ["provider", "intent_ref"]),
        ("payment page", Attempt.objects.exclude(page_ref=""), ["provider", "page_ref"]),
        ("attempt key", Attempt.objects.all(), ["key"]),
        ("refund", Refund.objects.exclude(ref=""), ["attempt__provider", "ref"]),
        ("dispute", Dispute.objects.all(), ["provider", "ref"]),
        ("transfer", Receipt.objects.all(), ["reference"]),
        ("transfer back", Refund.objects.exclude(paid_ref=""), ["paid_ref"]),
        ("notice", WebhookEvent.objects.all(), ["provider", "ref"]),
    ]
    for name, rows, fields in named:
        for double in rows.order_by().values(*fields).annotate(n=Count("pk")).filter(n__gt=1):
            yield f"5: {name} {' '.join(str(double[f]) for f in fields)} stands {double['n']} times"


def sums_by_pool(rows: QuerySet[Any, tuple[int, str]]) -> dict[int, dict[str, int]]:
    """Amounts of `rows`, which are pairs of pool and kind, by both."""
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    for pool, kind, total in rows.order_by().annotate(total=Sum("amount")):
        sums[pool][kind] = total
    return sums


def events_tell_the_state() -> Iterator[str]:
    """6. Replaying a pool's events gives its state; events hold ids and figures only."""
    told = replay(PoolEvent.objects.all())
    pledges: dict[int, dict[int, tuple[str, int]]] = defaultdict(dict)
    for pk, pool_id, state, shares in Pledge.objects.values_list("pk", "pool", "state", "shares").iterator(
        chunk_size=5000
    ):
        pledges[pool_id][pk] = (state, shares)
    refunds: dict[int, dict[int, str]] = defaultdict(dict)
    for pk, pool_id, state in Refund.objects.values_list("pk", "charge__pledge__pool", "state").iterator(
        chunk_size=5000
    ):
        refunds[pool_id][pk] = RefundState.DUE if state == RefundState.SENDING else state
    holders: dict[int, dict[int, int]] = defaultdict(dict)
    passed_on = Pledge.objects.filter(transfers__state=TransferState.DONE).distinct()
    for pool_id, pk, holder in passed_on.values_list("pool", "pk", "organisation"):
        holders[pool_id][pk] = holder
    seats: dict[int, dict[int, int]] = defaultdict(dict)
    for pool_id, pk, number in given_seats().values_list("pool", "pk", "given"):
        seats[pool_id][pk] = number
    more: dict[int, dict[int, int]] = defaultdict(dict)
    for pool_id, pk, added in asked_for_more().values_list("pledge__pool", "pledge", "added_shares"):
        more[pool_id][pk] = added
    backing = sums_by_pool(Backing.objects.values_list("pool", "kind"))
    payouts = sums_by_pool(Payout.objects.values_list("pool", "to"))
    disputes: dict[int, dict[int, str]] = defaultdict(dict)
    for pool_id, pk, state in Dispute.objects.values_list("attempt__charge__pledge__pool", "pk", "state"):
        disputes[pool_id][pk] = state
    for pool in Pool.objects.annotate(
        captured=summed(Charge.objects.all(), "captured", "pledge__pool"),
        charged_back=summed(Dispute.objects.all(), "charged_back", "attempt__charge__pledge__pool"),
    ):
        replayed = told.get(pool.pk, Replayed())
        for what, says, is_so in [
            ("state", replayed.state, pool.state),
            ("captured", replayed.captured, pool.captured),
            ("freed places", replayed.freed, pool.freed),
            ("pledges", replayed.pledges, pledges[pool.pk]),
            ("holders", replayed.holders, holders[pool.pk]),
            ("seats given away", replayed.seats, seats[pool.pk]),
            ("requests for more", replayed.more, more[pool.pk]),
            ("refunds", replayed.refunds, refunds[pool.pk]),
            ("disputes", replayed.disputes, disputes[pool.pk]),
            ("money taken back by banks", replayed.charged_back, pool.charged_back),
            ("backing", replayed.backing, backing[pool.pk]),
            ("payouts", replayed.payouts, payouts[pool.pk]),
            ("closing time", replayed.closes_at, pool.closes_at if pool.extended_from else None),
            ("subsidy", replayed.subsidy, replayed.subsidy and pool.subsidy),
        ]:
            if says != is_so:
                yield f"6: pool {pool.uuid}: its events tell other {what} than its rows"
    for figures in PoolEvent.objects.exclude(figures={}).values_list("figures", flat=True).iterator(chunk_size=5000):
        if not FIGURES.issuperset(figures):
            yield f"6: an event holds {sorted(set(figures) - FIGURES)}, which is no figure"


def asked_for_more() -> QuerySet[Approval]:
    """Requests for more shares that are open: each holds `added_shares` places."""
    asked: QuerySet[Approval] = Approval.objects.asked().for_more()
    return asked.annotate(added_shares=F("shares") - F("before"))


def more_is_asked_of_what_stands() -> Iterator[str]:
    """7, too: a request for more shares is of a pledge that stands with the number it was asked for."""
    for approval in asked_for_more().exclude(pledge__state=PledgeState.STANDING, pledge__shares=F("before")):
        yield f"7: approval {approval.uuid} asks for more than {approval.before} shares, which do not stand so"


def capacity_is_kept() -> Iterator[str]:
    """7. held + offered + standing <= capacity, always, and the counters count what there is."""
    waiting = Pledge.objects.waiting().order_by().values("pool").annotate(n=Count("pk")).values("n")
    freed = Slot.objects.freed().order_by().values("pledge__pool").annotate(n=Count("pk")).values("n")
    pools = Pool.objects.annotate(
        counted_held=summed(Pledge.objects.pending(), "shares", "pool")
        + summed(asked_for_more(), "added_shares", "pledge__pool"),
        counted_offered=summed(Pledge.objects.offered(), "shares", "pool"),
        counted_standing=summed(Pledge.objects.standing(), "shares", "pool"),
        counted_freed=Coalesce(Subquery(freed.filter(pledge__pool=OuterRef("pk"))), 0),
        counted_waiting=Coalesce(Subquery(waiting.filter(pool=OuterRef("pk"))), 0),
    )
    for pool in pools.filter(capacity__lt=F("counted_held") + F("counted_offered") + F("counted_standing")):
        shares = f"{pool.counted_held} + {pool.counted_offered} + {pool.counted_standing}"
        yield f"7: pool {pool.uuid} holds {shares} of {pool.capacity} shares"
    for pool in pools.exclude(
        held=F("counted_held"),
        offered=F("counted_offered"),
        standing=F("counted_standing"),
        freed=F("counted_freed"),
        waiting=F("counted_waiting"),
    ):
        counts = f"{pool.held} + {pool.offered} + {pool.standing} shares, {pool.freed} freed, {pool.waiting} waiting"
        counted = (
            f"{pool.counted_held} + {pool.counted_offered} + {pool.counted_standing}, {pool.counted_freed}, "
            f"{pool.counted_waiting}"
        )
        yield f"7: pool {pool.uuid} counts {counts}, there are {counted}"


INVARIANTS = 7  # that many are promised; some take more than one check
CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    charges_only_in_funded_pools,
    locked_amounts_are_right,
    nobody_pays_more_than_agreed,
    what_arrived_is_told_by_its_payments,
    each_rappen_goes_back_once,
    credit_notes_cancel_what_is_not_owed,
    only_what_is_lost_is_written_off,
    no_more_stands_than_was_approved,
    seats_are_given_once,
    ended_pools_keep_nothing,
    surplus_goes_back_whole,
    references_are_unique,
    numbers_have_no_gaps,
    events_tell_the_state,
    more_is_asked_of_what_stands,
    capacity_is_kept,
)


def breaches() -> Iterator[str]:
    """A sentence for every breach of an invariant; nothing if the books are right."""
    for check in CHECKS:
        yield from check()

"""The promises about money, checked over all rows at once (DESIGN.md section 5, "Invariants"). Reads only, in a
constant number of statements.

Each check yields one sentence per breach. The database's constraints make most of them impossible; they are looked for
all the same, because
a restored backup, a hand-written statement or a constraint dropped in a migration would not ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import (
    Approval,
    Attempt,
    Charge,
    ChargeState,
    Pledge,
    PledgeState,
    Pool,
    PoolEvent,
    PoolState,
    Refund,
    RefundState,
    Slot,
    WebhookEvent,
)


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

    Locked amounts over share slots sum to N x M; before prices lock there are none; each live pledge has one slot per
    share.
    """
    slots = Slot.objects.filter(pledge__state=PledgeState.STANDING).order_by().values("pledge__pool")
    locked = slots.annotate(total=Sum("amount")).values("total")
    pools = Pool.objects.filter(state__in=Pool.FINANCED_STATES).annotate(
        locked=Coalesce(Subquery(locked.filter(pledge__pool=OuterRef("pk"))), 0)
    )
    for pool in pools.exclude(locked=F("standing") * F("ceiling")):
        owed = pool.standing * pool.ceiling
        yield f"2: pool {pool.uuid}: locked amounts sum to {pool.locked}, {pool.standing} shares cost {owed}"
    for slot in Slot.objects.filter(amount__isnull=False, pledge__pool__funded_at=None).values("pk", "pledge__uuid"):
        yield f"2: slot {slot['pk']} of pledge {slot['pledge__uuid']} has an amount though prices are not locked"
    counted = Coalesce(
        Subquery(
            Slot.objects.filter(pledge=OuterRef("pk")).order_by().values("pledge").annotate(n=Count("pk")).values("n")
        ),
        0,
    )
    for pledge in Pledge.objects.live().annotate(n=counted).exclude(n=F("shares")):
        yield f"2: pledge {pledge.uuid} of {pledge.shares} shares has {pledge.n} slots"


def nobody_pays_more_than_agreed() -> Iterator[str]:
    """3. Per pledge 0 <= net <= its locked amount <= M x shares, and a charge is of the locked amount."""
    pledges = Pledge.objects.annotate(
        captured=summed(Charge.objects.all(), "captured", "pledge"),
        returned=summed(Refund.objects.all(), "amount", "charge__pledge"),
        locked=summed(Slot.objects.all(), "amount", "pledge"),
    ).annotate(net=F("captured") - F("returned"), agreed=F("shares") * F("pool__ceiling"))
    for pledge in pledges.filter(Q(net__lt=0) | Q(net__gt=F("locked")) | Q(locked__gt=F("agreed"))):
        yield f"3: pledge {pledge.uuid}: net {pledge.net}, locked {pledge.locked}, agreed to {pledge.agreed}"
    live = Charge.objects.live().annotate(locked=summed_slots())
    for charge in live.exclude(amount=F("locked")):
        yield f"3: charge {charge.uuid} is of {charge.amount}, its pledge's locked amount is {charge.locked}"


def no_more_stands_than_was_approved() -> Iterator[str]:
    """3, too: where somebody had to approve, so many shares stand at most; while they decide, the request is open."""
    approved = Approval.objects.approved().filter(pledge=OuterRef("pk"), shares__gte=OuterRef("shares"))
    asked = Approval.objects.asked().filter(pledge=OuterRef("pk"))
    needing = Pledge.objects.live().filter(Exists(Approval.objects.filter(pledge=OuterRef("pk"))))
    pledges = needing.annotate(is_approved=Exists(approved), is_asked=Exists(asked))
    for pledge in pledges.filter(Q(awaits_approval=F("is_approved")) | ~Q(awaits_approval=F("is_asked"))):
        yield f"3: pledge {pledge.uuid} of {pledge.shares} shares is {pledge.state} without the approval it needed"


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

    A cancelled pool has given back, or owes back, all that it captured, and asks for nothing; a lapsed one has no money
    row at all.
    """
    cancelled = Pool.objects.filter(state=PoolState.CANCELLED).annotate(
        captured=summed(Charge.objects.all(), "captured", "pledge__pool"),
        returned=summed(Refund.objects.all(), "amount", "charge__pledge__pool"),
    )
    for pool in cancelled.exclude(captured=F("returned")):
        yield f"4: cancelled pool {pool.uuid} captured {pool.captured} and gives back {pool.returned}"
    for charge in Charge.objects.filter(
        pledge__pool__state=PoolState.CANCELLED, state__in=[ChargeState.DUE, ChargeState.ACTION_REQUIRED]
    ):
        yield f"4: charge {charge.uuid} of a cancelled pool is {charge.state}"
    for charge in Charge.objects.filter(pledge__pool__state=PoolState.LAPSED):
        yield f"4: charge {charge.uuid} belongs to a lapsed pool"


def references_are_unique() -> Iterator[str]:
    """5. Ids from providers and of events are unique."""
    named: list[tuple[str, QuerySet[Model], list[str]]] = [
        ("payment", Attempt.objects.exclude(intent_ref=""), ["provider", "intent_ref"]),
        ("payment page", Attempt.objects.exclude(page_ref=""), ["provider", "page_ref"]),
        ("attempt key", Attempt.objects.all(), ["key"]),
        ("refund", Refund.objects.exclude(ref=""), ["attempt__provider", "ref"]),
        ("notice", WebhookEvent.objects.all(), ["provider", "ref"]),
    ]
    for name, rows, fields in named:
        for double in rows.order_by().values(*fields).annotate(n=Count("pk")).filter(n__gt=1):
            yield f"5: {name} {' '.join(str(double[f]) for f in fields)} stands {double['n']} times"


@dataclass
class Replayed:
    """What a pool's events alone say of it."""

    state: str = PoolState.DRAFT
    pledges: dict[int, tuple[str, int]] = field(default_factory=dict)
    captured: int = 0
    refunds: dict[int, str] = field(default_factory=dict)

    def shares(self, state: str) -> int:
        return sum(shares for pledge_state, shares in self.pledges.values() if pledge_state == state)


# Where each event leads: the pool's state, or the pledge's.
POOL_TURNS = {
    "pool_opened": PoolState.OPEN,
    "pool_funded": PoolState.FUNDED,
    "pool_confirmed": PoolState.CONFIRMED,
    "pool_lapsed": PoolState.LAPSED,
    "pool_cancelled": PoolState.CANCELLED,
}
PLEDGE_TURNS = {
    "pledge_held": PledgeState.PENDING,
    "pledge_standing": PledgeState.STANDING,
    "pledge_changed": PledgeState.STANDING,
    "pledge_withdrawn": PledgeState.WITHDRAWN,
    "pledge_expired": PledgeState.EXPIRED,
}
REFUND_TURNS = {
    "refund_due": RefundState.DUE,
    "refund_succeeded": RefundState.SUCCEEDED,
    "refund_failed": RefundState.FAILED,
}
# What an event may say beside its ids: figures and codes, never a name.
FIGURES = {
    "amount",
    "shares",
    "before",
    "standing",
    "threshold",
    "capacity",
    "net",
    "attempt",
    "failure",
    "state",
    "approval",
}


def replay(events: QuerySet[PoolEvent]) -> dict[int, Replayed]:
    """Each pool as its events tell it, by the pool's primary key."""
    told: dict[int, Replayed] = defaultdict(Replayed)
    for happened in events.order_by("pk").iterator(chunk_size=5000):
        pool = told[happened.pool_id]
        pool.state = POOL_TURNS.get(happened.kind, pool.state)
        if happened.kind in PLEDGE_TURNS and happened.pledge_id:
            pool.pledges[happened.pledge_id] = (PLEDGE_TURNS[happened.kind], happened.figures["shares"])
        elif happened.kind == "charge_captured":
            pool.captured += happened.figures["amount"]
        elif happened.kind in REFUND_TURNS and happened.refund_id:
            pool.refunds[happened.refund_id] = REFUND_TURNS[happened.kind]
    return told


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
    for pool in Pool.objects.annotate(captured=summed(Charge.objects.all(), "captured", "pledge__pool")):
        replayed = told.get(pool.pk, Replayed())
        for what, says, is_so in [
            ("state", replayed.state, pool.state),
            ("captured", replayed.captured, pool.captured),
            ("pledges", replayed.pledges, pledges[pool.pk]),
            ("refunds", replayed.refunds, refunds[pool.pk]),
        ]:
            if says != is_so:
                yield f"6: pool {pool.uuid}: its events tell other {what} than its rows"
    for figures in PoolEvent.objects.exclude(figures={}).values_list("figures", flat=True).iterator(chunk_size=5000):
        if not FIGURES.issuperset(figures):
            yield f"6: an event holds {sorted(set(figures) - FIGURES)}, which is no figure"


def capacity_is_kept() -> Iterator[str]:
    """7. held + standing <= capacity, always, and the counters count what there is."""
    pools = Pool.objects.annotate(
        counted_held=summed(Pledge.objects.pending(), "shares", "pool"),
        counted_standing=summed(Pledge.objects.standing(), "shares", "pool"),
    )
    for pool in pools.filter(capacity__lt=F("counted_held") + F("counted_standing")):
        yield f"7: pool {pool.uuid} holds {pool.counted_held} + {pool.counted_standing} of {pool.capacity} shares"
    for pool in pools.exclude(held=F("counted_held"), standing=F("counted_standing")):
        counted = f"{pool.counted_held} + {pool.counted_standing}"
        yield f"7: pool {pool.uuid} counts {pool.held} + {pool.standing} shares, there are {counted}"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    charges_only_in_funded_pools,
    locked_amounts_are_right,
    nobody_pays_more_than_agreed,
    no_more_stands_than_was_approved,
    ended_pools_keep_nothing,
    references_are_unique,
    events_tell_the_state,
    capacity_is_kept,
)


def breaches() -> Iterator[str]:
    """A sentence for every breach of an invariant; nothing if the books are right."""
    for check in CHECKS:
        yield from check()

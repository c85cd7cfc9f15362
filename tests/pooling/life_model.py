"""A pool as simple as it can be told (DESIGN.md section 5): what the machine holds the real one against.

It knows no rows, no provider and no transaction: only who stands, what was paid, and what time it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOLD, WINDOW, REFILLS_END = timedelta(minutes=35), timedelta(days=7), timedelta(days=14)
OFFER_HOLD, APPROVAL_HOLD, TRANSFER_LIFE = timedelta(hours=48), timedelta(days=10), timedelta(days=7)
LEASE = timedelta(minutes=2)
TERM, DUE_BEFORE_START = timedelta(days=30), timedelta(days=7)
INVOICED = ("issued", "part_paid")
LISTED = ("waiting", "offered")
LIVE = (*LISTED, "pending", "standing")
FINANCED = ("funded", "short", "confirmed")


@dataclass
class ShareModel:
    """One share, numbered in the order of pledging; `amount` is nothing before prices lock."""

    number: int
    amount: int = 0
    freed: bool = False


@dataclass
class PledgeModel:
    """One pledge; `charge` is what its payment is, empty before prices lock."""

    organisation: int
    shares: int
    behaviour: str
    state: str = "pending"
    agreed: bool = True  # False as long as it is on the waiting list
    held_until: datetime | None = None
    charge: str = ""
    sent_at: datetime | None = None
    mend_until: datetime | None = None
    paid: int = 0
    was_invoiced: bool = False
    is_refill: bool = False
    awaits: bool = False  # somebody's approval
    asked_until: datetime | None = None
    has_way: bool = False  # it was chosen with the request how to pay
    approved: int | None = None  # so many shares at most; None where nobody had to approve
    more: int = 0  # shares that are asked for in all, instead of those that stand
    more_until: datetime | None = None
    passing: str = ""  # on to another organisation: offered, or accepted and waiting for a method
    passing_until: datetime | None = None
    receiver: int | None = None
    given: int = 0  # seats that another organisation uses
    slots: list[ShareModel] = field(default_factory=list)

    @property
    def owed(self) -> int:
        return sum(slot.amount for slot in self.slots)

    @property
    def added(self) -> int:
        """Places that a request for more shares holds."""
        return self.more - self.shares if self.more else 0

    def end_asking(self) -> None:
        self.more, self.more_until = 0, None

    def end_passing(self) -> None:
        self.passing, self.passing_until, self.receiver = "", None, None

    def end(self, state: str) -> None:
        """Nothing that hangs on a pledge outlives it."""
        self.state, self.held_until, self.given = state, None, 0
        self.end_asking()
        self.end_passing()


@dataclass
class PoolModel:
    cost: int
    subsidy: int
    ceiling: int
    minimum: int
    capacity: int
    closes_at: datetime
    starts_at: datetime
    now: datetime
    pricing: str = "fixed"
    state: str = "draft"
    extended: bool = False
    shares_made: int = 0
    guarantee: int = 0
    drawn: int = 0
    absorbed: int = 0
    pledges: dict[int, PledgeModel] = field(default_factory=dict)

    @property
    def to_raise(self) -> int:
        return self.cost - self.subsidy

    @property
    def threshold(self) -> int:
        return max(self.minimum, -(-self.to_raise // self.ceiling))

    @property
    def standing(self) -> int:
        return sum(pledge.shares for pledge in self.pledges.values() if pledge.state == "standing")

    @property
    def held(self) -> int:
        pending = sum(pledge.shares for pledge in self.pledges.values() if pledge.state == "pending")
        return pending + sum(pledge.added for pledge in self.pledges.values())

    @property
    def freed_slots(self) -> list[ShareModel]:
        slots = [slot for pledge in self.pledges.values() for slot in pledge.slots if slot.freed]
        return sorted(slots, key=lambda slot: slot.number)

    @property
    def freed(self) -> int:
        return len(self.freed_slots)

    @property
    def offered(self) -> int:
        return sum(pledge.shares for pledge in self.pledges.values() if pledge.state == "offered")

    @property
    def waiting(self) -> list[PledgeModel]:
        """Those who wait, the first in line first."""
        return [pledge for _pk, pledge in sorted(self.pledges.items()) if pledge.state == "waiting"]

    @property
    def net(self) -> int:
        return sum(pledge.paid for pledge in self.pledges.values())

    @property
    def gap(self) -> int:
        return max(0, self.to_raise - self.net - self.drawn - self.absorbed)

    def takes_new_shares(self, now: datetime) -> bool:
        """Where the cost is split, nobody joins once prices are locked."""
        return now < self.closes_at and self.state in (("open",) if self.pricing == "split" else ("open", *FINANCED))

    def places(self, now: datetime) -> int:
        """What a newcomer may pledge: nothing while anybody waits."""
        return 0 if self.waiting else self.free(now)

    def free(self, now: datetime) -> int:
        left = self.capacity - self.held - self.offered - self.standing
        if self.takes_new_shares(now):
            return left
        if self.state in FINANCED and now < self.starts_at - REFILLS_END:
            return min(left, max(0, self.freed - self.held - self.offered))
        return 0

    def accepts(self, now: datetime) -> bool:
        refills = self.state in FINANCED and self.freed > 0 and now < self.starts_at - REFILLS_END
        return refills or self.takes_new_shares(now)

    def last(self, now: datetime) -> datetime:
        return self.closes_at if self.takes_new_shares(now) else self.starts_at - REFILLS_END

    def hold(self, pk: int, pledge: PledgeModel, now: datetime) -> None:
        pledge.held_until = min(now + HOLD, self.last(now))
        pledge.slots = self.new_slots(pledge.shares)
        self.pledges[pk] = pledge

    def new_slots(self, shares: int) -> list[ShareModel]:
        self.shares_made += shares
        return [ShareModel(self.shares_made - shares + number) for number in range(shares)]

    def change(self, pledge: PledgeModel, shares: int) -> None:
        """Added shares come last, and the last ones go first."""
        pledge.slots = pledge.slots[:shares] + self.new_slots(max(0, shares - pledge.shares))
        pledge.shares = shares
        pledge.end_asking()
        pledge.end_passing()
        self.fund_if_reached()

    def offer(self, now: datetime) -> None:
        """What is free goes to the first in line, as far as it goes."""
        for pledge in self.waiting:
            if free := self.free(now):
                pledge.state, pledge.shares = "offered", min(pledge.shares, free)
                pledge.held_until = min(now + OFFER_HOLD, self.last(now))

    def accept(self, pledge: PledgeModel, shares: int, now: datetime) -> None:
        assert pledge.held_until is not None
        pledge.state, pledge.shares, pledge.agreed = "pending", shares, True
        pledge.held_until = min(max(pledge.held_until, now + HOLD), self.last(now))
        pledge.slots = self.new_slots(shares)

    def may_stand(self, pledge: PledgeModel, now: datetime) -> bool:
        """Whether a pending pledge stands if its method comes now; an expired one needs places first."""
        if pledge.awaits:
            return False
        if pledge.state == "expired":
            rivals = [each for each in self.pledges.values() if each.organisation == pledge.organisation]
            free = pledge.shares <= self.places(now)
            return pledge.agreed and not any(each.state in LIVE for each in rivals) and free
        if pledge.state != "pending":
            return False
        if self.takes_new_shares(now):
            return True
        others = self.held + self.offered - pledge.shares
        in_time = now < self.starts_at - REFILLS_END
        return self.state in FINANCED and in_time and pledge.shares <= self.freed - others

    def may_approve(self, pledge: PledgeModel, now: datetime) -> bool:
        """Whether a yes comes in time; a place to stand is needed where it is known how to pay."""
        in_time = pledge.asked_until is not None and now < pledge.asked_until
        if not (pledge.awaits and pledge.state == "pending" and in_time and self.accepts(now)):
            return False
        others = self.held + self.offered - pledge.shares
        return not pledge.has_way or self.takes_new_shares(now) or pledge.shares <= self.freed - others

    def approve(self, pledge: PledgeModel, now: datetime) -> None:
        assert pledge.asked_until is not None
        pledge.awaits, pledge.approved = False, pledge.shares
        pledge.held_until = min(max(pledge.asked_until, now + HOLD), self.last(now))
        if pledge.has_way and (pledge.behaviour != "invoice" or self.may_be_invoiced()):
            self.stand(pledge)

    def places_without(self, pledge: PledgeModel, now: datetime) -> int:
        """What is free once the pledge asks for no more shares."""
        return 0 if self.waiting else self.free(now) + pledge.added

    def is_unlocked(self, pledge: PledgeModel, now: datetime) -> bool:
        """Whether a standing pledge may still get another number or another holder."""
        return pledge.state == "standing" and self.is_changeable(pledge, now)

    def may_pass_to(self, which: int, pledge: PledgeModel, now: datetime) -> bool:
        in_time = pledge.passing_until is not None and now < pledge.passing_until
        is_other = which != pledge.organisation and pledge.receiver in (None, which)
        takes_part = any(each.organisation == which and each.state in LIVE for each in self.pledges.values())
        return in_time and is_other and not takes_part and self.is_unlocked(pledge, now)

    def pass_on(self, pledge: PledgeModel, behaviour: str) -> None:
        """What the former holder got approved binds the new one to nothing."""
        assert pledge.receiver is not None
        pledge.organisation, pledge.behaviour, pledge.approved = pledge.receiver, behaviour, None
        pledge.end_asking()
        pledge.end_passing()

    def cut_off(self) -> None:
        """The pool is open no more: what was asked for or offered comes too late."""
        for pledge in self.pledges.values():
            pledge.end_asking()
            pledge.end_passing()

    def may_give(self, pledge: PledgeModel, now: datetime) -> bool:
        return pledge.state == "standing" and self.state in FINANCED and now < self.starts_at

    def may_be_invoiced(self) -> bool:
        """Whether a pledge that stands now may be paid by invoice."""
        return self.takes_new_shares(self.now) and (self.state == "open" or self.due_in_time())

    def due_in_time(self) -> bool:
        return self.now + TERM <= self.starts_at - DUE_BEFORE_START

    def may_pay_by_invoice(self, pledge: PledgeModel) -> bool:
        """Instead of by card or with TWINT."""
        if not self.has_open_way(pledge) or pledge.behaviour == "invoice":
            return False
        if not pledge.charge:
            return self.may_be_invoiced()
        waits = pledge.charge == "action_required" and pledge.mend_until is not None and self.now < pledge.mend_until
        first = not pledge.was_invoiced and not pledge.is_refill
        return (pledge.charge == "due" or waits) and first and self.due_in_time()

    def may_pay_by_card(self, pledge: PledgeModel) -> bool:
        """Instead of by invoice or with TWINT."""
        if not self.has_open_way(pledge) or pledge.behaviour not in ("invoice", "twint"):
            return False
        in_time = pledge.mend_until is not None and self.now < pledge.mend_until
        return not pledge.charge or (pledge.charge in ("issued", "action_required") and in_time)

    def may_pay_by_twint(self, pledge: PledgeModel) -> bool:
        """Instead of by card or by invoice: before prices lock only."""
        return self.has_open_way(pledge) and pledge.behaviour != "twint" and not pledge.charge

    def has_open_way(self, pledge: PledgeModel) -> bool:
        is_alive = pledge.state == "standing" and self.state in ("open", *FINANCED)
        return is_alive and self.now < self.starts_at and pledge.charge not in ("succeeded", "paid", "failed")

    def pay_in_another_way(self, pledge: PledgeModel, behaviour: str) -> None:
        """A card instead of TWINT keeps the date by which to pay."""
        kept = pledge.mend_until if pledge.behaviour == "twint" else None
        pledge.behaviour = behaviour
        if pledge.charge:
            pledge.mend_until = kept
            self.owe(pledge)

    def owe(self, pledge: PledgeModel) -> None:
        """Prices are locked: the pledge is to be collected, or has its invoice, or the link to pay with TWINT."""
        pledge.charge = "due"
        if pledge.behaviour == "invoice":
            pledge.charge, pledge.mend_until, pledge.was_invoiced = "issued", self.now + TERM + WINDOW, True
        elif pledge.behaviour == "twint":
            pledge.charge, pledge.mend_until = "action_required", self.now + WINDOW

    def receive(self, pledge: PledgeModel, amount: int) -> None:
        """A transfer for an invoice: what is owed counts, the rest goes back."""
        if pledge.charge in ("failed", "void") or self.state == "cancelled":
            return
        pledge.paid += min(amount, pledge.owed - pledge.paid)
        pledge.charge = "paid" if pledge.paid == pledge.owed else "part_paid"
        self.confirm_if_financed()

    def stand(self, pledge: PledgeModel) -> None:
        if pledge.state == "expired":
            pledge.slots = self.new_slots(pledge.shares)
        pledge.state, pledge.held_until = "standing", None
        pledge.is_refill = self.state != "open" and not self.takes_new_shares(self.now)
        if self.state == "open":
            self.fund_if_reached()
            return
        for slot, freed in zip(pledge.slots, self.freed_slots, strict=False):
            slot.amount, freed.freed = freed.amount, False
        for slot in pledge.slots:
            slot.amount = slot.amount or self.ceiling
        self.owe(pledge)

    def fund_if_reached(self, *, closing: bool = False) -> None:
        """Fixed prices lock with the threshold; where the cost is split, at closing time or when all shares stand."""
        locks = self.pricing == "fixed" or closing or self.standing == self.capacity
        if self.standing < self.threshold or not locks:
            return
        self.state = "funded"
        self.cut_off()
        standing = [pledge for pledge in self.pledges.values() if pledge.state == "standing"]
        slots = sorted((slot for pledge in standing for slot in pledge.slots), key=lambda slot: slot.number)
        share, rest = divmod(self.to_raise, len(slots))
        for place, slot in enumerate(slots):
            slot.amount = self.ceiling if self.pricing == "fixed" else share + (place < rest)
        for pledge in standing:
            self.owe(pledge)

    def is_changeable(self, pledge: PledgeModel, now: datetime) -> bool:
        if pledge.state not in LIVE or self.state in ("lapsed", "cancelled"):
            return False
        if pledge.state in LISTED:
            return True
        if pledge.state == "standing" and self.state != "open":
            return False
        return now < self.closes_at or (pledge.held_until is not None and now < pledge.held_until)

    def confirm_if_financed(self) -> None:
        if self.state in ("funded", "short") and self.gap == 0:
            self.state = "confirmed"

    def answer(self, pledge: PledgeModel, now: datetime) -> None:
        """What the provider says of a payment that is sent."""
        if self.state == "cancelled":
            pledge.charge = "void"
        elif pledge.behaviour == "pays":
            self.pay(pledge)
        else:
            pledge.charge, pledge.mend_until = "action_required", pledge.mend_until or now + WINDOW

    def pay(self, pledge: PledgeModel) -> None:
        pledge.charge, pledge.paid = "succeeded", pledge.owed
        self.confirm_if_financed()

    def end_held(self) -> None:
        for pledge in self.pledges.values():
            if pledge.state == "pending":
                pledge.end("expired")

    def end_list(self) -> None:
        for pledge in self.pledges.values():
            if pledge.state in LISTED:
                pledge.end("expired")

    def tick(self, now: datetime) -> None:
        self.now = now
        for pledge in self.pledges.values():
            if pledge.state in ("pending", "offered") and pledge.held_until and pledge.held_until <= now:
                pledge.end("expired")
            if now < self.closes_at and pledge.more_until and pledge.more_until <= now:
                pledge.end_asking()
            if now < self.closes_at and pledge.passing_until and pledge.passing_until <= now:
                pledge.end_passing()
        if self.state == "open" and now >= self.closes_at:
            self.end_held()
            self.fund_if_reached(closing=self.pricing == "split")
            if self.state == "open":
                self.end_list()
                self.cut_off()
                self.state = "lapsed"
        for pledge in self.pledges.values():
            if pledge.charge == "due":
                self.answer(pledge, now)
        for pledge in self.pledges.values():
            if pledge.charge == "sending" and pledge.sent_at is not None and pledge.sent_at + LEASE <= now:
                self.answer(pledge, now)
        for pledge in self.pledges.values():
            waits = pledge.charge == "action_required" or (pledge.charge in INVOICED and now < self.starts_at)
            if waits and pledge.mend_until and pledge.mend_until <= now:
                pledge.charge, pledge.paid = "failed", 0
                pledge.end("dropped")
                for slot in pledge.slots:
                    slot.freed = True
        if self.state in FINANCED and now >= max(self.closes_at, self.starts_at - REFILLS_END):
            self.end_list()
        self.offer(now)
        self.say_if_short(now)

    def say_if_short(self, now: datetime) -> None:
        more_may_come = self.takes_new_shares(now) and self.standing < self.capacity
        undecided = ("due", "sending", "action_required", *(INVOICED if now < self.starts_at else ()))
        waiting = any(pledge.charge in undecided for pledge in self.pledges.values())
        if self.state == "funded" and not more_may_come and not waiting and self.gap:
            self.state = "short"

    def cancel(self) -> None:
        self.end_held()
        self.end_list()
        self.cut_off()
        self.state = "cancelled"
        self.drawn = self.absorbed = 0
        for pledge in self.pledges.values():
            pledge.paid = pledge.given = 0
            if pledge.charge in ("due", "action_required", *INVOICED):
                pledge.charge = "void"

    def close(self) -> None:
        """What is missing is absorbed; who gets what of a surplus is told in test_closing.py, and by the invariants."""
        self.end_held()
        self.end_list()
        self.absorbed += self.gap
        self.state = "closed"

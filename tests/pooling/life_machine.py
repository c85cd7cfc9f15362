"""A pool driven through all that people, time and a provider can do to it, held against the model after every step."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from pooling.actions.backing import absorb_gap, balance_of, draw_guarantee, record_guarantee
from pooling.actions.bank import enter_payout
from pooling.actions.charges import claim_due_charge
from pooling.actions.closing import close_pool
from pooling.actions.mending import open_payment_page
from pooling.actions.paying import pay_by_card, pay_by_invoice, pay_by_twint
from pooling.actions.pledges import change_pledge, confirm_pledge, place_pledge, withdraw_pledge
from pooling.actions.pools import cancel_pool, open_pool
from pooling.actions.revising import extend_pool, grow_subsidy
from pooling.actions.settlement import enter_result
from pooling.actions.waiting import accept_offer, join_waiting_list, leave_waiting_list
from pooling.invariants import breaches
from pooling.models import Attempt, Charge, PaysBy, Pledge, Pool, Refund
from pooling.payments.base import ChargeResult, Progress
from pooling.replay import POOL_TURNS
from pooling.tick import STEPS

from . import factories as make
from .factories import NOW
from .journal_books import assert_the_journal_agrees
from .life_agreements import Agreements
from .life_base import BEHAVIOURS, CARDS, WITHOUT_METHOD
from .life_model import INVOICED, LISTED, PledgeModel, PoolModel
from .life_turns import turns_taken
from .payment_steps import let_page_run_out, mend

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FINAL = ("lapsed", "cancelled", "closed")


class LifeOfAPool(Agreements):
    """One example is one pool. `walked` counts the turns that pools, pledges and payments took, over all examples."""

    walked: ClassVar[Counter[tuple[str, str, str]]] = Counter()

    @initialize(
        cost=st.sampled_from([60_000, 75_001, 90_000]),
        minimum=st.integers(1, 3),
        spare=st.integers(0, 2),
        pricing=st.sampled_from(["fixed", "split"]),
        published=st.sampled_from([True, True, True, True, True, False]),
        crowd=st.lists(st.sampled_from(BEHAVIOURS), max_size=3),
    )
    def begin(self, cost: int, minimum: int, spare: int, pricing: str, published: bool, crowd: list[str]) -> None:
        """Most pools open at once, and some with a crowd: what comes after the threshold is what has many ways."""
        self.draft(cost, minimum, spare, pricing)
        if published:
            self.publish()
            for which, behaviour in enumerate(crowd):
                self.pledge(which, 1, behaviour)

    def draft(self, cost: int, minimum: int, spare: int, pricing: str = "fixed") -> None:
        least = max(minimum, -(-cost // 30_000))
        terms = make.terms(cost=cost, minimum=minimum, capacity=least + spare, pricing=pricing)
        self.pool: Pool = make.draft(**terms)
        keep = ("cost", "subsidy", "ceiling", "minimum", "capacity", "pricing", "closes_at", "starts_at")
        self.model = PoolModel(**{name: terms[name] for name in keep}, now=self.now)
        make.account()

    # What organisations do

    @rule(which=st.integers(0, 5), shares=st.integers(1, 3), behaviour=st.sampled_from(BEHAVIOURS), held=st.booleans())
    def pledge(self, which: int, shares: int, behaviour: str = "pays", held: bool = False) -> None:
        organisation, by = self.organisations[which], self.people[which]
        allowed = not self.takes_part(which) and shares <= self.model.places(self.now)
        held = held and behaviour not in WITHOUT_METHOD
        if behaviour == "invoice":
            allowed = allowed and self.model.may_be_invoiced()
        saved, pays_by = self.way(organisation, behaviour, held=held)
        made = self.attempt(
            allowed,
            lambda: place_pledge(
                pool=self.pool,
                organisation=organisation,
                shares=shares,
                by=by,
                language="de",
                now=self.now,
                method=saved,
                pays_by=pays_by,
            ),
        )
        if allowed:
            pledge = PledgeModel(which, shares, behaviour)
            self.model.hold(made.pk, pledge, self.now)
            if not held:
                self.model.stand(pledge)

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data())
    def give_method(self, data: Any) -> None:
        self.give_method_to(self.one_of(data, [pk for pk, pledge in self.model.pledges.items()]))

    def give_method_to(self, pk: int) -> None:
        pledge = self.model.pledges[pk]
        stands = pledge.state == "standing" and self.model.state != "draft"
        allowed = self.model.may_stand(pledge, self.now)
        behaviour = pledge.behaviour if pledge.behaviour in CARDS else "pays"
        saved = make.method(self.organisations[pledge.organisation], behaviour)
        row = Pledge.objects.select_related("pool").get(pk=pk)
        self.attempt(allowed or stands, lambda: confirm_pledge(pledge=row, method=saved, now=self.now))
        if allowed:
            pledge.behaviour = behaviour
            self.model.stand(pledge)

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data())
    def withdraw(self, data: Any) -> None:
        self.withdraw_of(self.one_of(data, list(self.model.pledges)))

    def withdraw_of(self, pk: int) -> None:
        pledge, row = self.both(pk)
        allowed = self.model.is_changeable(pledge, self.now)
        by = self.people[pledge.organisation]
        again, was_listed = pledge.state == "withdrawn", pledge.state in LISTED
        action = leave_waiting_list if was_listed else withdraw_pledge
        self.attempt(allowed or again, lambda: action(pledge=row, by=by, now=self.now))
        if allowed:
            pledge.end("withdrawn")
        if was_listed:
            self.model.offer(self.now)

    @rule(which=st.integers(0, 5), shares=st.integers(1, 3))
    def join(self, which: int, shares: int) -> None:
        organisation, by = self.organisations[which], self.people[which]
        model = self.model
        full = model.accepts(self.now) and not model.places(self.now)
        allowed = full and shares <= model.capacity and not self.takes_part(which)
        made = self.attempt(
            allowed,
            lambda: join_waiting_list(pool=self.pool, organisation=organisation, shares=shares, by=by, now=self.now),
        )
        if allowed:
            model.pledges[made.pk] = PledgeModel(which, shares, "pays", state="waiting", agreed=False)
            model.offer(self.now)

    @precondition(lambda self: any(pledge.state in LISTED for pledge in self.model.pledges.values()))
    @rule(data=st.data(), shares=st.integers(1, 3), behaviour=st.sampled_from(BEHAVIOURS), held=st.booleans())
    def accept(self, data: Any, shares: int, behaviour: str, held: bool) -> None:
        listed = [pk for pk, pledge in self.model.pledges.items() if pledge.state in LISTED]
        self.accept_offer_of(self.one_of(data, listed), shares, behaviour, held=held)

    def accept_offer_of(self, pk: int, shares: int, behaviour: str, *, held: bool = False) -> None:
        pledge, row = self.both(pk)
        in_time = pledge.held_until is not None and self.now < pledge.held_until
        allowed = pledge.state == "offered" and in_time and shares <= pledge.shares
        held = held and behaviour not in WITHOUT_METHOD
        if behaviour == "invoice":
            allowed = allowed and self.model.may_be_invoiced()
        by, (saved, pays_by) = self.people[pledge.organisation], self.way(row.organisation, behaviour, held=held)
        named = {"pledge": row, "shares": shares, "by": by, "language": "de", "now": self.now}
        self.attempt(allowed, lambda: accept_offer(**named, method=saved, pays_by=pays_by))
        if allowed:
            pledge.behaviour = behaviour
            self.model.accept(pledge, shares, self.now)
            if not held:
                self.model.stand(pledge)
            self.model.offer(self.now)

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data(), shares=st.integers(1, 3))
    def change(self, data: Any, shares: int) -> None:
        pk = self.one_of(data, list(self.model.pledges))
        pledge, row = self.both(pk)
        more = shares - pledge.shares
        fits = more <= max(0, self.model.places_without(pledge, self.now))
        approved = more <= 0 or pledge.approved is None or shares <= pledge.approved
        allowed = self.model.is_unlocked(pledge, self.now) and fits and approved
        by = self.people[pledge.organisation]
        self.attempt(allowed, lambda: change_pledge(pledge=row, shares=shares, by=by, language="de", now=self.now))
        if allowed and more:
            self.model.change(pledge, shares)

    # What payments do

    @rule()
    def send_and_die(self) -> None:
        """A process marks a payment as sent, and is gone."""
        attempt = claim_due_charge(now=self.now)
        if attempt:
            pledge = self.model.pledges[attempt.charge.pledge_id]
            pledge.charge, pledge.sent_at = "sending", self.now

    @precondition(lambda self: any(pledge.charge == "action_required" for pledge in self.model.pledges.values()))
    @rule(data=st.data())
    def pay_by_link(self, data: Any) -> None:
        waiting = [pk for pk, pledge in self.model.pledges.items() if pledge.charge == "action_required"]
        self.pay_by_link_of(self.one_of(data, waiting))

    def pay_by_link_of(self, pk: int) -> None:
        pledge, charge = self.model.pledges[pk], Charge.objects.live().get(pledge=pk)
        if pledge.mend_until and self.now < pledge.mend_until:
            mend(charge, now=self.now)
            self.model.pay(pledge)
        else:
            assert open_payment_page(charge=charge, language="de", now=self.now) is None

    @precondition(lambda self: any(pledge.charge == "action_required" for pledge in self.model.pledges.values()))
    @rule(data=st.data(), runs_out=st.booleans())
    def leave_link(self, data: Any, runs_out: bool) -> None:
        waiting = [pk for pk, pledge in self.model.pledges.items() if pledge.charge == "action_required"]
        self.leave_link_of(self.one_of(data, waiting), runs_out=runs_out)

    def leave_link_of(self, pk: int, *, runs_out: bool) -> None:
        """Somebody opens the page and pays nothing: it stays open, or runs out. The payment waits as it did before."""
        url = open_payment_page(charge=Charge.objects.live().get(pledge=pk), language="de", now=self.now)
        if url and runs_out:
            let_page_run_out(url)

    @precondition(lambda self: any(pledge.charge in ("failed", "void") for pledge in self.model.pledges.values()))
    @rule(data=st.data())
    def money_arrives_late(self, data: Any) -> None:
        """For a payment that was given up or is owed no more: it goes back, and changes nothing else."""
        over = [pk for pk, pledge in self.model.pledges.items() if pledge.charge in ("failed", "void")]
        self.money_arrives_late_for(self.one_of(data, over))

    def money_arrives_late_for(self, pk: int) -> None:
        """The page was still open, or its provider thought better of it."""
        given_up = Attempt.objects.filter(charge__pledge=pk, charge__state__in=["failed", "void"])
        attempt = given_up.filter(state__in=["failed", "waiting"]).first()
        if attempt:
            captured = self.model.pledges[pk].owed
            enter_result(attempt=attempt, result=ChargeResult(Progress.SUCCEEDED, captured=captured), now=self.now)

    @precondition(lambda self: any(pledge.was_invoiced for pledge in self.model.pledges.values()))
    @rule(data=st.data(), part=st.sampled_from(["a part", "the rest", "too much"]))
    def transfer(self, data: Any, part: str) -> None:
        """Money for an invoice, whether it is still owed or not."""
        pk = self.one_of(data, [pk for pk, pledge in self.model.pledges.items() if pledge.was_invoiced])
        self.transfer_for(pk, part)

    def transfer_for(self, pk: int, part: str) -> None:
        pledge, charge = self.model.pledges[pk], Charge.objects.get(pledge=pk, pays_by=PaysBy.INVOICE)
        missing = charge.amount - min(charge.captured, charge.amount)
        amount = {"a part": max(1, missing // 2), "the rest": missing or charge.amount, "too much": missing + 700}[part]
        make.receipt(charge, amount, now=self.now)
        if pledge.behaviour == "invoice":  # one that is paid by card by now gets it back
            self.model.receive(pledge, amount)

    @rule()
    def send_back_by_hand(self) -> None:
        for refund in Refund.objects.by_hand():
            day, reference = self.now.date(), f"out {refund.pk}"
            enter_payout(refund=refund, paid_on=day, reference=reference, by=self.staff, now=self.now)

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data(), behaviour=st.sampled_from(BEHAVIOURS))
    def pay_in_another_way(self, data: Any, behaviour: str) -> None:
        pk = self.one_of(data, list(self.model.pledges))
        self.pay_in_another_way_of(pk, behaviour)

    def pay_in_another_way_of(self, pk: int, behaviour: str) -> None:
        pledge, row = self.both(pk)
        if pledge.state == "pending":
            return  # it would stand by that: see give_method
        by = self.people[pledge.organisation]
        if behaviour == "invoice":
            allowed = self.model.may_pay_by_invoice(pledge)
            self.attempt(allowed, lambda: pay_by_invoice(pledge=row, by=by, now=self.now))
        elif behaviour == "twint":
            allowed = self.model.may_pay_by_twint(pledge)
            self.attempt(allowed, lambda: pay_by_twint(pledge=row, by=by, now=self.now))
        else:
            allowed, saved = self.model.may_pay_by_card(pledge), make.method(row.organisation, behaviour)
            self.attempt(allowed, lambda: pay_by_card(pledge=row, method=saved, by=by, now=self.now))
        if allowed:
            self.model.pay_in_another_way(pledge, behaviour)

    # What time does

    @rule(by=st.sampled_from([SECOND, timedelta(minutes=40), DAY, 2 * DAY]))
    def wait_a_little(self, by: timedelta) -> None:
        self.wait(by)

    @precondition(lambda self: self.has_a_crowd())
    @rule(by=st.sampled_from([8 * DAY, 15 * DAY]))
    def wait(self, by: timedelta) -> None:
        self.now += by
        self.model.now = self.now

    def has_a_crowd(self) -> bool:
        """Time flies once something has happened: a pool that nobody pledges to goes one way only."""
        return self.model.state != "open" or len(self.model.pledges) > 3

    @precondition(lambda self: self.has_a_crowd())
    @rule(until=st.sampled_from(["closes_at", "refills", "starts_at"]))
    def wait_until(self, until: str) -> None:
        model = self.model
        moments = {"closes_at": model.closes_at, "refills": model.starts_at - 14 * DAY, "starts_at": model.starts_at}
        self.now = model.now = max(self.now, moments[until])

    @rule()
    def tick(self) -> None:
        for step in STEPS:
            step(now=self.now)
        self.model.tick(self.now)

    # What staff do

    @rule()
    def publish(self) -> None:
        opens = self.model.state == "draft" and self.now < self.model.closes_at
        is_open = self.model.state in ("open", "funded", "short", "confirmed")
        self.attempt(opens or is_open, lambda: open_pool(pool=self.pool, by=self.staff, now=self.now))
        if opens:
            self.model.state = "open"

    @precondition(lambda self: self.model.state in ("short", "confirmed") or len(self.model.pledges) > 2)
    @rule()
    def call_off(self) -> None:
        allowed = self.model.state not in FINAL and self.now < self.model.starts_at
        again = self.model.state == "cancelled"
        self.attempt(
            allowed or again, lambda: cancel_pool(pool=self.pool, reason="abgesagt", by=self.staff, now=self.now)
        )
        if allowed:
            self.model.cancel()

    @rule(by=st.sampled_from([DAY, 20 * DAY, 31 * DAY]))
    def extend(self, by: timedelta) -> None:
        model, after = self.model, self.model.closes_at + by
        is_open = model.state == "open" and self.now < model.closes_at
        allowed = is_open and not model.extended and by <= 30 * DAY and after + 37 * DAY <= model.starts_at
        self.attempt(allowed, lambda: extend_pool(pool=self.pool, closes_at=after, by=self.staff, now=self.now))
        if allowed:
            model.closes_at, model.extended = after, True

    @rule(by=st.sampled_from([1, 20_000, 60_000]))
    def subsidise(self, by: int) -> None:
        model, grown = self.model, self.model.subsidy + by
        allowed = model.state == "open" and self.now < model.closes_at and grown < model.cost
        self.attempt(allowed, lambda: grow_subsidy(pool=self.pool, subsidy=grown, by=self.staff, now=self.now))
        if allowed:
            model.subsidy = grown
            model.fund_if_reached()

    @rule(limit=st.sampled_from([10_000, 40_000]))
    def promise(self, limit: int) -> None:
        allowed = self.model.state not in FINAL and not self.model.drawn
        self.attempt(
            allowed,
            lambda: record_guarantee(
                pool=self.pool,
                guarantor="Stiftung",
                limit=limit,
                promised_on=date(2027, 2, 1),
                by=self.staff,
                now=self.now,
            ),
        )
        if allowed:
            self.model.guarantee = limit

    @rule()
    def draw(self) -> None:
        amount = min(self.model.guarantee - self.model.drawn, self.model.gap)
        allowed = self.model.state == "short" and amount > 0
        self.attempt(allowed, lambda: draw_guarantee(pool=self.pool, by=self.staff, now=self.now))
        if allowed:
            self.model.drawn += amount
            self.model.confirm_if_financed()

    @rule()
    def absorb(self) -> None:
        allowed = self.model.state == "short"
        self.attempt(allowed, lambda: absorb_gap(pool=self.pool, by=self.staff, now=self.now))
        if allowed:
            self.model.absorbed += self.model.gap
            self.model.confirm_if_financed()

    @rule()
    def close(self) -> None:
        sending = any(pledge.charge in ("due", "sending") for pledge in self.model.pledges.values())
        allowed = self.model.state == "confirmed" and self.now >= self.model.starts_at and not sending
        again = self.model.state == "closed"
        self.attempt(allowed or again, lambda: close_pool(pool=self.pool, by=self.staff, now=self.now))
        if allowed:
            self.model.close()

    # What holds after each step, and at the end

    @invariant()
    def the_pool_is_as_the_model_says(self) -> None:
        pool, model = Pool.objects.get(pk=self.pool.pk), self.model
        assert (pool.state, pool.standing, pool.held, pool.offered, pool.freed, pool.waiting) == (
            model.state,
            model.standing,
            model.held,
            model.offered,
            model.freed,
            len(model.waiting),
        )
        assert pool.open_places(now=self.now) == model.places(self.now)
        states = dict(Pledge.objects.filter(pool=pool).values_list("pk", "state"))
        assert states == {pk: pledge.state for pk, pledge in model.pledges.items()}
        # A pledge that is paid in another way has a void charge too: what counts is its last.
        charges = Charge.objects.filter(pledge__pool=pool).order_by("pk").values_list("pledge", "state", "amount")
        assert {pk: (state, amount) for pk, state, amount in charges} == {
            pk: (pledge.charge, pledge.owed) for pk, pledge in model.pledges.items() if pledge.charge
        }
        self.agreements_are_as_the_model_says()
        if model.state != "closed":
            balance = balance_of(pool)
            assert (balance.net, balance.drawn, balance.absorbed) == (model.net, model.drawn, model.absorbed)

    @invariant()
    def the_money_is_right(self) -> None:
        found = list(breaches())
        assert not found, found
        assert_the_journal_agrees(Pool.objects.get(pk=self.pool.pk))

    def teardown(self) -> None:
        try:
            if hasattr(self, "pool"):
                self.bring_to_an_end()
                self.count()
        finally:
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)

    def bring_to_an_end(self) -> None:
        """No sequence leaves a pool stuck: time and staff bring it to an end in which nothing is due or on its way."""
        self.publish()
        for _turn in range(12):
            self.now += 8 * DAY
            self.tick()
            self.absorb()
            self.close()
            for pk, pledge in self.model.pledges.items():
                if pledge.charge in INVOICED and self.now >= self.model.starts_at:
                    self.transfer_for(pk, "the rest")  # a receivable comes in, sooner or later
            self.send_back_by_hand()
            if self.model.state == "draft":
                cancel_pool(pool=self.pool, reason="nicht nötig", by=self.staff, now=NOW)
                self.model.cancel()
            is_done = not Charge.objects.open().exists() and not Refund.objects.counted_as_due().exists()
            if self.model.state in FINAL and is_done:
                break
        self.the_pool_is_as_the_model_says()
        self.the_money_is_right()
        assert self.model.state in FINAL
        assert not Charge.objects.open().exists()
        assert not Pledge.objects.listed().exists()
        assert not Refund.objects.counted_as_due().exists()

    def count(self) -> None:
        kinds = self.pool.events.order_by("pk").values_list("kind", flat=True)
        turns = ["draft", *(str(POOL_TURNS[kind]) for kind in kinds if kind in POOL_TURNS)]
        self.walked.update(("pool", before, after) for before, after in pairwise(turns))
        self.walked.update(turns_taken())

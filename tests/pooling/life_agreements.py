"""The machine's rules for what organisations agree on: approval, more shares, another holder, seats."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from pooling.actions.approvals import Approver, approve, ask_for_approval, decline
from pooling.actions.asking_more import ask_for_more, take_request_back
from pooling.actions.seats import give_seats, take_seats_back
from pooling.actions.transfers import (
    accept_transfer,
    complete_transfer,
    decline_transfer,
    offer_transfer,
    take_transfer_back,
)
from pooling.models import Approval, Pledge, SeatGift, Transfer

from . import factories as make
from .life_base import BEHAVIOURS, CARDS, WITHOUT_METHOD, LifeBase
from .life_model import APPROVAL_HOLD, TRANSFER_LIFE, PledgeModel

APPROVER = Approver(name="Vorstand", email="vorstand@example.org", language="de")
# Organisations are patient here: how often they may ask within a day is told in tests of its own.
MOST_ASKED = 8
SEATS = make.terms()["seats_per_share"]


class Agreements(LifeBase):
    """Requests and offers. The machine itself knows when they end with something else."""

    # Approval before a pledge may stand

    @rule(which=st.integers(0, 5), shares=st.integers(1, 3), behaviour=st.sampled_from(BEHAVIOURS), held=st.booleans())
    def ask(self, which: int, shares: int, behaviour: str, held: bool) -> None:
        if self.has_asked_enough(which):
            return
        model, organisation, by = self.model, self.organisations[which], self.people[which]
        allowed = not self.takes_part(which) and shares <= model.places(self.now)
        held = held and behaviour not in WITHOUT_METHOD
        if behaviour == "invoice":
            allowed = allowed and model.may_be_invoiced()
        saved, pays_by = self.way(organisation, behaviour, held=held)
        named = {"pool": self.pool, "organisation": organisation, "shares": shares, "by": by, "language": "de"}
        more = {"approver": APPROVER, "now": self.now, "method": saved, "pays_by": pays_by}
        made = self.attempt(allowed, lambda: ask_for_approval(**named, **more))
        if allowed:
            pledge = PledgeModel(which, shares, behaviour, awaits=True, has_way=not held)
            model.hold(made.pk, pledge, self.now)
            pledge.held_until = pledge.asked_until = min(self.now + APPROVAL_HOLD, model.last(self.now))

    def has_asked_enough(self, which: int) -> bool:
        return Approval.objects.filter(pledge__organisation=self.organisations[which]).count() >= MOST_ASKED

    @precondition(lambda self: any(pledge.awaits for pledge in self.model.pledges.values()))
    @rule(data=st.data(), yes=st.booleans())
    def answer(self, data: Any, yes: bool) -> None:
        self.answer_for(self.one_of(data, [pk for pk, pledge in self.model.pledges.items() if pledge.awaits]), yes=yes)

    def answer_for(self, pk: int, *, yes: bool) -> None:
        pledge, approval = self.model.pledges[pk], Approval.objects.filter(before=0).get(pledge=pk)
        link, now = {"approval": approval, "link": approval.link}, self.now
        if yes:
            allowed = self.model.may_approve(pledge, now)
            self.attempt(allowed, lambda: approve(**link, now=now))
            if allowed:
                self.model.approve(pledge, now)
            return
        allowed = pledge.state == "pending" and pledge.asked_until is not None and now < pledge.asked_until
        again = approval.state == "declined"
        self.attempt(allowed or again, lambda: decline(**link, sentence="", now=now))
        if allowed:
            pledge.end("withdrawn")

    # More shares, with a fresh approval

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data(), shares=st.integers(1, 4))
    def ask_more(self, data: Any, shares: int) -> None:
        self.ask_more_for(self.one_of(data, list(self.model.pledges)), shares)

    def ask_more_for(self, pk: int, shares: int) -> None:
        pledge, row = self.both(pk)
        if self.has_asked_enough(pledge.organisation):
            return
        more, free = shares - pledge.shares, self.model.places_without(pledge, self.now)
        allowed = self.model.is_unlocked(pledge, self.now) and 0 < more <= free
        named = {"pledge": row, "shares": shares, "by": self.people[pledge.organisation], "language": "de"}
        self.attempt(allowed, lambda: ask_for_more(**named, approver=APPROVER, now=self.now))
        if allowed:
            pledge.more, pledge.more_until = shares, min(self.now + APPROVAL_HOLD, self.model.closes_at)

    @precondition(lambda self: any(pledge.more for pledge in self.model.pledges.values()))
    @rule(data=st.data(), what=st.sampled_from(["yes", "no", "taken back"]))
    def answer_more(self, data: Any, what: str) -> None:
        self.answer_more_for(self.one_of(data, [pk for pk, each in self.model.pledges.items() if each.more]), what)

    def answer_more_for(self, pk: int, what: str) -> None:
        pledge, now = self.model.pledges[pk], self.now
        approval = Approval.objects.asked().for_more().get(pledge=pk)
        in_time = pledge.more_until is not None and now < pledge.more_until
        link = {"approval": approval, "link": approval.link, "now": now}
        if what == "yes":
            allowed = in_time and self.model.is_unlocked(pledge, now)
            shares = pledge.more
            self.attempt(allowed, lambda: approve(**link))
            if allowed:
                pledge.approved = max(pledge.approved or 0, shares)
                self.model.change(pledge, shares)
        elif what == "no":
            self.attempt(in_time, lambda: decline(**link, sentence="nein"))
            if in_time:
                pledge.end_asking()
        else:
            take_request_back(approval=approval, by=self.people[pledge.organisation], now=now)
            pledge.end_asking()

    # Another holder, before prices lock

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data())
    def offer_on(self, data: Any) -> None:
        self.offer_on_for(self.one_of(data, list(self.model.pledges)))

    def offer_on_for(self, pk: int) -> None:
        pledge, row = self.both(pk)
        if Transfer.objects.filter(giver=row.organisation).count() >= MOST_ASKED:
            return
        allowed = self.model.is_unlocked(pledge, self.now) and not pledge.passing
        named = {"pledge": row, "email": "anna@example.org", "language": "de", "by": self.people[pledge.organisation]}
        self.attempt(allowed, lambda: offer_transfer(**named, now=self.now))
        if allowed:
            pledge.passing, pledge.passing_until = "offered", min(self.now + TRANSFER_LIFE, self.model.closes_at)

    def passing(self) -> list[int]:
        return [pk for pk, pledge in self.model.pledges.items() if pledge.passing]

    @precondition(lambda self: self.passing())
    @rule(data=st.data(), which=st.integers(0, 5), behaviour=st.sampled_from([*CARDS, "twint"]), held=st.booleans())
    def take_over(self, data: Any, which: int, behaviour: str, held: bool) -> None:
        self.take_over_by(which, self.one_of(data, self.passing()), behaviour, held=held)

    def take_over_by(self, which: int, pk: int, behaviour: str, *, held: bool = False) -> None:
        pledge, transfer = self.model.pledges[pk], Transfer.objects.live().get(pledge=pk)
        allowed = self.model.may_pass_to(which, pledge, self.now)
        organisation, by = self.organisations[which], self.people[which]
        held = held and behaviour not in WITHOUT_METHOD
        saved, pays_by = self.way(organisation, behaviour, held=held)
        named = {"transfer": transfer, "organisation": organisation, "by": by, "language": "de", "now": self.now}
        self.attempt(allowed, lambda: accept_transfer(**named, method=saved, pays_by=pays_by))
        if allowed:
            pledge.passing, pledge.receiver = "accepted", which
            if not held:
                self.model.pass_on(pledge, behaviour)

    @precondition(lambda self: self.passing())
    @rule(data=st.data(), behaviour=st.sampled_from(CARDS))
    def complete(self, data: Any, behaviour: str) -> None:
        """The one who accepted gives a method."""
        pk = self.one_of(data, self.passing())
        pledge, transfer = self.model.pledges[pk], Transfer.objects.live().get(pledge=pk)
        if pledge.receiver is None:
            return
        allowed = self.model.may_pass_to(pledge.receiver, pledge, self.now)
        saved = make.method(self.organisations[pledge.receiver], behaviour)
        self.attempt(allowed, lambda: complete_transfer(transfer=transfer, method=saved, now=self.now))
        if allowed:
            self.model.pass_on(pledge, behaviour)

    @precondition(lambda self: self.passing())
    @rule(data=st.data(), by_giver=st.booleans())
    def keep(self, data: Any, by_giver: bool) -> None:
        """The offer comes to nothing."""
        pk = self.one_of(data, self.passing())
        pledge, transfer = self.model.pledges[pk], Transfer.objects.live().get(pledge=pk)
        if by_giver:
            take_transfer_back(transfer=transfer, by=self.people[pledge.organisation], now=self.now)
            pledge.end_passing()
            return
        in_time = pledge.passing_until is not None and self.now < pledge.passing_until
        allowed = in_time and pledge.passing == "offered"
        self.attempt(allowed, lambda: decline_transfer(transfer=transfer, now=self.now))
        if allowed:
            pledge.end_passing()

    # Seats, once prices are locked

    @precondition(lambda self: self.model.pledges)
    @rule(data=st.data(), seats=st.integers(1, 3))
    def give(self, data: Any, seats: int) -> None:
        self.give_for(self.one_of(data, list(self.model.pledges)), seats)

    def give_for(self, pk: int, seats: int) -> None:
        pledge, row = self.both(pk)
        if SeatGift.objects.filter(pledge__organisation=row.organisation).count() >= MOST_ASKED:
            return
        allowed = self.model.may_give(pledge, self.now) and seats <= SEATS * pledge.shares - pledge.given
        named = {"pledge": row, "name": "Beispielverein", "email": "anna@example.org", "language": "de"}
        by = self.people[pledge.organisation]
        self.attempt(allowed, lambda: give_seats(**named, number=seats, by=by, now=self.now))
        if allowed:
            pledge.given += seats

    @precondition(lambda self: any(pledge.given for pledge in self.model.pledges.values()))
    @rule(data=st.data())
    def take_seats(self, data: Any) -> None:
        pk = self.one_of(data, [pk for pk, pledge in self.model.pledges.items() if pledge.given])
        pledge, gift = self.model.pledges[pk], SeatGift.objects.live().filter(pledge=pk)[0]
        allowed = self.model.may_give(pledge, self.now)
        self.attempt(allowed, lambda: take_seats_back(gift=gift, by=self.people[pledge.organisation], now=self.now))
        if allowed:
            pledge.given -= gift.number

    def agreements_are_as_the_model_says(self) -> None:
        """Called by the machine's invariant."""
        pledges = self.model.pledges.items()
        holders = dict(Pledge.objects.filter(pool=self.pool).values_list("pk", "organisation"))
        assert holders == {pk: self.organisations[pledge.organisation].pk for pk, pledge in pledges}
        asked = dict(Approval.objects.asked().for_more().filter(pledge__pool=self.pool).values_list("pledge", "shares"))
        assert asked == {pk: pledge.more for pk, pledge in pledges if pledge.more}
        passing = dict(Transfer.objects.live().filter(pledge__pool=self.pool).values_list("pledge", "state"))
        assert passing == {pk: pledge.passing for pk, pledge in pledges if pledge.passing}
        for pk, pledge in pledges:
            assert SeatGift.objects.live().filter(pledge=pk).number() == pledge.given

"""The demo's pools. Their past is acted out by the actions that people use, in the order in which it happened."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import F
from django.utils import timezone

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress
from home.content_files.reading import ContentError
from members.letters.models import Letter
from members.models import Organisation, User
from pooling.actions.approval_letters import send_approval_letters
from pooling.actions.approvals import Approver, ask_for_approval
from pooling.actions.attendee_letters import send_attendee_letters
from pooling.actions.attendees import name_attendee
from pooling.actions.backing import absorb_gap, draw_guarantee, record_guarantee
from pooling.actions.closing import close_pool
from pooling.actions.pledges import place_pledge
from pooling.actions.pools import cancel_pool, draft_pool, open_pool
from pooling.actions.waiting import join_waiting_list
from pooling.models import Approval, Attendee, Creditor, PaysBy, Pool, PoolState, SavedMethod
from pooling.money import parse_chf
from pooling.payments.sandbox import BEHAVIOURS as BEHAVIOUR_LABELS
from pooling.tick import STEPS
from pooling.workshops.publishing import describe_live_pages

from .files import read_yaml
from .network import organisation

DAY = timedelta(days=1)
# How long before its first pledge a pool opened.
OPENED_BEFORE = 3 * DAY
# What the sandbox does when the pledge is charged, by the outcome that pools.yaml wants.
BEHAVIOURS = {"paid": "pays", "needs_authentication": "authenticates", "declined": "declines"}
# Letters to addresses without an account go out by themselves; those of the past are never sent.
WORK_OF_TIME = [step for step in STEPS if step not in (send_approval_letters, send_attendee_letters)]

# The operator, at the address in the demo's legal notice, and the account that handbooks print as their example.
ACCOUNT = {
    "name": "up2gether (Demo)",
    "street": "Beispielweg",
    "house_number": "1",
    "postcode": "3000",
    "town": "Bern",
    "iban": "CH9300762011623852957",
}

Happening = tuple[datetime, Callable[[datetime], object]]


def load_pools(progress: Progress, *, now: datetime) -> None:
    """Each pool's past, at the times that pools.yaml names. A pool that is there already is left alone."""
    Creditor.objects.get_or_create(iban=ACCOUNT["iban"], defaults=ACCOUNT)
    pasts = [Past(name, plan, uuid.UUID(stable_id(f"workshops/{name}")), now) for name, plan in plans().items()]
    there = set(Pool.objects.filter(page_key__in=[past.page_key for past in pasts]).values_list("page_key", flat=True))
    act_out([past for past in pasts if past.page_key not in there], now=now)
    for past in pasts:
        progress.note(f"pools/{past.name}", changed=past.page_key not in there)
    # What the demo's past would have sent was sent then; only what happens from now on is news.
    Letter.objects.filter(sent_at=None, queued_at__lte=now).update(sent_at=now)
    Approval.objects.filter(sent_at=None, next_try_at__lte=now).update(letter="", sent_at=F("asked_at"))
    Attendee.objects.exclude(letter="").filter(next_try_at__lte=now).update(letter="", sent_at=F("named_at"))


def plans() -> dict[str, dict[str, Any]]:
    return dict(read_yaml("pools.yaml"))


@dataclass(frozen=True)
class Past:
    """What pools.yaml says of the pool of one workshop, `plan`, as things that happened before `now`."""

    name: str
    plan: Mapping[str, Any]
    page_key: uuid.UUID
    now: datetime

    @property
    def pool(self) -> Pool:
        return Pool.objects.get(page_key=self.page_key)

    def happenings(self) -> Iterator[Happening]:
        """When, and what."""
        pledges = sorted(self.plan["pledges"], key=lambda pledge: -int(pledge["by"]))
        first = self.ago(pledges[0]["by"]) if pledges else self.now
        yield first - OPENED_BEFORE, self.open
        for entry in pledges:
            yield self.ago(entry["by"]), partial(self.pledge, entry)
        for entry in self.plan.get("people", []):
            yield self.ago(entry["by"]), partial(self.send, entry)
        for step in self.plan.get("steps", []):
            yield self.ago(step["by"]), partial(self.take, step)

    def ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    def open(self, at: datetime) -> None:
        """Write the terms down, and open the pool unless it stays a draft."""
        pool = draft_pool(page_key=self.page_key, terms=terms(self.plan, now=self.now), by=staff(), now=at)
        describe_live_pages(pool=pool)
        if self.plan["state"] != PoolState.DRAFT:
            open_pool(pool=pool, by=staff(), now=at)

    def pledge(self, entry: Mapping[str, Any], at: datetime) -> None:
        by = organisation(entry["organisation"])
        wish = {
            "pool": self.pool,
            "organisation": by,
            "shares": entry["shares"],
            "by": by.administrators()[0],
            "now": at,
        }
        if entry.get("waits"):
            join_waiting_list(**wish)
            return
        asked = {**wish, "language": by.language, **way_to_pay(by, entry["outcome"], at=at)}
        if approver := entry.get("approver"):
            ask_for_approval(**asked, approver=Approver(**approver))
        else:
            place_pledge(**asked)

    def send(self, entry: Mapping[str, Any], at: datetime) -> None:
        of = organisation(entry["organisation"])
        who = {"name": entry["name"], "email": entry["email"], "by": of.administrators()[0]}
        name_attendee(pledge=self.pool.pledges.standing().get(organisation=of), **who, now=at)

    def take(self, step: Mapping[str, Any], at: datetime) -> None:
        """What staff did."""
        match step["do"]:
            case "promise":
                limit, on = parse_chf(step["limit"]), timezone.localdate(at)
                self.promise(guarantor=step["guarantor"], limit=limit, on=on, at=at)
            case "draw":
                draw_guarantee(pool=self.pool, by=staff(), now=at)
            case "absorb":
                absorb_gap(pool=self.pool, by=staff(), now=at)
            case "close":
                close_pool(pool=self.pool, by=staff(), now=at)
            case "call off":
                cancel_pool(pool=self.pool, reason=step["reason"], by=staff(), now=at)
            case unknown:
                raise ContentError(f"pools.yaml: {self.name} has a step {unknown!r}, which there is not.")

    def promise(self, *, guarantor: str, limit: int, on: date, at: datetime) -> None:
        record_guarantee(pool=self.pool, guarantor=guarantor, limit=limit, promised_on=on, by=staff(), now=at)


def act_out(pasts: list[Past], *, now: datetime) -> None:
    """All that happened to some pools, in order, and what time did meanwhile.

    Raises ContentError if a pool ends up in another state than its plan says.
    """
    happenings = sorted((each for past in pasts for each in past.happenings()), key=lambda each: each[0])
    nights = nights_between(happenings[0][0], now) if happenings else []
    quiet: list[Happening] = [(night, lambda _at: None) for night in nights]
    for at, happen in sorted([*happenings, *quiet], key=lambda each: each[0]):
        happen(at)
        for step in WORK_OF_TIME:
            step(now=min(at + timedelta(minutes=1), now))
    for past in pasts:
        if (state := past.pool.state) != past.plan["state"]:
            raise ContentError(
                f"pools.yaml: {past.name} should be {past.plan['state']}, but its past makes it {state}."
            )


def nights_between(start: datetime, end: datetime) -> list[datetime]:
    """One moment a day, at which time does what is due."""
    return [start + DAY * day for day in range(1, (end - start).days + 1)] + [end]


def staff() -> User:
    """Who opens the pools of the demo."""
    found = User.objects.filter(is_superuser=True).order_by("pk").first()
    if found is None:
        raise ContentError("people.yaml needs a superuser, who opens the pools.")
    return found


def terms(plan: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """A pool's terms, relative to the day of loading: closing in the evening, the workshop in the evening."""
    today = timezone.localtime(now).date()
    zone = timezone.get_current_timezone()
    named = {name: plan[name] for name in ("seats_per_share", "minimum", "capacity")}
    chosen = {name: plan[name] for name in ("pricing", "surplus_rule", "invoice_days") if name in plan}
    return {
        **{field: parse_chf(plan[field]) for field in ("cost", "subsidy", "ceiling")},
        **named,
        **chosen,
        "closes_at": datetime.combine(today + timedelta(days=plan["closing"]), time(18), zone),
        "starts_at": datetime.combine(today + timedelta(days=plan["start"]), time(18, 30), zone),
    }


def way_to_pay(by: Organisation, outcome: str, *, at: datetime) -> dict[str, Any]:
    """By invoice, with TWINT by a link, or with a method that does this in the sandbox."""
    if outcome in (PaysBy.INVOICE, PaysBy.TWINT):
        return {"pays_by": PaysBy(outcome)}
    return {"method": method(by, BEHAVIOURS[outcome], at=at)}


def method(by: Organisation, behaviour: str, *, at: datetime) -> SavedMethod:
    """The organisation's method that does this in the sandbox, as if its administrator had given it."""
    return SavedMethod.objects.get_or_create(
        organisation=by,
        provider="sandbox",
        label=BEHAVIOUR_LABELS[behaviour],
        released_at=None,
        defaults={
            "customer_ref": f"sandbox_customer_{by.uuid}",
            "ref": f"sandbox_{behaviour}_{uuid.uuid4()}",
            "kind": "card",
            "saved_at": at,
            "looked_at": at,
        },
    )[0]

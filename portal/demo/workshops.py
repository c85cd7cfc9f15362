"""The steps that load workshops: experts, pages, and pools whose past is acted out by the actions that people use."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from members.letters.models import Letter
from members.models import Organisation, User
from pooling.actions.approvals import Approver, ask_for_approval
from pooling.actions.pledges import place_pledge
from pooling.actions.pools import draft_pool, end_overdue_pledging, open_pool
from pooling.actions.settlement import collect_due_charges
from pooling.models import Approval, Pool, SavedMethod
from pooling.money import parse_chf
from pooling.payments.sandbox import BEHAVIOURS as BEHAVIOUR_LABELS
from pooling.workshops.models import Expert, WorkshopIndexPage, WorkshopPage
from pooling.workshops.publishing import describe_live_pages

from .files import LANGUAGES, Texts, names, read_documents, read_yaml, texts_of
from .markdown import ContentError, stable_id
from .network import organisation
from .pages import Progress, ensure_translated_page, ensure_translated_snippet
from .texts import german_home

# How long before its first pledge a pool opened.
OPENED_BEFORE = timedelta(days=3)
# What the sandbox does when the pledge is charged, by the outcome that pools.yaml wants.
BEHAVIOURS = {"paid": "pays", "needs_authentication": "authenticates", "declined": "declines"}


def load_experts(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("experts.yaml"):
        texts: Texts = {code: {"role": entry["role"][code], "bio": entry["bio"][code]} for code in LANGUAGES}
        key = f"experts/{entry['key']}"
        _expert, changed = ensure_translated_snippet(Expert, key=key, texts=texts, shared={"name": entry["name"]})
        progress.note(key, changed=changed)


def load_workshops(progress: Progress, *, now: datetime) -> None:
    texts = texts_of(read_documents("workshops", "index"), ["title", "slug", "lead", "search_description"])
    for fields in texts.values():
        del fields["body"]
    index, changed = ensure_translated_page(
        WorkshopIndexPage, key="workshops/index", parent=german_home(), texts=texts, shared={"show_in_menus": True}
    )
    progress.note("workshops/index", changed=changed)
    for name in names("workshops"):
        documents = read_documents("workshops", name)
        front = documents[LANGUAGES[0]].front
        experts = [german_expert(key) for key in front["experts"]]
        _page, changed = ensure_translated_page(
            WorkshopPage,
            key=f"workshops/{name}",
            parent=index,
            texts=texts_of(documents, ["title", "slug", "summary", "search_description", "venue", "audience"]),
            shared={"format": front["format"], "spoken": front["spoken"], "experts": experts},
        )
        progress.note(f"workshops/{name}", changed=changed)


def german_expert(key: str) -> Expert:
    return Expert.objects.get(translation_key=stable_id(f"experts/{key}"), locale__language_code=LANGUAGES[0])


def load_pools(progress: Progress, *, now: datetime) -> None:
    """Each pool's past, acted out at the times that pools.yaml names. A pool that is there already is left alone."""
    for name, plan in read_yaml("pools.yaml").items():
        page_key = uuid.UUID(stable_id(f"workshops/{name}"))
        is_new = not Pool.objects.filter(page_key=page_key).exists()
        if is_new:
            act_out(name, plan, page_key=page_key, now=now)
        progress.note(f"pools/{name}", changed=is_new)
    # What the demo's past would have sent was sent then; only what happens from now on is news.
    Letter.objects.filter(sent_at=None, queued_at__lte=now).update(sent_at=now)
    Approval.objects.filter(sent_at=None, next_try_at__lte=now).update(letter="", sent_at=F("asked_at"))


def act_out(name: str, plan: dict[str, Any], *, page_key: uuid.UUID, now: datetime) -> Pool:
    """Open the pool, let organisations pledge, and let time do the rest.

    Raises ContentError if it ends up in another state.
    """
    pledges = sorted(plan["pledges"], key=lambda pledge: -pledge["by"])
    first = now - timedelta(days=pledges[0]["by"]) if pledges else now
    staff = User.objects.filter(is_superuser=True).order_by("pk").first()
    if staff is None:
        raise ContentError("people.yaml needs a superuser, who opens the pools.")
    pool = draft_pool(page_key=page_key, terms=terms(plan, now=now), by=staff, now=first - OPENED_BEFORE)
    describe_live_pages(pool=pool)
    open_pool(pool=pool, by=staff, now=first - OPENED_BEFORE)
    for entry in pledges:
        at = now - timedelta(days=entry["by"])
        by = organisation(entry["organisation"])
        asked = {
            "pool": pool,
            "organisation": by,
            "shares": entry["shares"],
            "by": by.administrators()[0],
            "language": by.language,
            "method": method(by, BEHAVIOURS[entry["outcome"]], at=at),
            "now": at,
        }
        if approver := entry.get("approver"):
            ask_for_approval(**asked, approver=Approver(**approver))
        else:
            place_pledge(**asked)
        collect_due_charges(now=at + timedelta(minutes=1))
    end_overdue_pledging(now=now)
    pool.refresh_from_db()
    if pool.state != plan["state"]:
        raise ContentError(f"pools.yaml: {name} should be {plan['state']}, but its pledges make it {pool.state}.")
    return pool


def terms(plan: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """A pool's terms, relative to the day of loading: closing in the evening, the workshop in the morning."""
    today = timezone.localtime(now).date()
    zone = timezone.get_current_timezone()
    return {
        **{field: parse_chf(plan[field]) for field in ("cost", "subsidy", "ceiling")},
        **{field: plan[field] for field in ("seats_per_share", "minimum", "capacity")},
        "closes_at": datetime.combine(today + timedelta(days=plan["closing"]), time(18), zone),
        "starts_at": datetime.combine(today + timedelta(days=plan["start"]), time(18, 30), zone),
    }


def method(by: Organisation, behaviour: str, *, at: datetime) -> SavedMethod:
    """The organisation's method that does this in the sandbox, as if its administrator had given it."""
    return SavedMethod.objects.get_or_create(
        organisation=by,
        provider="sandbox",
        label=BEHAVIOUR_LABELS[behaviour],
        defaults={
            "customer_ref": f"sandbox_customer_{by.uuid}",
            "ref": f"sandbox_{behaviour}_{uuid.uuid4()}",
            "kind": "card",
            "saved_at": at,
        },
    )[0]

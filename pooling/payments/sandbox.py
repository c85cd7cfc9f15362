"""A provider in which no money moves, for `make run` and for staging. It keeps its own books (SandboxEntry) and asks on
pages of ours.

What a method will do later is chosen when it is given: it pays, it is declined, or its bank wants the person.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from pooling.models import Dispute, DisputeState, SandboxEntry

from .base import (
    Books,
    ChargeRequest,
    ChargeResult,
    CustomerRequest,
    DisputeMade,
    ForgedNotice,
    Method,
    MethodSeen,
    Notice,
    Page,
    Parameters,
    PaymentPageRequest,
    Progress,
    RefundMade,
    RefundRequest,
    RefundResult,
    RequestRefused,
    SetupRequest,
    SetupResult,
)

# What a method given in the sandbox does when it is charged, and how it is called.
BEHAVIOURS = {"pays": "Sandbox •••• 4242", "declines": "Sandbox •••• 0002", "authenticates": "Sandbox •••• 3184"}
FAILURES = {"declines": "card_declined", "authenticates": "authentication_required"}


class Sandbox:
    """See PaymentProvider for what each method means."""

    name = "sandbox"
    refund_notices: frozenset[str] = frozenset()  # it has no dashboard
    dispute_notices: frozenset[str] = frozenset()
    disputed = "charge_disputed"

    def create_customer(self, request: CustomerRequest) -> str:
        return f"sandbox_customer_{request.organisation}"

    def setup_parameters(self, request: SetupRequest) -> Parameters:
        return page_parameters(request)

    def open_setup_page(self, *, key: str, parameters: Parameters) -> Page:
        return self.page(key, "setup", parameters)

    def look_at_setup(self, page_ref: str) -> SetupResult:
        entry = find(page_ref)
        behaviour = entry.data.get("behaviour")
        if entry.state != Progress.SUCCEEDED:
            return SetupResult(self.progress(entry))
        method = Method(
            f"sandbox_{behaviour}_{entry.ref}", entry.data["customer_ref"], "card", BEHAVIOURS[behaviour], None
        )
        return SetupResult(Progress.SUCCEEDED, method)

    def close_setup_page(self, page_ref: str) -> None:
        SandboxEntry.objects.filter(ref=page_ref, state=Progress.OPEN).update(state=Progress.FAILED)

    def charge_parameters(self, request: ChargeRequest) -> Parameters:
        return {"amount": request.amount, "method_ref": request.method_ref, "pledge": request.pledge}

    def charge(self, *, key: str, parameters: Parameters) -> ChargeResult:
        failure = FAILURES.get(parameters["method_ref"].split("_")[1], "")
        state = Progress.FAILED if failure else Progress.SUCCEEDED
        return result_of(enter(key, "payment", state, parameters["amount"], {**parameters, "failure": failure}))

    def look_at_intent(self, intent_ref: str) -> ChargeResult:
        return result_of(find(intent_ref))

    def find_charge(self, *, key: str, parameters: Parameters, since: datetime) -> ChargeResult | None:
        entry = SandboxEntry.objects.filter(key=key).first()
        return result_of(entry) if entry else None

    def payment_page_parameters(self, request: PaymentPageRequest) -> Parameters:
        return {**page_parameters(request), "amount": request.amount, "description": request.description}

    def open_payment_page(self, *, key: str, parameters: Parameters) -> Page:
        return self.page(key, "page", parameters)

    def look_at_payment_page(self, page_ref: str) -> ChargeResult:
        entry = find(page_ref)
        if entry.state == Progress.SUCCEEDED:
            return result_of(entry)
        return ChargeResult(self.progress(entry))

    def close_payment_page(self, page_ref: str) -> ChargeResult:
        self.close_setup_page(page_ref)
        return self.look_at_payment_page(page_ref)

    def abandon_intent(self, intent_ref: str) -> ChargeResult:
        return result_of(find(intent_ref))

    def refund_parameters(self, request: RefundRequest) -> Parameters:
        return {"intent_ref": request.intent_ref, "amount": request.amount, "refund": request.refund}

    def refund(self, *, key: str, parameters: Parameters) -> RefundResult:
        held = (*Dispute.OPEN_STATES, DisputeState.LOST)
        if any(each.state in held and not each.is_inquiry for each in self.disputes_of(parameters["intent_ref"])):
            raise RequestRefused(self.disputed)
        return RefundResult(
            Progress.SUCCEEDED, enter(key, "refund", Progress.SUCCEEDED, parameters["amount"], parameters).ref
        )

    def find_refund(self, *, parameters: Parameters) -> RefundResult | None:
        entry = SandboxEntry.objects.filter(kind="refund", data__refund=parameters["refund"]).first()
        return RefundResult(Progress.SUCCEEDED, entry.ref) if entry else None

    def refunds_of(self, intent_ref: str) -> list[RefundMade]:
        entries = SandboxEntry.objects.filter(kind="refund", data__intent_ref=intent_ref)
        return [RefundMade(each.ref, each.amount, Progress(each.state), each.data["refund"]) for each in entries]

    def look_at_refund(self, refund_ref: str) -> RefundResult:
        return RefundResult(Progress(find(refund_ref).state), refund_ref)

    def look_at_dispute(self, dispute_ref: str) -> DisputeMade:
        return dispute_made(find(dispute_ref))

    def disputes_of(self, intent_ref: str) -> list[DisputeMade]:
        entries = SandboxEntry.objects.filter(kind="dispute", data__intent_ref=intent_ref)
        return [dispute_made(entry) for entry in entries]

    def look_at_method(self, method_ref: str) -> MethodSeen:
        behaviour = method_ref.split("_")[1]
        return MethodSeen(Method(method_ref, "", "card", BEHAVIOURS[behaviour], None))

    def release_method(self, method_ref: str) -> None:
        """There is nothing to forget: the method's behaviour is part of its name."""

    def has_books(self) -> bool:
        return False  # they are in our own database

    def undelivered(self, *, since: datetime) -> list[Notice]:
        return []

    def books(self, *, since: datetime, until: datetime) -> Books:
        return Books(since, until, [], [], [])

    def read_notice(self, *, body: bytes, signature: str) -> Notice:
        raise ForgedNotice("The sandbox sends no notices.")

    def page(self, key: str, kind: str, parameters: Parameters) -> Page:
        entry = enter(key, kind, Progress.OPEN, parameters.get("amount", 0), parameters)
        with translation.override(parameters["language"]):
            return Page(entry.ref, f"{settings.SITE_URL}{reverse('pooling:sandbox', args=[entry.ref])}")

    def progress(self, entry: SandboxEntry) -> Progress:
        """Pages run out by the clock of whoever looks, as at a real provider."""
        if entry.state == Progress.OPEN and datetime.now(tz=UTC).timestamp() > entry.data["expires_at"]:
            return Progress.FAILED
        return Progress(entry.state)


def page_parameters(request: SetupRequest | PaymentPageRequest) -> Parameters:
    """What both kinds of page have in common."""
    return {
        "customer_ref": request.customer_ref,
        "pledge": request.pledge,
        "language": request.language,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
    }


def enter(key: str, kind: str, state: Progress, amount: int, data: dict[str, Any]) -> SandboxEntry:
    """A new entry in the sandbox's books, or the one that this key made."""
    return SandboxEntry.objects.get_or_create(
        key=key,
        defaults={
            "ref": f"sandbox-{kind}-{uuid.uuid4()}",
            "kind": kind,
            "state": state,
            "amount": amount,
            "data": data,
        },
    )[0]


def find(ref: str) -> SandboxEntry:
    """An entry by its reference. Raises RequestRefused if there is none."""
    entry = SandboxEntry.objects.filter(ref=ref).first()
    if entry is None:
        raise RequestRefused("resource_missing")
    return entry


def result_of(entry: SandboxEntry) -> ChargeResult:
    """What the books say of a payment."""
    if entry.state == Progress.SUCCEEDED:
        return ChargeResult(Progress.SUCCEEDED, entry.ref, entry.amount)
    return ChargeResult(Progress(entry.state), entry.ref, failure=entry.data.get("failure", ""))


def dispute_made(entry: SandboxEntry) -> DisputeMade:
    """A dispute in the books. It has no page of its own: whoever tests opens it by writing the entry."""
    return DisputeMade(
        entry.ref,
        entry.data["intent_ref"],
        entry.amount,
        DisputeState(entry.state),
        is_inquiry=entry.data.get("is_inquiry", False),
        reason=entry.data.get("reason", "general"),
        opened_at=entry.created_at,
        movements=entry.data.get("movements", 0),
    )


def make() -> Sandbox:
    return Sandbox()

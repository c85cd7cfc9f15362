"""A provider's books against our rows, both ways: payments, refunds and disputes. Reads only.

What was made a few minutes ago may still be on its way into ours, so it is left out; see MARGIN.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from pooling.models import Attempt, AttemptState, Dispute, Refund, RefundState
from pooling.money import format_chf
from pooling.payments.base import Books, DisputeMade, PaymentMade, Progress, RefundInBooks

MARGIN = timedelta(minutes=10)  # a payment's answer is entered within this time, or asked for again
CLOCKS = timedelta(hours=1)  # by so much may our clock and the provider's differ

# By code; amounts as CHF. In English they are the lines of `check_money --stripe`.
SENTENCES: dict[str, Promise] = {
    "payment_unknown": _(
        "Payment %(ref)s of %(amount)s is not in our books. It names the attempt %(attempt)s: look at its pledge."
    ),
    "payment_foreign": _("Payment %(ref)s of %(amount)s names no pledge of ours: who made it, and what for?"),
    "payment_amount": _("Payment %(ref)s is of %(amount)s there and of %(ours)s in our books."),
    "payment_missing": _("Payment %(ref)s of %(ours)s is in our books, and not among theirs that succeeded."),
    "paid_twice": _(
        "Pledge %(pledge)s has %(n)s payments that were not sent back, of %(amount)s in all: %(refs)s. Please send one "
        "of them back."
    ),
    "refund_unknown": _("Refund %(ref)s of %(amount)s is not in our books. Its payment: %(payment)s."),
    "refund_amount": _("Refund %(ref)s is of %(amount)s there and of %(ours)s in our books."),
    "refund_failed": _("Refund %(ref)s of %(amount)s did not go through there; our books say that it did."),
    "refund_missing": _("Refund %(ref)s of %(ours)s is in our books, and not in theirs."),
    "dispute_unknown": _("Dispute %(ref)s of %(amount)s is not in our books. Its payment: %(payment)s."),
    "dispute_differs": _("Dispute %(ref)s of %(amount)s is “%(state)s” there and “%(ours)s” in our books."),
    "dispute_missing": _("Dispute %(ref)s of %(ours)s is in our books, and not in theirs."),
}
AMOUNTS = ("amount", "ours")


@dataclass(frozen=True)
class Difference:
    """One thing that both books tell differently: a code of SENTENCES and its figures, amounts in Rappen."""

    code: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the active language."""
        told = {
            name: format_chf(value) if name in AMOUNTS and isinstance(value, int) else value
            for name, value in self.figures.items()
        }
        return str(SENTENCES[self.code]) % told

    @property
    def line(self) -> str:
        """For a terminal, in English."""
        with override(None):
            return f"stripe: {self.sentence}"


def differences(provider_name: str, books: Books) -> list[Difference]:
    """What `books` and our rows of their time tell differently."""
    return [
        *of_payments(provider_name, books),
        *paid_twice(provider_name, books),
        *of_refunds(provider_name, books),
        *of_disputes(provider_name, books),
    ]


def of_payments(provider_name: str, books: Books) -> Iterator[Difference]:
    succeeded = Attempt.objects.filter(provider=provider_name, state=AttemptState.SUCCEEDED)
    ours = by_ref(succeeded, [made.ref for made in books.payments], "intent_ref")
    for made in settled(books.payments, books):
        if made.ref not in ours:
            yield unknown_payment(made)
        elif ours[made.ref].captured != made.amount:
            yield Difference(
                "payment_amount", {"ref": made.ref, "amount": made.amount, "ours": ours[made.ref].captured}
            )
    theirs = {made.ref for made in books.payments}
    within = succeeded.filter(started_at__gte=books.since + CLOCKS, started_at__lte=books.until - CLOCKS)
    for attempt in within.order_by("pk").iterator(chunk_size=2000):
        if attempt.intent_ref not in theirs:
            yield Difference("payment_missing", {"ref": attempt.intent_ref or attempt.key, "ours": attempt.captured})


def unknown_payment(made: PaymentMade) -> Difference:
    figures = {"ref": made.ref, "amount": made.amount}
    if not made.attempt:
        return Difference("payment_foreign", figures)
    return Difference("payment_unknown", {**figures, "attempt": made.attempt})


def paid_twice(provider_name: str, books: Books) -> Iterator[Difference]:
    """Any pledge with more than one payment of which something is still there, and not on its way back."""
    gone: dict[str, int] = defaultdict(int)
    for refund in books.refunds:
        gone[refund.intent_ref] += refund.made.amount if refund.made.progress != Progress.FAILED else 0
    for dispute in books.disputes:
        gone[dispute.intent_ref] += max(0, dispute.withdrawn - dispute.reinstated)
    due = Refund.objects.counted_as_due().filter(attempt__provider=provider_name)
    for ref, amount in due.values_list("attempt__intent_ref", "amount"):
        gone[ref] += amount
    kept: dict[str, list[PaymentMade]] = defaultdict(list)
    for made in books.payments:
        if made.pledge and made.amount > gone[made.ref]:
            kept[made.pledge].append(made)
    for pledge, payments in kept.items():
        if len(payments) > 1:
            refs = ", ".join(made.ref for made in payments)
            total = sum(made.amount - gone[made.ref] for made in payments)
            yield Difference("paid_twice", {"pledge": pledge, "n": len(payments), "amount": total, "refs": refs})


def of_refunds(provider_name: str, books: Books) -> Iterator[Difference]:
    ours: dict[str, list[Refund]] = defaultdict(list)
    refs = [each.made.ref for each in books.refunds]
    for part in parts(refs):
        for refund in Refund.objects.filter(Q(ref__in=part) | Q(settled_by__in=part), attempt__provider=provider_name):
            ours[refund.settled_by or refund.ref].append(refund)
    for each in settled(books.refunds, books):
        yield from of_refund(each, ours[each.made.ref])
    theirs = set(refs)
    sent = Refund.objects.filter(attempt__provider=provider_name, state=RefundState.SUCCEEDED)
    within = sent.filter(settled_at__gte=books.since + CLOCKS, first_sent_at__gte=books.since + CLOCKS)
    for refund in within.filter(settled_at__lte=books.until - CLOCKS).order_by("pk").iterator(chunk_size=2000):
        if (refund.settled_by or refund.ref) not in theirs:
            yield Difference("refund_missing", {"ref": refund.ref or str(refund.uuid), "ours": refund.amount})


def of_refund(each: RefundInBooks, ours: list[Refund]) -> Iterator[Difference]:
    """One that failed and that nobody of us took for sent is no difference."""
    made, figures = each.made, {"ref": each.made.ref, "amount": each.made.amount}
    sent = [refund for refund in ours if refund.state == RefundState.SUCCEEDED]
    if made.progress == Progress.FAILED:
        if sent:
            yield Difference("refund_failed", figures)
    elif made.progress == Progress.SUCCEEDED and not sent:
        yield Difference("refund_unknown", {**figures, "payment": each.intent_ref})
    elif made.progress == Progress.SUCCEEDED and (total := sum(refund.amount for refund in sent)) != made.amount:
        yield Difference("refund_amount", {**figures, "ours": total})


def of_disputes(provider_name: str, books: Books) -> Iterator[Difference]:
    known = Dispute.objects.filter(provider=provider_name)
    ours = by_ref(known, [made.ref for made in books.disputes], "ref")
    for made in settled(books.disputes, books):
        figures: dict[str, Any] = {"ref": made.ref, "amount": made.amount}
        dispute = ours.get(made.ref)
        if dispute is None:
            yield Difference("dispute_unknown", {**figures, "payment": made.intent_ref})
        elif (dispute.state, dispute.amount) != (made.state, made.amount):
            yield Difference("dispute_differs", {**figures, "state": str(made.state), "ours": str(dispute.state)})
    theirs = {made.ref for made in books.disputes}
    within = known.filter(opened_at__gte=books.since + CLOCKS, opened_at__lte=books.until - CLOCKS)
    for dispute in within.order_by("pk"):
        if dispute.ref not in theirs:
            yield Difference("dispute_missing", {"ref": dispute.ref, "ours": dispute.amount})


def settled(all_made: Iterable[Any], books: Books) -> Iterator[Any]:
    """Those that are old enough to be in our books."""
    for made in all_made:
        at = made.opened_at if isinstance(made, DisputeMade) else made.made_at
        if at <= books.until - MARGIN:
            yield made


def by_ref(rows: QuerySet[Any], refs: list[str], field_name: str) -> dict[str, Any]:
    """Those of `rows` that `refs` name, by their reference."""
    return {getattr(row, field_name): row for part in parts(refs) for row in rows.filter(**{f"{field_name}__in": part})}


def parts(refs: list[str], size: int = 500) -> Iterator[list[str]]:
    """So many at once as any database takes in one statement."""
    for start in range(0, len(refs), size):
        yield refs[start : start + size]

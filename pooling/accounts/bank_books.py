"""Our payments by transfer, and what we transferred back, against the lines of the bank's files. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Case, F, Max, Min, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from pooling.models import BankLine, BankLineState, Receipt, Refund, RefundState, SentBack
from pooling.money import RappenField


def differences_to_bank() -> Iterator[str]:
    """A sentence for each payment that our books and the bank's files tell differently.

    Payments that were entered by hand are looked for in files of their days only: nobody imports all of the past.
    """
    signed = Case(When(is_reversal=True, then=-F("amount")), default=F("amount"), output_field=RappenField())
    booked = BankLine.objects.filter(state=BankLineState.MATCHED).annotate(signed=signed)
    for line in booked.exclude(receipt__amount=F("signed"), receipt__charge=F("charge")).select_related("receipt"):
        yield f"bank: line {line.pk} of {line.amount} was booked as {line.receipt} of {line.receipt.amount}"
    in_parts = BankLine.objects.annotate(signed=signed, told=Coalesce(Sum("parts__receipt__amount"), 0))
    is_split = Q(state=BankLineState.SPLIT)
    for line in in_parts.filter(is_split & ~Q(told=F("signed")) | ~is_split & ~Q(told=0)):
        yield f"bank: line {line.pk} of {line.amount} was booked in parts that sum to {line.told}"
    days = BankLine.objects.aggregate(first=Min("booked_on"), last=Max("booked_on"))
    if days["first"]:
        in_days = Receipt.objects.filter(value_date__range=(days["first"], days["last"]))
        untold = in_days.filter(bank_line=None, bank_part=None)
        for receipt in untold.order_by("pk"):
            yield f"bank: payment {receipt} of {receipt.amount} was entered by hand, and no imported file tells of it"
    parts = (
        BankLine.objects.filter(is_total=False, booking=OuterRef("booking"), currency=OuterRef("currency"))
        .order_by()
        .values("booking")
    )
    told = Subquery(parts.annotate(told=Sum("amount")).values("told"))
    totals = BankLine.objects.filter(state=BankLineState.COVERED, is_total=True)
    for total in totals.annotate(told=told).exclude(told=F("amount")):
        yield f"bank: the parts of line {total.pk} of {total.amount} sum to {total.told}"
    yield from differences_of_refunds()


def differences_of_refunds() -> Iterator[str]:
    """A sentence for each refund that the bank was told to send, and that our books and its files tell differently."""
    told = Refund.objects.annotate(sent=Sum("sent_back__amount")).filter(sent__isnull=False)
    for refund in told.exclude(state=RefundState.PAID_OUT, sent=F("amount")).order_by("pk"):
        yield f"bank: of refund {refund} of {refund.amount}, which is {refund.state}, {refund.sent} went out"
    days = SentBack.objects.aggregate(first=Min("booked_on"), last=Max("booked_on"))
    if days["first"]:
        ordered = Refund.objects.filter(state=RefundState.PAID_OUT, ordered_at__isnull=False, sent_back=None)
        for refund in ordered.filter(paid_on__range=(days["first"], days["last"])).order_by("pk"):
            yield f"bank: refund {refund} of {refund.amount} was entered by hand, and no imported file tells of it"


def waiting_for_staff() -> int:
    """How many lines wait to be assigned: money on the account that is in nobody's books yet."""
    return BankLine.objects.queue().count()

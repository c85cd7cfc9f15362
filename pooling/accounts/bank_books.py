"""Our payments by transfer against the lines of the bank's files. Reads only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Case, F, Max, Min, OuterRef, Subquery, Sum, When

from pooling.models import BankLine, BankLineState, Receipt
from pooling.money import RappenField


def differences_to_bank() -> Iterator[str]:
    """A sentence for each payment that our books and the bank's files tell differently.

    Payments that were entered by hand are looked for in files of their days only: nobody imports all of the past.
    """
    signed = Case(When(is_reversal=True, then=-F("amount")), default=F("amount"), output_field=RappenField())
    booked = BankLine.objects.filter(state=BankLineState.MATCHED).annotate(signed=signed)
    for line in booked.exclude(receipt__amount=F("signed"), receipt__charge=F("charge")).select_related("receipt"):
        yield f"bank: line {line.pk} of {line.amount} was booked as {line.receipt} of {line.receipt.amount}"
    days = BankLine.objects.aggregate(first=Min("booked_on"), last=Max("booked_on"))
    if days["first"]:
        untold = Receipt.objects.filter(bank_line=None, value_date__range=(days["first"], days["last"]))
        for receipt in untold.order_by("pk"):
            yield f"bank: payment {receipt} of {receipt.amount} was entered by hand, and no imported file tells of it"
    parts = BankLine.objects.filter(is_total=False, booking=OuterRef("booking")).order_by().values("booking")
    told = Subquery(parts.annotate(told=Sum("amount")).values("told"))
    totals = BankLine.objects.filter(state=BankLineState.COVERED, is_total=True)
    for total in totals.annotate(told=told).exclude(told=F("amount")):
        yield f"bank: the parts of line {total.pk} of {total.amount} sum to {total.told}"


def waiting_for_staff() -> int:
    """How many lines wait to be assigned: money on the account that is in nobody's books yet."""
    return BankLine.objects.queue().count()

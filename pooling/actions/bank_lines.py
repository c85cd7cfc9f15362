"""What the lines of the bank's files become: payments for invoices, or transfers that the bank took back.

By reference it happens by itself; anything else waits for staff, with a proposal where there is a likely one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from members.models import User
from pooling.models import BankLine, BankLineState, Charge, Creditor, Invoice, Pool, Receipt
from pooling.models.invoice import compact

from .bank import enter_receipt
from .bank_proposals import propose
from .errors import LineSettled, NotAssignable, NothingToTakeBack, Refused
from .reversals import take_receipt_back

LONGEST_REFERENCE = 70  # leaves room for what tells the parts of a batch apart


def settle_queue(*, by: User | None, now: datetime) -> list[BankLine]:
    """Book all that waits and names its invoice, and propose something for the rest where it can be guessed.

    Call it where the accounts are locked. First what came in, then what was taken back, so that the order in which
    files are imported makes no difference. Returns the lines that were booked.
    """
    waiting = list(BankLine.objects.queue().order_by("pk"))
    references = {line.reference for line in waiting if line.reference and not line.is_doubtful}
    invoices = {
        invoice.reference: invoice
        for invoice in Invoice.objects.filter(reference__in=references).select_related("charge__pledge")
    }
    pools = {invoice.charge.pledge.pool_id for invoice in invoices.values()}
    named_none = [line for line in waiting if line.takes_back and line.reference not in invoices]
    originals = {line.pk: original_of(line, charge=None) for line in named_none}
    pools |= {original.charge.pledge.pool_id for original in originals.values() if original}
    list(Pool.objects.select_for_update(no_key=True).filter(pk__in=pools).order_by("pk"))
    shared = parts_by_booking(waiting)
    by_hand = entered_by_hand([invoice.charge for invoice in invoices.values()])
    settled = []
    for line in waiting:
        invoice = invoices.get(line.reference) if not line.is_doubtful else None
        if not line.is_credit or line.is_reversal or invoice is None:
            continue
        line.charge = invoice.charge
        same = [receipt for receipt in by_hand[invoice.charge_id] if is_entry_of(receipt, line)]
        if may_be_entered(line, by_hand[invoice.charge_id]) and not same:
            line.state = BankLineState.PROPOSED
            line.save(update_fields=["state", "charge"])
            continue
        if same:
            by_hand[invoice.charge_id].remove(same[0])
        if book_quietly(line, same_as=same[0] if same else None, shared=shared, by=by, now=now):
            settled.append(line)
    for line in waiting:
        if line.takes_back:
            invoice = invoices.get(line.reference)
            original = original_of(line, charge=invoice.charge) if invoice else original_of(line, charge=None)
            if original and take_back_quietly(line, receipt=original, shared=shared, by=by, now=now):
                settled.append(line)
            elif invoice and original is None:  # a part, or something that has not come in yet
                line.state, line.charge = BankLineState.PROPOSED, invoice.charge
                line.save(update_fields=["state", "charge"])
    nameless = [line for line in waiting if line.is_doubtful or line.reference not in invoices]
    propose([line for line in nameless if line.is_queued and line.is_credit and not line.is_reversal])
    return settled


def parts_by_booking(lines: list[BankLine]) -> Counter[str]:
    """How many lines share a booking, and so the bank's reference."""
    bookings = {line.booking for line in lines}
    return Counter(BankLine.objects.filter(booking__in=bookings, is_total=False).values_list("booking", flat=True))


def entered_by_hand(charges: list[Charge]) -> dict[int, list[Receipt]]:
    """Payments that staff have read off the statement, by charge: they are the same as one of the lines."""
    found: dict[int, list[Receipt]] = defaultdict(list)
    for receipt in Receipt.objects.filter(charge__in=charges, bank_line=None, reverses=None).order_by("pk"):
        found[receipt.charge_id].append(receipt)
    return found


def is_entry_of(receipt: Receipt, line: BankLine) -> bool:
    """Whether staff have entered this very line: the amount is the same, and a reference of the bank."""
    references = {compact(ref) for ref in (line.entry_ref, line.own_ref, line.uetr, line.end_to_end_id) if ref}
    return receipt.amount == line.amount and receipt.reference.partition("/")[0] in references


def may_be_entered(line: BankLine, receipts: list[Receipt]) -> bool:
    """Whether staff may have entered it with another reference: somebody has to look."""
    return any((each.amount, each.value_date) == (line.amount, line.value_date) for each in receipts)


def reference_of(line: BankLine, *, shared: Counter[str]) -> str:
    """What the payment is called: as the bank calls the booking, with a number where several share that."""
    name = compact(line.own_ref or line.entry_ref or line.uetr or line.identity[:16])[:LONGEST_REFERENCE]
    is_taken = shared[line.booking] > 1 or Receipt.objects.filter(reference=name, bank_line__isnull=False).exists()
    return f"{name}/{line.pk}" if is_taken else name


def book_quietly(
    line: BankLine, *, same_as: Receipt | None, shared: Counter[str], by: User | None, now: datetime
) -> bool:
    """As book(). What is refused stays in the queue, with the charge that it is for."""
    try:
        book(line, same_as=same_as, shared=shared, by=by, now=now)
    except Refused:
        line.state = BankLineState.PROPOSED
        line.save(update_fields=["state", "charge"])
        return False
    return True


def book(line: BankLine, *, same_as: Receipt | None, shared: Counter[str], by: User | None, now: datetime) -> None:
    """`line` is a payment for its charge; `same_as` is the entry by which staff have told of it before."""
    if line.charge is None:
        raise NotAssignable
    line.receipt = same_as or enter_receipt(
        charge=line.charge,
        amount=line.amount,
        value_date=line.value_date,
        reference=reference_of(line, shared=shared),
        by=by,
        now=now,
    )
    line.state, line.decided_at, line.decided_by = BankLineState.MATCHED, now, by
    line.save()


def original_of(line: BankLine, *, charge: Charge | None) -> Receipt | None:
    """The payment that the bank took back in full: by what is named as its reference, else by the bank's own."""
    came = BankLine.objects.filter(state=BankLineState.MATCHED, is_credit=True, amount=line.amount)
    if charge is not None:
        came = came.filter(charge=charge)
    elif line.uetr:
        came = came.filter(uetr=line.uetr)
    elif line.entry_ref:
        came = came.filter(entry_ref=line.entry_ref)
    else:
        return None
    came = came.select_related("receipt", "charge__pledge").order_by("-value_date", "-pk")
    receipts = [each.receipt for each in came if each.receipt is not None]
    return next((receipt for receipt in receipts if left_of(receipt) >= line.amount), None)


def left_of(receipt: Receipt) -> int:
    """Rappen of it that the bank has not taken back."""
    return receipt.amount + (receipt.reversals.aggregate(sum=Sum("amount"))["sum"] or 0)


def take_back_quietly(
    line: BankLine, *, receipt: Receipt, shared: Counter[str], by: User | None, now: datetime
) -> bool:
    """As take_back(). What is refused stays in the queue, with the charge that it is about."""
    line.charge = receipt.charge
    try:
        take_back(line, receipt=receipt, shared=shared, by=by, now=now)
    except Refused:
        line.state = BankLineState.PROPOSED
        line.save(update_fields=["state", "charge"])
        return False
    return True


def take_back(line: BankLine, *, receipt: Receipt, shared: Counter[str], by: User | None, now: datetime) -> None:
    """By `line` the bank took back what `receipt` had brought, or a part of it."""
    line.charge = receipt.charge
    line.receipt = take_receipt_back(
        receipt=receipt,
        amount=line.amount,
        value_date=line.value_date,
        reference=f"{reference_of(line, shared=shared)}/R",
        by=by,
        now=now,
    )
    line.state, line.decided_at, line.decided_by = BankLineState.MATCHED, now, by
    line.save()


def lock_line(line: BankLine) -> BankLine:
    """The line, locked behind the accounts and read anew. Raises LineSettled unless somebody may still decide on it."""
    list(Creditor.objects.select_for_update(no_key=True).order_by("pk"))
    line = BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    if line.state not in (*BankLine.QUEUED_STATES, BankLineState.DISMISSED):
        raise LineSettled
    return line


@transaction.atomic
def assign_line(*, line: BankLine, charge: Charge, by: User, now: datetime, same_as: Receipt | None = None) -> BankLine:
    """Staff say which invoice `line` is about; and, with `same_as`, that it was entered by hand before.

    Raises LineSettled, NotAssignable for money of our own that came back, NothingToTakeBack, ReferenceTaken.
    """
    list(Creditor.objects.select_for_update(no_key=True).order_by("pk"))
    list(Pool.objects.select_for_update(no_key=True, of=("self",)).filter(pledges__charges=charge.pk))
    line = lock_line(line)
    if line.is_credit and line.is_reversal:
        raise NotAssignable
    shared = parts_by_booking([line])
    if line.takes_back:
        came = Receipt.objects.filter(charge=charge, reverses=None).order_by("-value_date", "-pk")
        receipt = next((each for each in came if left_of(each) >= line.amount), None)
        if receipt is None:
            raise NothingToTakeBack
        take_back(line, receipt=receipt, shared=shared, by=by, now=now)
        return line
    if same_as is not None and same_as not in entered_by_hand([charge])[charge.pk]:
        raise NotAssignable
    if same_as is not None and same_as.amount != line.amount:
        raise NotAssignable
    line.charge = charge
    book(line, same_as=same_as, shared=shared, by=by, now=now)
    return line


@transaction.atomic
def dismiss_line(*, line: BankLine, note: str, by: User, now: datetime) -> BankLine:
    """Staff say that `line` is none of the invoices' business, and why. Raises LineSettled."""
    line = lock_line(line)
    line.state, line.charge, line.note = BankLineState.DISMISSED, None, note[:300]
    line.decided_at, line.decided_by = now, by
    line.save()
    return line

"""What the lines of the bank's files become: payments for invoices, or transfers that the bank took back.

By reference it happens by itself; anything else waits for staff, with a proposal where there is a likely one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q, Sum

from members.models import User
from pooling.models import BankLine, BankLinePart, BankLineState, Charge, Creditor, Invoice, Pool, Receipt
from pooling.models.invoice import compact

from .bank import enter_receipt
from .bank_proposals import propose
from .errors import LineSettled, NotAssignable, NothingToTakeBack, NotInFrancs, Refused
from .reversals import take_receipt_back

LONGEST_REFERENCE = 70  # leaves room for what tells the parts of a batch apart


def settle_queue(*, by: User | None, now: datetime) -> list[BankLine]:
    """Book all that waits and names its invoice, and propose something for the rest where it can be guessed.

    Call it where the accounts are locked. First what came in, then what was taken back, so that the order in which
    files are imported makes no difference. Returns the lines that were booked.
    """
    waiting = list(BankLine.objects.queue().filter(currency="CHF").order_by("pk"))
    references = {line.reference for line in waiting if line.reference and not line.is_doubtful}
    invoices = {
        invoice.reference: invoice
        for invoice in Invoice.objects.filter(reference__in=references).select_related("charge__pledge")
    }
    pools = {invoice.charge.pledge.pool_id for invoice in invoices.values()}
    for line in waiting:
        if line.takes_back:
            named = invoices.get(line.reference)
            originals = originals_of(line, charge=named.charge if named else None)
            pools |= {original.charge.pledge.pool_id for original in originals}
    lock_pools(pools)
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
        told = partial(book, line, same_as=same[0] if same else None, shared=shared, by=by, now=now)
        if quietly(told, line):
            settled.append(line)
    for line in waiting:
        if line.takes_back:
            invoice = invoices.get(line.reference)
            originals = originals_of(line, charge=invoice.charge if invoice else None)
            if originals:
                line.charge = originals[0].charge
                if quietly(partial(take_back, line, receipts=originals, shared=shared, by=by, now=now), line):
                    settled.append(line)
            elif invoice:  # a part, or something that has not come in yet
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
    for receipt in Receipt.objects.by_hand().filter(charge__in=charges).order_by("pk"):
        found[receipt.charge_id].append(receipt)
    return found


def lock_pools(pks: Iterable[int]) -> None:
    """Lock the pools in their order (docs/decisions/0006)."""
    list(Pool.objects.select_for_update(no_key=True).filter(pk__in=set(pks)).order_by("pk"))


def is_entry_of(receipt: Receipt, line: BankLine) -> bool:
    """Whether staff have entered this very line: the amount is the same, and a reference of the bank."""
    return receipt.amount == line.amount and names(receipt, line)


def names(receipt: Receipt, line: BankLine) -> bool:
    """Whether the payment that staff entered has one of the references by which the bank calls `line`."""
    references = {compact(ref) for ref in (line.entry_ref, line.own_ref, line.uetr, line.end_to_end_id) if ref}
    return receipt.reference.partition("/")[0] in references


def may_be_entered(line: BankLine, receipts: list[Receipt]) -> bool:
    """Whether staff may have entered it with another reference: somebody has to look."""
    return any((each.amount, each.value_date) == (line.amount, line.value_date) for each in receipts)


def bank_name_of(line: BankLine) -> str:
    return compact(line.own_ref or line.entry_ref or line.uetr or line.identity[:16])[:LONGEST_REFERENCE]


def reference_of(line: BankLine, *, shared: Counter[str]) -> str:
    """What the payment is called: as the bank calls the booking, with a number where several share that."""
    name = bank_name_of(line)
    is_taken = shared[line.booking] > 1 or Receipt.objects.filter(reference=name, bank_line__isnull=False).exists()
    return f"{name}/{line.pk}" if is_taken else name


def quietly(settle: Callable[[], None], line: BankLine) -> bool:
    """Whether `settle` went through. What is refused stays in the queue, with the charge that it is about."""
    try:
        settle()
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
    decide(line, BankLineState.MATCHED, by=by, now=now)


def decide(line: BankLine, state: BankLineState, *, by: User | None, now: datetime) -> None:
    line.state, line.decided_at, line.decided_by = state, now, by
    line.save()


def originals_of(line: BankLine, *, charge: Charge | None) -> list[Receipt]:
    """The payment that the bank took back in full: by what is named as its reference, else by the bank's own. Several
    where it was split over several charges; none where it is not known.
    """
    came = BankLine.objects.filter(state__in=BankLine.BOOKED_STATES, is_credit=True, amount=line.amount)
    if charge is not None:
        came = came.filter(Q(charge=charge) | Q(parts__receipt__charge=charge))
    elif line.uetr:
        came = came.filter(uetr=line.uetr)
    elif line.entry_ref:
        came = came.filter(entry_ref=line.entry_ref)
    else:
        return []
    came = came.select_related("receipt__charge__pledge").prefetch_related("parts__receipt__charge__pledge")
    for each in came.order_by("-value_date", "-pk"):
        receipts = [each.receipt] if each.receipt else [part.receipt for part in each.parts.all()]
        if all(left_of(receipt) >= receipt.amount for receipt in receipts):
            return receipts
    return []


def left_of(receipt: Receipt) -> int:
    """Rappen of it that the bank has not taken back."""
    return receipt.amount + (receipt.reversals.aggregate(sum=Sum("amount"))["sum"] or 0)


def take_back(line: BankLine, *, receipts: list[Receipt], shared: Counter[str], by: User | None, now: datetime) -> None:
    """By `line` the bank took back what `receipts` had brought; of a single one it may be a part."""
    reference = reference_of(line, shared=shared)
    if len(receipts) == 1:
        line.charge = receipts[0].charge
        line.receipt = take_receipt_back(
            receipt=receipts[0],
            amount=line.amount,
            value_date=line.value_date,
            reference=f"{reference}/R",
            by=by,
            now=now,
        )
        decide(line, BankLineState.MATCHED, by=by, now=now)
        return
    with transaction.atomic():  # all of them or none
        for number, receipt in enumerate(receipts, start=1):
            told = f"{bank_name_of(line)}/{line.pk}.{number}/R"
            day = line.value_date
            taken = take_receipt_back(
                receipt=receipt, amount=receipt.amount, value_date=day, reference=told, by=by, now=now
            )
            BankLinePart.objects.create(line=line, receipt=taken)
        line.charge = None
        decide(line, BankLineState.SPLIT, by=by, now=now)


def lock_line(line: BankLine) -> BankLine:
    """The line, locked behind the accounts and read anew. Raises LineSettled unless somebody may still decide on it."""
    list(Creditor.objects.select_for_update(no_key=True).order_by("pk"))
    line = BankLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    if line.state not in (*BankLine.QUEUED_STATES, BankLineState.DISMISSED):
        raise LineSettled
    return line


def lock_to_book(line: BankLine, *, charges: list[Charge]) -> BankLine:
    """The line as lock_line() has it, with the accounts and the pools of `charges` locked before it.

    Raises LineSettled, NotInFrancs, NotAssignable for money of our own that came back.
    """
    list(Creditor.objects.select_for_update(no_key=True).order_by("pk"))
    lock_pools(Pool.objects.filter(pledges__charges__in=charges).values_list("pk", flat=True))
    line = lock_line(line)
    if line.is_foreign:
        raise NotInFrancs
    if line.is_credit and line.is_reversal:
        raise NotAssignable
    return line


@transaction.atomic
def assign_line(*, line: BankLine, charge: Charge, by: User, now: datetime, same_as: Receipt | None = None) -> BankLine:
    """Staff say which invoice `line` is about; and, with `same_as`, that it was entered by hand before.

    Raises LineSettled, NotInFrancs, NotAssignable for money of our own that came back, NothingToTakeBack,
    ReferenceTaken.
    """
    line = lock_to_book(line, charges=[charge])
    shared = parts_by_booking([line])
    if line.takes_back:
        came = Receipt.objects.filter(charge=charge, reverses=None).order_by("-value_date", "-pk")
        receipt = next((each for each in came if left_of(each) >= line.amount), None)
        if receipt is None:
            raise NothingToTakeBack
        take_back(line, receipts=[receipt], shared=shared, by=by, now=now)
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
    line.charge, line.note = None, note[:300]
    decide(line, BankLineState.DISMISSED, by=by, now=now)
    return line

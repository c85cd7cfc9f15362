"""Files of the bank: each payment that they tell of becomes one line, however many files tell of it, and is booked if
its reference says what it is for.

Imports wait for each other at the operator's account; then the pools are locked in their order, as everywhere.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.models import User
from pooling.invoices.camt import read_bank_file
from pooling.invoices.camt_errors import BankFileDamaged, BankFileOfAnotherAccount, NoAccount
from pooling.invoices.camt_lines import BankMessage, Line, Statement
from pooling.models import BankFile, BankLine, BankLineState, Creditor, Invoice
from pooling.models.invoice import compact

from .bank_lines import settle_queue
from .sent_back import enter_sent_back

# What may differ between two lines only if they are two payments; where one of them says nothing, it may be the same.
TELLS_APART = ("uetr", "own_ref", "end_to_end_id", "reference", "debtor_iban")
SAME_BY = (("uetr",), ("reference", "debtor_iban"), ("reference",), ("end_to_end_id",))
FILLED_IN = (*TELLS_APART, "entry_ref", "text", "debtor")


@dataclass(frozen=True)
class Imported:
    """What an import did. `booked` and `booked_back` count lines of earlier files as well, which it made clear."""

    file: BankFile
    is_known: bool = False
    added: int = 0
    booked: int = 0
    amount: int = 0  # Rappen of those that were booked
    booked_back: int = 0
    queued: int = 0  # that wait for staff now
    sent_back: int = 0  # refunds that the bank has sent by an order of ours


def import_bank_file(*, content: bytes, by: User | None, now: datetime) -> Imported:
    """Enter all payments of a camt.053 or camt.054 file, each once. The same file again adds nothing.

    Raises what pooling/invoices/camt_errors.py has; then nothing has changed.
    """
    message = read_bank_file(content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        statements = ours(message, accounts=lock_accounts())
        if known := BankFile.objects.filter(digest=digest).first():
            return Imported(known, is_known=True, queued=BankLine.objects.queue().count())
        file = BankFile.objects.create(
            digest=digest, message=message.id, kind=message.kind, imported_at=now, imported_by=by
        )
        told = [(statement.account, line) for statement in statements for line in statement.lines]
        added = enter_lines(file=file, told=told)
        file.seen, file.skipped = len(told) - added, sum(statement.skipped for statement in statements)
        file.save(update_fields=["seen", "skipped"])
        sent = [(statement.account, each) for statement in statements for each in statement.sent]
        sent_back = enter_sent_back(file=file, told=sent, by=by, now=now)
        settled = settle_queue(by=by, now=now)
    return Imported(
        file,
        added=added,
        booked=sum(not line.is_reversal for line in settled),
        amount=sum(line.amount for line in settled if not line.is_reversal),
        booked_back=sum(line.is_reversal for line in settled),
        queued=BankLine.objects.queue().count(),
        sent_back=sent_back,
    )


def lock_accounts() -> set[str]:
    """The IBANs by which the bank may name the accounts that invoices are or were payable to. Raises NoAccount.

    Whoever else imports or assigns waits here.
    """
    accounts = list(Creditor.objects.select_for_update(no_key=True).order_by("pk"))
    if not accounts:
        raise NoAccount
    named = [iban for account in accounts for iban in (account.iban, account.plain_iban)]
    before = Invoice.objects.order_by().values_list("payable_to__iban", flat=True).distinct()
    return {compact(iban) for iban in (*named, *before) if iban}


def ours(message: BankMessage, *, accounts: set[str]) -> list[Statement]:
    """The statements of the operator's accounts; those of others are none of our business."""
    if not message.statements:
        raise BankFileDamaged
    found = [statement for statement in message.statements if statement.account in accounts]
    if not found:
        raise BankFileOfAnotherAccount(message.statements[0].account)
    return found


def hashed(*parts: object) -> str:
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def booking_of(account: str, line: Line) -> str:
    """The identity of the booking that a line is a part of: the same in each file that tells of it."""
    day = line.booked_on.isoformat()
    return hashed(account, line.is_credit, line.is_reversal, day, compact(line.entry_ref) or line.value_date)


def enter_lines(*, file: BankFile, told: list[tuple[str, Line]]) -> int:
    """Make a row of each line that no file has told of yet, and complete what is known. Returns how many are new.

    Lines of one booking and amount are told apart by TELLS_APART; what can't be told apart is counted: a file that has
    it three times tells of three payments, and so does any number of such files.
    """
    groups: dict[str, list[BankLine]] = defaultdict(list)
    for account, line in told:
        row = row_of(file, account, line)
        groups[row.identity].append(row)
    known: dict[str, list[BankLine]] = defaultdict(list)
    bookings = {row.booking for rows in groups.values() for row in rows}
    for old in BankLine.objects.filter(booking__in=bookings).order_by("ordinal"):
        known[old.identity].append(old)
    new, completed = [], []
    for identity, rows in groups.items():
        pairs, left = paired(rows, known[identity])
        completed += [old for row, old in pairs if complete(old, row)]
        for ordinal, row in enumerate(left, start=len(known[identity])):
            row.ordinal = ordinal
            new.append(row)
    BankLine.objects.bulk_create(new, batch_size=500)
    BankLine.objects.bulk_update(completed, [*FILLED_IN, "is_total", "is_doubtful"], batch_size=500)
    cover_totals(bookings)
    return len(new)


def row_of(file: BankFile, account: str, line: Line) -> BankLine:
    booking = booking_of(account, line)
    names = (
        "amount",
        "currency",
        "booked_on",
        "value_date",
        "is_credit",
        "is_reversal",
        "is_total",
        "is_doubtful",
        *FILLED_IN,
    )
    told = {name: getattr(line, name) for name in names}
    of_what = (line.amount,) if line.currency == "CHF" else (line.amount, line.currency)
    return BankLine(file=file, account=account, booking=booking, identity=hashed(booking, *of_what), **told)


def paired(rows: list[BankLine], known: list[BankLine]) -> tuple[list[tuple[BankLine, BankLine]], list[BankLine]]:
    """Which of `rows` are which of `known`, each at most once; and those that are new.

    First those that all marks tell to be the same, then those that some do, and of the rest what fits best.
    """
    pairs: list[tuple[BankLine, BankLine]] = []
    for names in (TELLS_APART, *SAME_BY):
        free: dict[tuple[str, ...], list[BankLine]] = defaultdict(list)
        for old in known:
            free[marks(old, names)].append(old)
        left = []
        for row in rows:
            key = marks(row, names)
            same = next((old for old in free[key] if may_be_same(row, old)), None) if any(key) else None
            if same is None:
                left.append(row)
                continue
            free[key].remove(same)
            pairs.append((row, same))
        rows, known = left, [old for olds in free.values() for old in olds]
    fitting = ((row, old) for row in rows for old in known if may_be_same(row, old))
    new, taken = {id(row): row for row in rows}, set[int]()
    for row, old in sorted(fitting, key=lambda pair: (-alike(*pair), one_sided(*pair), pair[1].ordinal)):
        if id(row) in new and id(old) not in taken:
            taken.add(id(old))
            pairs.append((new.pop(id(row)), old))
    return pairs, list(new.values())


def marks(row: BankLine, names: tuple[str, ...] = TELLS_APART) -> tuple[str, ...]:
    return tuple(getattr(row, name) for name in names)


def may_be_same(one: BankLine, other: BankLine) -> bool:
    return all(a == b or not a or not b for a, b in zip(marks(one), marks(other), strict=True))


def alike(one: BankLine, other: BankLine) -> int:
    return sum(a == b != "" for a, b in zip(marks(one), marks(other), strict=True))


def one_sided(one: BankLine, other: BankLine) -> int:
    """How many marks only one of both has."""
    return sum(bool(a) != bool(b) for a, b in zip(marks(one), marks(other), strict=True))


def complete(old: BankLine, row: BankLine) -> bool:
    """What another file adds to a line. Whether it does."""
    before = [getattr(old, name) for name in FILLED_IN]
    for name in FILLED_IN:
        setattr(old, name, getattr(old, name) or getattr(row, name))
    is_better_told = old.is_total and not row.is_total
    if is_better_told:
        old.is_total, old.is_doubtful = False, row.is_doubtful
    return is_better_told or before != [getattr(old, name) for name in FILLED_IN]


def cover_totals(bookings: Iterable[str]) -> None:
    """The total of a batch counts for nothing once its parts are known. If staff have booked it, the parts don't."""
    totals = BankLine.objects.filter(booking__in=bookings, is_total=True).exclude(entry_ref="")
    for total in totals.exclude(state=BankLineState.COVERED):
        parts = BankLine.objects.filter(booking=total.booking, is_total=False)
        if total.state in BankLine.BOOKED_STATES:
            parts.queue().update(state=BankLineState.COVERED, charge=None)
        elif sum(parts.filter(currency=total.currency).values_list("amount", flat=True)) == total.amount:
            total.state, total.charge = BankLineState.COVERED, None
            total.save(update_fields=["state", "charge"])

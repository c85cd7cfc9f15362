"""One transfer for several invoices: staff say which, and how much is for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.models import User
from pooling.models import BankLine, BankLinePart, BankLineState, Charge, Receipt

from .bank import enter_receipt
from .bank_lines import bank_name_of, decide, entered_by_hand, left_of, lock_to_book, names
from .errors import NotAssignable, NothingToTakeBack, PartsDoNotFit
from .reversals import take_receipt_back


@dataclass(frozen=True)
class Part:
    """`amount` Rappen of a line are for `charge`. `was_entered`: staff have told of it by hand before."""

    charge: Charge
    amount: int
    was_entered: bool = False


@transaction.atomic
def split_line(*, line: BankLine, parts: list[Part], by: User, now: datetime) -> BankLine:
    """Book `line` for several charges, all parts or none. What is more than a charge owes goes back, as always.

    Of a line by which the bank took money back, each part is taken back from a payment for its charge.
    Raises PartsDoNotFit unless they sum to the line and each charge stands once; what assign_line raises.
    """
    line = lock_to_book(line, charges=[part.charge for part in parts])
    is_sound = len(parts) > 1 and all(part.amount >= 1 for part in parts)
    if not is_sound or len({part.charge.pk for part in parts}) < len(parts):
        raise PartsDoNotFit
    if sum(part.amount for part in parts) != line.amount:
        raise PartsDoNotFit
    for number, part in enumerate(parts, start=1):
        reference = f"{bank_name_of(line)}/{line.pk}.{number}"
        receipt = take_part_back if line.takes_back else enter_part
        BankLinePart.objects.create(line=line, receipt=receipt(line, part, reference, by, now))
    line.charge = None
    decide(line, BankLineState.SPLIT, by=by, now=now)
    return line


def enter_part(line: BankLine, part: Part, reference: str, by: User, now: datetime) -> Receipt:
    """The payment for one charge: new, or as somebody read it off the statement before.

    Raises NotAssignable if it was said to be entered and is not, or the other way round.
    """
    known = [each for each in entered_by_hand([part.charge])[part.charge.pk] if each.amount == part.amount]
    same = [each for each in known if part.was_entered or names(each, line)]
    if same:
        return same[0]
    if part.was_entered or any(each.value_date == line.value_date for each in known):
        raise NotAssignable
    return enter_receipt(
        charge=part.charge, amount=part.amount, value_date=line.value_date, reference=reference, by=by, now=now
    )


def take_part_back(line: BankLine, part: Part, reference: str, by: User, now: datetime) -> Receipt:
    """What the bank took back of one charge. Raises NothingToTakeBack."""
    came = Receipt.objects.filter(charge=part.charge, reverses=None).order_by("-value_date", "-pk")
    receipt = next((each for each in came if left_of(each) >= part.amount), None)
    if receipt is None:
        raise NothingToTakeBack
    return take_receipt_back(
        receipt=receipt,
        amount=part.amount,
        value_date=line.value_date,
        reference=f"{reference}/R",
        by=by,
        now=now,
    )

"""For which invoice a payment without a usable reference probably is: a proposal that staff confirm."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from pooling.models import BankLine, BankLineState, Charge, PaysBy

INVOICE_NUMBER = re.compile(r"\b\d{4}-\d{5}\b")
# Words that tell no organisation from another.
COMMON = {"verein", "stiftung", "association", "fondation", "associazione", "fondazione", "the", "der", "die", "und"}


def propose(lines: list[BankLine]) -> None:
    """Name the one open invoice that each line may be for: its number stands in the text, or amount and name agree.

    Where there is none, or more than one, the line waits without a proposal.
    """
    if not lines:
        return
    charges = Charge.objects.filter(pays_by=PaysBy.INVOICE).select_related("pledge__organisation", "invoice")
    by_number = {}
    by_amount: dict[int, list[tuple[Charge, set[str]]]] = defaultdict(list)
    for charge in charges.filter(state__in=Charge.INVOICED_STATES):
        by_number[charge.invoice.number] = by_number[charge.invoice.reference] = charge
        by_amount[charge.still_open].append((charge, words(charge.pledge.organisation.name)))
    changed = []
    for line in lines:
        names = [line.reference, *INVOICE_NUMBER.findall(line.text)]
        named = {by_number[name] for name in names if name in by_number}
        who = words(line.debtor)
        alike = [charge for charge, name in by_amount[line.amount] if who and name and (who <= name or name <= who)]
        found = list(named) or alike
        before = line.state, line.charge_id
        line.charge = found[0] if len(found) == 1 else None
        line.state = BankLineState.PROPOSED if line.charge else BankLineState.WAITING
        if before != (line.state, line.charge_id):
            changed.append(line)
    BankLine.objects.bulk_update(changed, ["state", "charge"], batch_size=500)


def words(name: str) -> set[str]:
    """The telling words of a name: without accents, case, and what many have in common."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return set(re.findall(r"[a-z0-9]{2,}", plain)) - COMMON

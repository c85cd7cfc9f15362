"""What the journal's sums have to be, for the tests of random lives."""

from __future__ import annotations

from django.db.models import Sum

from pooling.accounts.journal import journal
from pooling.accounts.money import money_of
from pooling.models import PayoutTo, Pool


def assert_the_journal_agrees(pool: Pool) -> None:
    """Amounts sum to net + drawn + absorbed - surplus paid; what moved, to what came in less what was sent back.

    What payers get of a surplus is in refunds, and so in the net already.
    """
    entries, money = journal(pool=pool), money_of(pool)
    paid_out = pool.payouts.exclude(to=PayoutTo.PAYER).aggregate(sum=Sum("amount"))["sum"] or 0
    assert sum(entry.amount for entry in entries) == money.net + money.drawn + money.absorbed - paid_out
    assert sum(entry.moved for entry in entries) == money.captured - money.refunded - money.charged_back

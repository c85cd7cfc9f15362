"""What staff enter from the bank's statement: payments by transfer that came, and refunds that they transferred.

The same bank reference counts once: entered again for the same thing it is an answer, for another one an error.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from members.models import User
from pooling.models import Charge, PaysBy, Pool, Receipt, Refund, RefundState, record
from pooling.models.invoice import compact

from . import invoice_letters, letters
from .backing import confirm_if_financed
from .errors import ReferenceTaken, WrongState
from .settlement import take_money


@transaction.atomic
def enter_receipt(
    *, charge: Charge, amount: int, value_date: date, reference: str, by: User | None, now: datetime
) -> Receipt:
    """`amount` Rappen (>= 1) arrived by transfer for `charge`, which was made to be paid by invoice.

    What is missing stays open; what is too much or not owed any more goes back, from this transaction on. `by` is None
    where a command imports it.
    Raises ReferenceTaken, WrongState for a charge that never had an invoice.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges=charge.pk)
    charge = (
        Charge.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pledge__organisation", "pledge__method", "invoice")
        .get(pk=charge.pk)
    )
    charge.pledge.pool = pool
    if charge.pays_by != PaysBy.INVOICE:
        raise WrongState
    reference = compact(reference)
    if known := Receipt.objects.filter(reference=reference).first():
        if (known.charge_id, known.amount, known.value_date) != (charge.pk, amount, value_date):
            raise ReferenceTaken
        return known
    try:
        with transaction.atomic():
            receipt = Receipt.objects.create(
                charge=charge, amount=amount, value_date=value_date, reference=reference, entered_by=by, entered_at=now
            )
    except IntegrityError as taken:  # for another pool, in the same moment
        raise ReferenceTaken from taken
    kept = take_money(pool=pool, charge=charge, source=receipt, by=by, now=now)
    invoice_letters.tell_received(receipt=receipt, kept=kept, now=now)
    confirm_if_financed(pool=pool, now=now)
    return receipt


@transaction.atomic
def enter_payout(*, refund: Refund, paid_on: date, reference: str, by: User | None, now: datetime) -> Refund:
    """Staff have transferred a refund that no provider can send, or that one could not send. `by` is None where a
    command read that in a file of the bank.

    Raises ReferenceTaken, WrongState for a refund that does not wait for staff.
    """
    pool = Pool.objects.select_for_update(no_key=True, of=("self",)).get(pledges__charges__refunds=refund.pk)
    refund = (
        Refund.objects.select_for_update(no_key=True, of=("self",))
        .select_related("charge__pledge__organisation", "charge__pledge__method", "attempt", "receipt")
        .get(pk=refund.pk)
    )
    refund.charge.pledge.pool = pool
    reference = compact(reference)
    if refund.state == RefundState.PAID_OUT and refund.paid_ref == reference:
        return refund
    if not refund.waits_for_staff:
        raise WrongState
    if Refund.objects.filter(paid_ref=reference).exists():
        raise ReferenceTaken
    refund.state, refund.settled_at = RefundState.PAID_OUT, now
    refund.paid_on, refund.paid_ref, refund.paid_by = paid_on, reference, by
    try:
        with transaction.atomic():
            refund.save()
    except IntegrityError as taken:
        raise ReferenceTaken from taken
    pledge = refund.charge.pledge
    amount = refund.amount
    record(pool, "refund_paid_out", now=now, by=by, pledge=pledge, charge=refund.charge, refund=refund, amount=amount)
    letters.tell_refunded(refund=refund, now=now)
    return refund

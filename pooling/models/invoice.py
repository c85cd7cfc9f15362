"""The invoice by which a charge is to be paid, and the operator's account that it is paid to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

# The first reminder of an invoice goes out so long before it is due, in the middle of the term if that is later.
FIRST_REMINDER = timedelta(days=7)


def validate_iban(value: str) -> None:
    """A Swiss or Liechtenstein IBAN (ISO 13616), plain or a QR-IBAN."""
    iban = compact(value)
    is_swiss = len(iban) == 21 and iban[:2] in ("CH", "LI") and iban.isascii() and iban.isalnum()
    if not is_swiss or int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 != 1:
        raise ValidationError(_("This is no IBAN of an account in Switzerland or Liechtenstein."), code="iban")


def is_qr_iban(value: str) -> bool:
    """Whether payments to this IBAN need a QR reference: its bank's number (QR-IID) is one of 30000 to 31999."""
    bank = compact(value)[4:9]
    return bank.isascii() and bank.isdigit() and 30_000 <= int(bank) <= 31_999


def compact(value: str) -> str:
    """As it is compared: without spaces, in capitals."""
    return "".join(value.split()).upper()


class Creditor(models.Model):
    """Whom organisations pay by invoice: the operator, as its bank knows it. Without one nobody can pay by invoice."""

    name = models.CharField(_("name of the account's holder"), max_length=70)
    street = models.CharField(_("street"), max_length=70)
    house_number = models.CharField(_("house number"), max_length=16, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16)
    town = models.CharField(_("town"), max_length=35)
    iban = models.CharField(_("IBAN"), max_length=34, validators=[validate_iban])

    class Meta:
        verbose_name = _("account for invoices")
        verbose_name_plural = _("account for invoices")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.iban = compact(self.iban)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    @property
    def account(self) -> str:
        """The IBAN in groups of four, as people read it."""
        iban = compact(self.iban)
        return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))

    @property
    def address(self) -> str:
        """In one line."""
        return f"{self.name}, {f'{self.street} {self.house_number}'.strip()}, {self.postcode} {self.town}"


class NumberSeries(models.Model):
    """The last number that an invoice of `year` has. The row is locked until the invoice is there, so that numbers have
    no gaps: a transaction that fails takes its numbers back.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    objects: ClassVar = models.Manager["NumberSeries"]()

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


def take_numbers(count: int, *, now: datetime) -> list[str]:
    """The next `count` numbers of the year, e.g. "2027-00042": for invoices that this very transaction makes.

    Lock the pool first. Whoever else wants a number waits until this transaction ends.
    """
    if count < 1:
        return []
    year = localtime(now).year
    NumberSeries.objects.bulk_create([NumberSeries(year=year)], ignore_conflicts=True)
    series = NumberSeries.objects.select_for_update(no_key=True).get(year=year)
    first, series.last = series.last + 1, series.last + count
    series.save(update_fields=["last"])
    return [f"{year}-{number:05d}" for number in range(first, series.last + 1)]


class Invoice(models.Model):
    """One charge by invoice. It is due at the end of its term; the mending window runs from then.

    `number` is what people call it, one after the other without a gap; `reference` (QRR or SCOR, without spaces) is
    what the bank says when it was paid.
    """

    charge = models.OneToOneField("pooling.Charge", on_delete=models.PROTECT, related_name="invoice")
    number = models.CharField(_("invoice number"), max_length=20, unique=True)
    reference = models.CharField(_("reference"), max_length=27, unique=True)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()

    objects: ClassVar = models.Manager["Invoice"]()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(issued_at__lt=F("due_at")), name="invoice_has_a_term"),
            models.CheckConstraint(condition=~Q(number="") & ~Q(reference=""), name="invoice_has_its_number"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def first_reminder_at(self) -> datetime:
        return self.due_at - min(FIRST_REMINDER, (self.due_at - self.issued_at) / 2)

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
    """A Swiss or Liechtenstein IBAN (ISO 13616) that takes a transfer without a QR reference."""
    iban = compact(value)
    is_swiss = len(iban) == 21 and iban[:2] in ("CH", "LI") and iban.isascii() and iban.isalnum()
    if not is_swiss or int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 != 1:
        raise ValidationError(_("This is no IBAN of an account in Switzerland or Liechtenstein."), code="iban")
    if iban[4:9].isdigit() and 30_000 <= int(iban[4:9]) <= 31_999:
        raise ValidationError(
            _("This is a QR-IBAN. It takes QR-bills only; please give the account's plain IBAN."), code="qr_iban"
        )


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


class Invoice(models.Model):
    """One charge by invoice. It is due at the end of its term; the mending window runs from then."""

    charge = models.OneToOneField("pooling.Charge", on_delete=models.PROTECT, related_name="invoice")
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()

    objects: ClassVar = models.Manager["Invoice"]()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(issued_at__lt=F("due_at")), name="invoice_has_a_term")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people name when they pay. Unique, because the row's own number is in it."""
        return f"{localtime(self.issued_at):%Y}-{self.pk:05d}"

    @property
    def first_reminder_at(self) -> datetime:
        return self.due_at - min(FIRST_REMINDER, (self.due_at - self.issued_at) / 2)

"""The invoice by which a charge is to be paid, and the operator's account that it is paid to."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from members.models import LANGUAGES
from members.models.uid import normalise_uid, validate_uid
from pooling.money import RappenField

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


def not_permitted(text: str) -> list[str]:
    """The characters of `text` that a QR-bill can't carry, each once (SIX Implementation Guidelines QR-bill 2.3,
    section 4.1.1: Basic Latin, Latin-1 Supplement and Latin Extended-A without control characters, and a few more).
    """
    return list(dict.fromkeys(character for character in text if not is_permitted(character)))


def is_permitted(character: str) -> bool:
    return " " <= character <= "~" or "\u00a0" <= character <= "\u017f" or character in "\u0218\u0219\u021a\u021b\u20ac"


# What word processors type for characters that a bill can carry.
TYPOGRAPHIC = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u2009\u202f\t\r\n", " "),
        "\u2026": "...",
        "\u2022": "*",
        "\u00ad": "",
        "\u200b": "",
    }
)


def as_bill_text(text: str) -> str:
    """`text` in one line, its accents joined to their letters, with plain quotation marks and dashes: no letter is
    changed.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(TYPOGRAPHIC).split())


def validate_bill_text(value: str) -> None:
    """Refuses what a QR-bill can't carry. Raises ValidationError with a sentence."""
    if wrong := not_permitted(as_bill_text(value)):
        raise ValidationError(
            _("A QR-bill can't carry these characters: %(characters)s. Please use Latin letters."),
            code="characters",
            params={"characters": " ".join(wrong)},
        )


def compact(value: str) -> str:
    """As it is compared: without spaces, in capitals."""
    return "".join(value.split()).upper()


class Creditor(models.Model):
    """Whom organisations pay by invoice: the operator, as its bank knows it. Without one nobody can pay by invoice."""

    name = models.CharField(_("name of the account's holder"), max_length=70, validators=[validate_bill_text])
    street = models.CharField(_("street"), max_length=70, validators=[validate_bill_text])
    house_number = models.CharField(_("house number"), max_length=16, blank=True, validators=[validate_bill_text])
    postcode = models.CharField(_("postcode"), max_length=16, validators=[validate_bill_text])
    town = models.CharField(_("town"), max_length=35, validators=[validate_bill_text])
    country = models.CharField(
        _("country"), max_length=2, choices=[("CH", _("Switzerland")), ("LI", _("Liechtenstein"))], default="CH"
    )
    iban = models.CharField(
        _("IBAN"),
        max_length=34,
        validators=[validate_iban],
        help_text=_("The plain IBAN, or the QR-IBAN. Invoices that were sent keep the one that they name."),
    )
    uid = models.CharField(
        _("UID"),
        max_length=15,
        blank=True,
        validators=[validate_uid],
        help_text=_("Invoices with VAT name it. Leave it empty if the operator is not registered for VAT."),
    )
    plain_iban = models.CharField(
        _("plain IBAN of the same account"),
        max_length=34,
        blank=True,
        validators=[validate_iban],
        help_text=_("Only if the IBAN above is a QR-IBAN: the bank's files name the account by its plain IBAN."),
    )

    class Meta:
        verbose_name = _("account for invoices")
        verbose_name_plural = _("account for invoices")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.iban, self.plain_iban = compact(self.iban), compact(self.plain_iban)
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came

    def clean(self) -> None:
        super().clean()
        if self.uid:
            self.uid = normalise_uid(self.uid)


ADDRESS_FIELDS = ("name", "street", "house_number", "postcode", "town", "country")


def address_of(holder: object) -> dict[str, str]:
    """The structured address of an organisation or a creditor as it is now, to be kept with an invoice."""
    return {field: str(getattr(holder, field)) for field in ADDRESS_FIELDS}


class NumberSeries(models.Model):
    """The last number that an invoice or credit note of `year` has. The row is locked until that is there, so that
    numbers have no gaps: a transaction that fails takes its numbers back.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    first = models.PositiveIntegerField(default=1)  # older ones were made of row numbers, and may have gaps
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
    what the bank says when it was paid. What an invoice says does not change once it was sent: who sent it to whom, to
    which account it is payable, and for what, is kept here.
    """

    charge = models.OneToOneField("pooling.Charge", on_delete=models.PROTECT, related_name="invoice")
    number = models.CharField(_("invoice number"), max_length=20, unique=True)
    reference = models.CharField(_("reference"), max_length=27, unique=True)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    language = models.CharField(max_length=2, choices=LANGUAGES)
    title = models.CharField(max_length=255)  # of the workshop
    payable_to = models.JSONField(default=dict)  # ADDRESS_FIELDS, iban and uid; empty where there was no account
    billed_to = models.JSONField()  # ADDRESS_FIELDS

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

    @property
    def iban(self) -> str:
        """Of the account that it is payable to, in groups of four, as people read it."""
        iban = compact(self.payable_to.get("iban", ""))
        return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))

    @property
    def payee(self) -> str:
        """Whom it is payable to, in one line."""
        to = self.payable_to
        return (
            f"{to['name']}, {to['street']} {to['house_number']}".strip() + f", {to['postcode']} {to['town']}"
            if to
            else ""
        )

    @property
    def reference_in_groups(self) -> str:
        """As it is printed: a QR reference as 2 and five times 5 digits, a Creditor Reference in fours."""
        text = self.reference
        if text.startswith("RF"):
            return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
        return " ".join([text[:2], *(text[at : at + 5] for at in range(2, len(text), 5))])


class WriteOff(models.Model):
    """The operator's books no longer count on `amount` Rappen of an invoice, which stays owed (docs/decisions/0014).

    Kept as it was decided: what comes after all is taken as always, and lowers what is lost.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="write_off")
    amount = RappenField()
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = models.Manager["WriteOff"]()

    class Meta:
        verbose_name = _("write-off")
        verbose_name_plural = _("write-offs")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1) & ~Q(reason=""), name="write_off_says_what_and_why"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.amount}"


class CreditReason(models.TextChoices):
    CALLED_OFF = "called_off", _("The workshop was called off.")
    DROPPED = "dropped", _("The amount did not arrive in time, and the pledge ended.")
    OTHER_WAY = "other_way", _("The pledge is paid by card instead.")


class CreditNote(models.Model):
    """An invoice is not to be paid any more, or was paid and goes back: the note is of the whole of its amount, so that
    the two come to nothing. Money that arrived goes back as refunds, whose rows tell so.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="credit_note")
    number = models.CharField(_("invoice number"), max_length=20, unique=True)
    amount = RappenField()
    reason = models.CharField(max_length=10, choices=CreditReason.choices)
    issued_at = models.DateTimeField()

    objects: ClassVar = models.Manager["CreditNote"]()

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1) & ~Q(number=""), name="credit_note_is_of_something"),
            models.CheckConstraint(condition=Q(reason__in=CreditReason.values), name="credit_note_reason_is_known"),
        ]

    def __str__(self) -> str:
        return self.number

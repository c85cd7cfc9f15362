"""What is known of an organisation: of those that take part, and of those that would like to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .uid import normalise_uid, validate_uid
from .user import LANGUAGES

CANTONS = [
    (code, code)
    for code in (
        *("AG", "AI", "AR", "BE", "BL", "BS", "FR", "GE", "GL", "GR", "JU", "LU", "NE"),
        *("NW", "OW", "SG", "SH", "SO", "SZ", "TG", "TI", "UR", "VD", "VS", "ZG", "ZH"),
    )
]


class LegalForm(models.TextChoices):
    ASSOCIATION = "association", _("Association")
    FOUNDATION = "foundation", _("Foundation")
    COOPERATIVE = "cooperative", _("Cooperative")
    LIMITED_COMPANY = "limited_company", _("Limited company")
    PUBLIC_BODY = "public_body", _("Public body")


class Size(models.TextChoices):
    """How many people are paid for their work there."""

    NONE = "none", _("volunteers only")
    FEW = "1-5", _("1 to 5 employees")
    SOME = "6-20", _("6 to 20 employees")
    MANY = "21-50", _("21 to 50 employees")
    MORE = "51+", _("more than 50 employees")


class Details(models.Model):
    """The address is structured as QR-bills need it (SIX Implementation Guidelines 2.3, address type S)."""

    name = models.CharField(_("name"), max_length=70)
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm.choices)
    uid = models.CharField(
        _("UID"),
        max_length=15,
        blank=True,
        validators=[validate_uid],
        help_text=_("For example CHE-109.322.551. Leave it empty if there is none."),
    )
    street = models.CharField(_("street"), max_length=70, blank=True)
    house_number = models.CharField(_("number"), max_length=16, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16)
    town = models.CharField(_("town"), max_length=35)
    country = models.CharField(_("country"), max_length=2, default="CH")
    canton = models.CharField(_("canton"), max_length=2, choices=CANTONS)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=LANGUAGES,
        default="de",
        help_text=_("Letters and invoices are written in it."),
    )
    website = models.URLField(_("website"), blank=True)
    size = models.CharField(_("size"), max_length=5, choices=Size.choices, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if self.uid:
            self.uid = normalise_uid(self.uid)

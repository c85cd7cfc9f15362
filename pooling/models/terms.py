"""What a pool promises, frozen when it opens, and an organisation's consent to it (DESIGN.md section 5, "Terms" and
"Consent").
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField

if TYPE_CHECKING:
    from datetime import datetime

LEAST_SHARE = 50  # Rappen: no provider moves less (STRIPE.md)


def days_later(moment: datetime, days: int) -> datetime:
    """The same hour so many days later, as a calendar and a clock in Switzerland count: where clocks change meanwhile,
    that is an hour more or less.
    """
    here = moment.astimezone(timezone.get_default_timezone())
    return (here + timedelta(days=days)).astimezone(UTC)


class Pricing(models.TextChoices):
    FIXED = "fixed", _("fixed price per share")
    SPLIT = "split", _("the cost is split over the shares")


class SurplusRule(models.TextChoices):
    PAYERS = "payers", _("back to those who paid")
    FUND = "fund", _("to the solidarity fund")


class Terms(models.Model):
    """The figures of a pool. Amounts are Rappen and gross; times are moments, shown in Europe/Zurich."""

    cost = RappenField(_("cost of the workshop"))
    subsidy = RappenField(_("subsidy"), default=0)
    ceiling = RappenField(_("ceiling per share"), help_text=_("The most that one share can cost."))
    seats_per_share = models.PositiveSmallIntegerField(
        _("seats per share"), default=1, validators=[MinValueValidator(1)]
    )
    minimum = models.PositiveIntegerField(_("minimum number of shares"), default=1, validators=[MinValueValidator(1)])
    capacity = models.PositiveIntegerField(_("shares at most"), validators=[MinValueValidator(1)])
    pricing = models.CharField(_("pricing"), max_length=8, choices=Pricing.choices, default=Pricing.FIXED)
    surplus_rule = models.CharField(_("surplus"), max_length=8, choices=SurplusRule.choices, default=SurplusRule.PAYERS)
    closes_at = models.DateTimeField(_("closing time"))
    starts_at = models.DateTimeField(_("start of the workshop"))
    invoice_days = models.PositiveSmallIntegerField(_("invoice term in days"), default=30)
    mending_days = models.PositiveSmallIntegerField(_("mending window in days"), default=7)
    tax_rate = models.PositiveSmallIntegerField(
        _("VAT in hundredths of a per cent"),
        null=True,
        blank=True,
        help_text=_("Empty where exempt or not registered; 810 is 8.1 %."),
    )
    legal_version = models.CharField(_("version of the legal terms"), max_length=20)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(subsidy__gte=0) & Q(subsidy__lt=F("cost")), name="%(class)s_subsidy_is_below_cost"
            ),
            models.CheckConstraint(
                condition=Q(ceiling__gte=LEAST_SHARE), name="%(class)s_share_costs_at_least_50_rappen"
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=1) & Q(seats_per_share__gte=1) & Q(minimum__lte=F("capacity")),
                name="%(class)s_minimum_fits",
            ),
            models.CheckConstraint(
                condition=Q(cost__lte=F("subsidy") + F("capacity") * F("ceiling")),
                name="%(class)s_threshold_fits_capacity",
            ),
            models.CheckConstraint(condition=Q(closes_at__lt=F("starts_at")), name="%(class)s_closes_before_start"),
            models.CheckConstraint(
                condition=Q(pricing__in=Pricing.values) & Q(surplus_rule__in=SurplusRule.values),
                name="%(class)s_rules_are_known",
            ),
            models.CheckConstraint(
                condition=Q(pricing="fixed") | Q(cost__gte=F("subsidy") + LEAST_SHARE * F("capacity")),
                name="%(class)s_split_share_costs_at_least_50_rappen",
            ),
        ]

    @property
    def to_raise(self) -> int:
        """C: what the shares have to bring, in Rappen."""
        return self.cost - self.subsidy

    @property
    def threshold(self) -> int:
        """N0 = max(minimum, ceil(C / M)): from so many standing shares on the workshop is financed."""
        return max(self.minimum, -(-self.to_raise // self.ceiling))

    @property
    def is_split(self) -> bool:
        """Whether a share costs less, the more of them stand."""
        return self.pricing == Pricing.SPLIT

    def price_at(self, shares: int) -> int:
        """The most that one of `shares` standing shares costs, in Rappen. Below the threshold nobody pays anything."""
        return -(-self.to_raise // shares) if self.is_split else self.ceiling

    def worth_of(self, shares: int) -> int:
        """What `shares` standing shares bring at most, in Rappen."""
        at_most = shares * self.ceiling
        return min(at_most, self.to_raise) if self.is_split else at_most

    @property
    def settles_by(self) -> datetime:
        """When the last payment can have come: closing time, invoice term and mending window."""
        return days_later(self.closes_at, self.invoice_days + self.mending_days)

    def problems(self) -> Iterator[tuple[str, str | Promise]]:
        """Pairs of field and sentence for what these terms break of DESIGN.md section 5; nothing if they are sound."""
        if not 0 <= self.subsidy < self.cost:
            yield "subsidy", _("The subsidy must be lower than the cost.")
        elif self.ceiling < LEAST_SHARE:
            yield "ceiling", _("A share must cost at least CHF 0.50.")
        elif self.threshold > self.capacity:
            yield (
                "capacity",
                _(
                    "With this ceiling and these shares the cost can't be reached. More shares or a higher ceiling "
                    "are needed."
                ),
            )
        elif self.is_split and self.to_raise // self.capacity < LEAST_SHARE:
            yield (
                "capacity",
                _("If all shares are taken, one costs less than CHF 0.50. Fewer shares or a higher cost are needed."),
            )
        if self.settles_by > self.starts_at:
            yield (
                "closes_at",
                _("Between closing time and the start there must be room for the invoice term and the mending window."),
            )


class Acceptance(models.Model):
    """An administrator accepted a pool's terms for so many shares.

    Kept as it was: the figures, the version, who and when.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pledge = models.ForeignKey("pooling.Pledge", on_delete=models.PROTECT, related_name="acceptances")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    shares = models.PositiveIntegerField()
    most = RappenField()  # the most that these shares can cost
    legal_version = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    is_former = models.BooleanField(default=False)  # of an organisation that held the pledge before

    class Meta:
        verbose_name = _("acceptance of terms")
        verbose_name_plural = _("acceptances of terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(shares__gte=1) & Q(most__gte=LEAST_SHARE), name="acceptance_is_of_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id} {self.legal_version} {self.accepted_at:%Y-%m-%d}"

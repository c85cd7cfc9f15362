"""An organisation's pledge of shares, and the share slots that carry what each costs."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from pooling.money import RappenField

from .method import PaysBy
from .pool import Pool

# How long places are held while a card or TWINT mandate is being given. Checkout lives 31 minutes, so it ends first
# (DESIGN.md section 5).
HOLD = timedelta(minutes=35)
# How long an offer to somebody on the waiting list holds its places, if the pool does not close before.
OFFER_HOLD = timedelta(hours=48)


class PledgeState(models.TextChoices):
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("shares are offered")
    PENDING = "pending", _("waits for a payment method")
    STANDING = "standing", _("stands")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("expired")
    DROPPED = "dropped", _("ended: the payment did not arrive")


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def live(self) -> PledgeQuerySet:
        return self.filter(state__in=Pledge.LIVE_STATES)

    def placed(self) -> PledgeQuerySet:
        """Live ones whose terms are accepted: all but those on the waiting list and those with an offer."""
        return self.filter(state__in=Pledge.PLACED_STATES)

    def listed(self) -> PledgeQuerySet:
        """On the waiting list, with an offer or without, in order of joining."""
        return self.filter(state__in=Pledge.LISTED_STATES).order_by("pk")

    def waiting(self) -> PledgeQuerySet:
        """Those without an offer so far, the first in line first."""
        return self.filter(state=PledgeState.WAITING).order_by("pk")

    def offered(self) -> PledgeQuerySet:
        return self.filter(state=PledgeState.OFFERED)

    def unanswered(self, *, now: datetime) -> PledgeQuerySet:
        """Those whose offer has run out."""
        return self.offered().filter(held_until__lte=now)

    def standing(self) -> PledgeQuerySet:
        return self.filter(state=PledgeState.STANDING)

    def pending(self) -> PledgeQuerySet:
        return self.filter(state=PledgeState.PENDING)

    def dropped(self) -> PledgeQuerySet:
        return self.filter(state=PledgeState.DROPPED)

    def overdue(self, *, now: datetime) -> PledgeQuerySet:
        """Pending ones whose hold has run out."""
        return self.pending().filter(held_until__lte=now)


class Pledge(models.Model):
    """`shares` of `pool` for `organisation`. One live pledge per organisation and pool.

    On the waiting list `shares` is what the organisation wishes, in an offer what is offered; neither has slots, since
    no terms are accepted yet.
    """

    LISTED_STATES: ClassVar = (PledgeState.WAITING, PledgeState.OFFERED)
    PLACED_STATES: ClassVar = (PledgeState.PENDING, PledgeState.STANDING)
    LIVE_STATES: ClassVar = (*LISTED_STATES, *PLACED_STATES)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="pledges")
    organisation = models.ForeignKey("members.Organisation", on_delete=models.PROTECT, related_name="pledges")
    shares = models.PositiveIntegerField()
    wished = models.PositiveIntegerField(null=True)  # shares, where it came by the waiting list
    state = models.CharField(max_length=10, choices=PledgeState.choices)
    method = models.ForeignKey("pooling.SavedMethod", null=True, on_delete=models.PROTECT, related_name="pledges")
    pays_by = models.CharField(max_length=8, choices=PaysBy.choices, default=PaysBy.CARD)
    customer_reference = models.CharField(_("your reference"), max_length=70, blank=True)  # the organisation's own
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    awaits_approval = models.BooleanField(default=False)  # stays true where the pledge ended without one
    stands_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "organisation"],
                condition=Q(state__in=["waiting", "offered", "pending", "standing"]),
                name="pledge_is_one_per_organisation",
            ),
            models.CheckConstraint(condition=Q(shares__gte=1), name="pledge_has_shares"),
            models.CheckConstraint(condition=Q(state__in=PledgeState.values), name="pledge_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["offered", "pending"]) | Q(held_until__isnull=False),
                name="pledge_pending_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "offered"])
                | Q(wished__isnull=False, wished__gte=F("shares"), method=None),
                name="pledge_on_the_list_is_not_agreed_yet",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(held_until=None), name="pledge_waiting_holds_nothing"
            ),
            models.CheckConstraint(
                condition=~Q(state="standing")
                | Q(stands_since__isnull=False) & (Q(method__isnull=False) | Q(pays_by__in=["invoice", "twint"])),
                name="pledge_standing_has_a_method",
            ),
            models.CheckConstraint(
                condition=Q(pays_by="card") | Q(pays_by__in=["invoice", "twint"], method=None),
                name="pledge_pays_in_one_way",
            ),
            models.CheckConstraint(
                condition=~Q(state="standing") | Q(awaits_approval=False), name="pledge_standing_is_approved"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def most(self) -> int:
        """The most that it can cost, in Rappen: what the organisation agreed to."""
        return self.shares * self.pool.ceiling

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE_STATES

    @property
    def is_listed(self) -> bool:
        """Whether it is on the waiting list, with an offer or without: it has cost and promised nothing."""
        return self.state in self.LISTED_STATES

    def is_offered(self, *, now: datetime) -> bool:
        """Whether there is an offer that may still be answered: read under the pool's lock where it decides."""
        return self.state == PledgeState.OFFERED and self.held_until is not None and now < self.held_until

    def is_held(self, *, now: datetime) -> bool:
        """Whether its places are held while something is missing: read under the pool's lock where it decides."""
        return self.state == PledgeState.PENDING and self.held_until is not None and now < self.held_until

    @property
    def seats(self) -> int:
        """How many people it may send."""
        return self.shares * self.pool.seats_per_share

    @property
    def unnamed_seats(self) -> int:
        """How many of them are free: given to nobody, and nobody is named for them."""
        return self.seats - self.seat_gifts.live().number() - self.attendees.coming().count()


class SlotQuerySet(models.QuerySet["Slot"]):
    def freed(self) -> SlotQuerySet:
        """Slots of dropped pledges that nobody has filled again."""
        return self.filter(pledge__state=PledgeState.DROPPED, refilled_by=None)

    def locked(self) -> SlotQuerySet:
        """What the cost is spread over: slots that are held, and those that were dropped and not filled again."""
        return self.filter(
            Q(pledge__state=PledgeState.STANDING) | Q(pledge__state=PledgeState.DROPPED, refilled_by=None)
        )


class Slot(models.Model):
    """One share of a pledge. Its amount is empty until prices lock; ids run in order of pledging.

    A dropped pledge keeps its slots. `refills` names the freed one whose place and amount this one took.
    """

    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, related_name="slots")
    amount = RappenField(null=True)  # type: ignore[misc]  # a field of ours, so the plugin can not see that it may be empty
    refills = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="refilled_by")

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="slot_amount_is_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.pledge_id}: {self.amount}"

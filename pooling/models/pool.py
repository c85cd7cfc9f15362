"""A pool finances one workshop. It knows the workshop's page by `page_key` only."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from .terms import Terms

# A place that a dropped pledge freed may be filled again until so long before the start (DESIGN.md section 5).
REFILLS_END = timedelta(days=14)


class PoolState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open for pledges")
    FUNDED = "funded", _("Threshold reached, payments are under way")
    SHORT = "short", _("Money is missing")
    CONFIRMED = "confirmed", _("Takes place")
    CLOSED = "closed", _("Settled")
    LAPSED = "lapsed", _("Did not come about")
    CANCELLED = "cancelled", _("Called off")


class PoolQuerySet(models.QuerySet["Pool"]):
    def public(self) -> PoolQuerySet:
        """Those that were published."""
        return self.exclude(state=PoolState.DRAFT)

    def waited_for(self) -> PoolQuerySet:
        """Those with a waiting list."""
        return self.filter(waiting__gt=0)

    def open(self) -> PoolQuerySet:
        return self.filter(state=PoolState.OPEN)

    def overdue(self, *, now: datetime) -> PoolQuerySet:
        """Open ones whose closing time has come."""
        return self.open().filter(closes_at__lte=now)


class Pool(Terms):
    """One workshop's financing.

    `held`, `offered` and `standing` count shares of pending, offered and standing pledges, `freed` those of dropped
    ones that nobody has filled again; `waiting` counts the pledges on the waiting list that have no offer. They are
    kept under the pool's row lock, so that the database itself refuses a share too many; `check_money` recounts them.
    """

    OPEN_STATES: ClassVar = (PoolState.OPEN, PoolState.FUNDED, PoolState.SHORT, PoolState.CONFIRMED)
    # Prices are locked and the workshop is to be held: what is owed is collected, a place that is freed may be filled.
    FINANCED_STATES: ClassVar = (PoolState.FUNDED, PoolState.SHORT, PoolState.CONFIRMED)
    # What pledges owe stays owed: a payment that is still open when the pool is closed can be made afterwards.
    OWING_STATES: ClassVar = (*FINANCED_STATES, PoolState.CLOSED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    page_key = models.UUIDField(_("key of the workshop's page"), unique=True)
    state = models.CharField(_("state"), max_length=10, choices=PoolState.choices, default=PoolState.DRAFT)
    held = models.PositiveIntegerField(default=0, editable=False)
    offered = models.PositiveIntegerField(default=0, editable=False)
    standing = models.PositiveIntegerField(default=0, editable=False)
    waiting = models.PositiveIntegerField(default=0, editable=False)
    freed = models.PositiveIntegerField(default=0, editable=False)
    extended_from = models.DateTimeField(_("closing time before the extension"), null=True, editable=False)
    opened_at = models.DateTimeField(null=True, editable=False)
    funded_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = PoolQuerySet.as_manager()

    class Meta(Terms.Meta):
        abstract = False
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        ordering = ["closes_at", "pk"]
        constraints = [
            *Terms.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=PoolState.values), name="pool_state_is_known"),
            models.CheckConstraint(
                condition=Q(capacity__gte=F("held") + F("offered") + F("standing")),
                name="pool_holds_at_most_its_capacity",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "lapsed"], funded_at=None)
                | Q(state__in=["funded", "short", "confirmed", "closed"], funded_at__isnull=False)
                | Q(state="cancelled"),
                name="pool_is_funded_once_prices_are_locked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "closed"]) | Q(confirmed_at__isnull=False),
                name="pool_confirmed_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(extended_from=None) | Q(extended_from__lt=F("closes_at")), name="pool_is_extended_to_later"
            ),
        ]

    def __str__(self) -> str:
        return self.title()

    @property
    def places_left(self) -> int:
        """Shares that nobody holds. `open_places` says how many of them can be pledged now."""
        return max(0, self.capacity - self.reserved - self.standing)

    @property
    def reserved(self) -> int:
        """Shares that are held until a method, an approval or the answer to an offer is there."""
        return self.held + self.offered

    @property
    def refills_until(self) -> datetime:
        """Until when a freed place may be filled again."""
        return self.starts_at - REFILLS_END

    @property
    def last_call(self) -> datetime:
        """From when on no place can be taken any more, not even one that is freed."""
        return max(self.closes_at, self.refills_until)

    def open_places(self, *, now: datetime) -> int:
        """Shares that can be pledged now. None while anybody waits: then newcomers join the waiting list."""
        return 0 if self.waiting else self.free_places(now=now)

    def has_waiting_list(self, *, now: datetime) -> bool:
        """Whether one can join the waiting list: all is taken or promised, and the pool still accepts."""
        return self.accepts(now=now) and self.open_places(now=now) == 0

    def free_places(self, *, now: datetime) -> int:
        """Shares that nobody holds and that may still stand: until the pool closes all that are left, then those that
        were freed. While anybody waits they are offered, the first in line first.
        """
        if self.takes_new_shares(now=now):
            return self.places_left
        if self.state in self.FINANCED_STATES and now < self.refills_until:
            return min(self.places_left, max(0, self.freed - self.reserved))
        return 0

    def takes_new_shares(self, *, now: datetime) -> bool:
        """Whether a share may stand that takes no freed place: until closing time, and where the cost is split only
        while prices are not locked.
        """
        takes = (PoolState.OPEN,) if self.is_split else self.OPEN_STATES
        return now < self.closes_at and self.state in takes

    def awaits_new_slots(self, *, now: datetime) -> bool:
        """Whether a share that nobody has paid for yet may still come: before closing, where not all shares stand.

        Filling a freed place again makes no new one.
        """
        return self.takes_new_shares(now=now) and self.standing < self.capacity

    def locks_prices(self, *, now: datetime) -> bool:
        """Whether the prices of an open pool lock now: fixed ones as soon as the threshold stands; where the cost is
        split, with the threshold at closing time, or when all shares stand (DESIGN.md section 5, "pricing").
        """
        if self.state != PoolState.OPEN or self.standing < self.threshold:
            return False
        return not self.is_split or self.standing >= self.capacity or now >= self.closes_at

    @property
    def missing(self) -> int:
        """Shares that are missing to the threshold."""
        return max(0, self.threshold - self.standing)

    def accepts(self, *, now: datetime) -> bool:
        """Whether another share may still stand: read under the pool's lock where it decides.

        From then on it only takes the place of one that was freed.
        """
        if self.takes_new_shares(now=now):
            return True
        return self.freed > 0 and self.state in self.FINANCED_STATES and now < self.refills_until

    def accepts_until(self, *, now: datetime) -> datetime:
        """When it stops accepting what it accepts now."""
        return self.closes_at if self.takes_new_shares(now=now) else self.refills_until

    def next_turn(self, *, now: datetime) -> datetime | None:
        """When time alone will next change what is said of the pool."""
        turns = (self.closes_at, self.refills_until, self.starts_at)
        return min((moment for moment in turns if now < moment), default=None)

    @property
    def state_label(self) -> str:
        """The state as people read it: while the price still falls, that the threshold is reached is news."""
        if self.is_falling and not self.missing:
            return gettext("Threshold reached, the price still falls")
        return str(self.get_state_display())

    @property
    def is_falling(self) -> bool:
        """Whether each further share still makes all of them cheaper."""
        return self.is_split and self.state == PoolState.OPEN

    @property
    def price_now(self) -> int:
        """What the dearest share costs as things stand, in Rappen: at the threshold where it is not reached."""
        return self.price_at(max(self.standing + self.freed, 1 if self.funded_at else self.threshold))

    def text(self, language: str = "") -> WorkshopText | None:
        """The workshop's title and address in `language` (the active one by default), else in any language there is."""
        wanted = language or get_language() or "de"
        texts = {text.language: text for text in self.texts.all()}
        return texts.get(wanted) or next((texts[code] for code in ("de", "fr", "it") if code in texts), None)

    def title(self, language: str = "") -> str:
        """The workshop's title, or the pool's id where nothing was published yet."""
        text = self.text(language)
        return text.title if text else str(self.uuid)


class WorkshopText(models.Model):
    """What the domain knows of the workshop's page in one language; written when the page is published."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2)
    title = models.CharField(max_length=255)
    path = models.CharField(max_length=500)  # from the root of the site, e.g. /fr/ateliers/newsletter/
    place = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("workshop's text")
        verbose_name_plural = _("workshops' texts")
        constraints = [models.UniqueConstraint(fields=["pool", "language"], name="workshop_text_is_one_per_language")]

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"

"""Meetings: barcamps and working groups, who is registered for them, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models import LANGUAGES, Organisation
from members.models.attending import REMINDED_BEFORE, Attending
from members.models.outgoing import Outgoing

LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_TEXT, LONGEST_PLACE, LONGEST_NAME, LONGEST_REASON = (
    120,
    300,
    4000,
    200,
    100,
    500,
)


class Kind(models.TextChoices):
    BARCAMP = "barcamp", _("Barcamp")
    WORKING_GROUP = "working_group", _("Working group")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def shown(self) -> MeetingQuerySet:
        """Those that anybody may read about."""
        return self.exclude(published_at=None)

    def upcoming(self, *, now: datetime) -> MeetingQuerySet:
        """Those that have not ended, the next one first."""
        return self.filter(ends_at__gt=now).order_by("starts_at", "pk")

    def past(self, *, now: datetime) -> MeetingQuerySet:
        """Those that have ended, the latest first."""
        return self.filter(ends_at__lte=now).order_by("-starts_at", "-pk")

    def counted(self) -> MeetingQuerySet:
        """Each with `taken`, the number of places that are taken, and `in_line`, how many wait for one."""
        of = "registrations"
        return self.annotate(
            taken=Count(of, filter=Q(registrations__state=RegistrationState.REGISTERED)),
            in_line=Count(of, filter=Q(registrations__state=RegistrationState.WAITING)),
        )

    def of_organisations(self, organisations: Iterable[Organisation]) -> MeetingQuerySet:
        """Those for which one of the organisations has somebody registered or waiting."""
        live = Registration.objects.live().filter(organisation__in=[each.pk for each in organisations])
        return self.shown().filter(pk__in=live.values("meeting"))

    def to_be_reminded_of(self, *, now: datetime) -> MeetingQuerySet:
        """Those that begin soon, and of which nobody was reminded yet."""
        soon = self.shown().filter(called_off_at=None, reminded_at=None, starts_at__gt=now)
        return soon.filter(starts_at__lte=now + REMINDED_BEFORE)


class Meeting(models.Model):
    """A barcamp or a working group: an event with places and without money."""

    kind = models.CharField(_("kind"), max_length=13, choices=Kind.choices)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=LANGUAGES,
        help_text=_("It is held in this language. Who reads another one sees its texts until they are translated."),
    )
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(
        _("place"),
        max_length=LONGEST_PLACE,
        blank=True,
        help_text=_("Empty if it takes place online only. Anybody can read it."),
    )
    online_url = models.URLField(
        _("link to take part online"),
        blank=True,
        help_text=_("Only organisations with somebody who is registered see it, and those people get it by letter."),
    )
    capacity = models.PositiveSmallIntegerField(_("places"))
    published_at = models.DateTimeField(null=True, editable=False)
    called_off_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    # What calendars compare (RFC 5545, section 3.8.7.4): one more each time that when or where it takes place changes.
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="meeting_kind_is_known"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]), name="meeting_language_is_known"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(place="") | ~Q(online_url=""), name="meeting_is_somewhere"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="meeting_has_a_place"),
            models.CheckConstraint(
                condition=Q(reason="") ^ Q(called_off_at__isnull=False), name="meeting_is_called_off_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None) | Q(published_at__isnull=False),
                name="meeting_is_called_off_if_published_before",
            ),
        ]

    def __str__(self) -> str:
        return self.in_language(self.language).title

    @property
    def is_online(self) -> bool:
        """Whether one can't go there."""
        return not self.place

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    def takes_people(self, *, now: datetime) -> bool:
        """Whether people can be registered, replaced and signed off."""
        return self.published_at is not None and not self.is_called_off and now < self.starts_at

    def in_language(self, code: str) -> Text:
        """Its texts in this language if there are any, else in its own."""
        texts = {text.language: text for text in self.texts.all()}
        return texts.get(code) or texts[self.language]


class Text(models.Model):
    """What a meeting is about, in one language."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    summary = models.CharField(_("in a sentence"), max_length=LONGEST_SUMMARY)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT, blank=True)
    programme = models.CharField(_("programme"), max_length=LONGEST_TEXT, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "language"], name="meeting_has_one_text_in_each_language"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(summary=""), name="text_of_a_meeting_says_something"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]),
                name="text_of_a_meeting_language_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Result(models.Model):
    """A resource about what was said: minutes, links. This app does not know it (as Need.page_key)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="results")
    page_key = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "page_key"], name="meeting_has_a_result_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.page_key}"


class RegistrationState(models.TextChoices):
    REGISTERED = "registered", _("registered")
    WAITING = "waiting", _("on the waiting list")
    CANCELLED = "cancelled", _("signed off")


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def live(self) -> RegistrationQuerySet:
        return self.exclude(state=RegistrationState.CANCELLED)

    def registered(self) -> RegistrationQuerySet:
        """Those who have a place."""
        return self.filter(state=RegistrationState.REGISTERED)

    def waiting(self) -> RegistrationQuerySet:
        """Those who wait for one, the first in line first."""
        return self.filter(state=RegistrationState.WAITING).order_by("registered_at", "pk")

    def of(self, organisations: Iterable[Organisation]) -> RegistrationQuerySet:
        return self.filter(organisation__in=[each.pk for each in organisations])


class Registration(Outgoing, Attending):
    """A person whom an organisation sends, named by one of its people. Letters go to `email` if it is there.

    Somebody who comes instead has a row of their own, with the same place in line.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="registrations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=RegistrationState.choices)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    objects: ClassVar = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            *Outgoing.Meta.constraints,
            *Attending.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=RegistrationState.values), name="registration_state_is_known"),
            models.UniqueConstraint(
                "meeting",
                "organisation",
                Lower("name"),
                condition=~Q(state="cancelled") & ~Q(name=""),
                name="registration_names_a_person_once",
            ),
            models.UniqueConstraint(
                "meeting",
                "organisation",
                Lower("email"),
                condition=~Q(state="cancelled") & ~Q(email=""),
                name="registration_has_an_address_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.organisation_id} {self.state}"

    @property
    def is_waiting(self) -> bool:
        return self.state == RegistrationState.WAITING

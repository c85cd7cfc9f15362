"""What people hear of by choice: how often, what there is to tell, and what waits to be collected into one letter."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Organisation

from .kinds import Kind, Pace


class Choice(models.Model):
    """How often a person hears of one kind. Without a row it is as often as kinds.DEFAULTS says."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    pace = models.CharField(max_length=6, choices=Pace.choices)
    # Of resources only: those about one of these, in whichever language they were chosen. None means all.
    topics = models.ManyToManyField("home.Topic", related_name="+", verbose_name=_("topics"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="choice_is_one_per_person_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="choice_kind_is_known"),
            models.CheckConstraint(condition=Q(pace__in=Pace.values), name="choice_pace_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.pace}"


class News(models.Model):
    """One thing that happened, as a letter tells it: `facts` are its template's context, by language."""

    key = models.CharField(max_length=200, unique=True, help_text=_("Names the event, so that nobody is told twice."))
    kind = models.CharField(max_length=10, choices=Kind.choices)
    template = models.CharField(max_length=100)
    facts = models.JSONField()
    happened_at = models.DateTimeField()
    # What everybody may choose to hear of waits until tick hands it out.
    waits = models.BooleanField(default=False)
    topics = models.JSONField(default=list)  # translation keys of those that a resource is filed under
    spared = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")  # they are told in another way

    class Meta:
        verbose_name_plural = "news"
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="news_names_its_event"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="news_kind_is_known"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(waits=True), name="news_waits")]

    def __str__(self) -> str:
        return self.key

    def facts_for(self, language: str) -> dict[str, object]:
        """In `language`, or in the one it was told in first."""
        found: dict[str, object] = self.facts.get(language) or next(iter(self.facts.values()))
        return found


class Briefing(models.Model):
    """What waited for a member of staff when it was last looked at: by desk, the names of its rows.

    Only what is not among them is a reason for another letter (portal/briefing.py).
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="briefing")
    looked_on = models.DateField()
    waited = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.person_id} {self.looked_on}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, *, now: datetime) -> NoticeQuerySet:
        return self.filter(due_at__lte=now)


class Notice(models.Model):
    """Waits to be told to one person with whatever else is due then. The row is the queue; told, it goes."""

    news = models.ForeignKey(News, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    # For which the person hears of it. None: for any that they act for.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(db_index=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["news", "person"], name="notice_is_one_per_news_and_person")]

    def __str__(self) -> str:
        return f"{self.news_id} → {self.person_id}"

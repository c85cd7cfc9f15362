"""Needs: what organisations lack, who lacks it too, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from home.stemming import stems
from members.models import LANGUAGES, Membership, Organisation

LONGEST_TITLE, LONGEST_TEXT, LONGEST_SENTENCE, LONGEST_REASON = 120, 2000, 300, 500


class NeedState(models.TextChoices):
    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered by a resource")
    WORKSHOP = "workshop", _("becomes a workshop")
    CLOSED = "closed", _("closed")
    MERGED = "merged", _("merged")


SHOWN = [NeedState.OPEN, NeedState.WORKSHOP, NeedState.ANSWERED, NeedState.CLOSED]


class NeedQuerySet(models.QuerySet["Need"]):
    def shown(self) -> NeedQuerySet:
        """Those that stand for themselves."""
        return self.exclude(state=NeedState.MERGED)

    def counted(self) -> NeedQuerySet:
        """Each with `support`, the number of organisations that have it; the most wanted first."""
        return self.annotate(support=Count("supports")).order_by("-support", "-written_at", "-pk")

    def followed_by(self, organisations: Iterable[Organisation]) -> NeedQuerySet:
        """Those that one of the organisations has, or that one of their people follows for them."""
        of = [organisation.pk for organisation in organisations]
        theirs = Support.objects.filter(organisation__in=of).values("need")
        followed = Follow.objects.filter(organisation__in=of).values("need")
        return self.shown().filter(Q(pk__in=theirs) | Q(pk__in=followed))


class Need(models.Model):
    """What an organisation lacks, in the words and the language of one of its people."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="needs")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    language = models.CharField(max_length=2, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT)
    topic = models.ForeignKey("home.Topic", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=NeedState.choices, default=NeedState.OPEN)
    changed_at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    # The translation key of the page that answers, or of the workshop: this app knows neither (as Pool.page_key).
    page_key = models.UUIDField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    stems = models.TextField(editable=False)  # each with a space before and behind it

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=NeedState.values), name="need_state_is_known"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="need_says_something"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]), name="need_language_is_known"
            ),
            models.CheckConstraint(
                condition=Q(page_key=None) ^ Q(state__in=[NeedState.ANSWERED, NeedState.WORKSHOP]),
                name="need_has_a_page_if_answered_or_a_workshop",
            ),
            models.CheckConstraint(
                condition=Q(reason="") ^ Q(state=NeedState.CLOSED), name="need_is_closed_with_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) ^ Q(state=NeedState.MERGED), name="need_is_merged_into_one"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="need_is_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.title

    def index(self) -> None:
        """Renew what similar needs are found by."""
        self.stems = f" {' '.join(dict.fromkeys(stems(f'{self.title} {self.text}', self.language)))} "

    def in_language(self, code: str) -> tuple[str, str, str]:
        """Title, text and the language they are in: a translation if there is one, else as it was written."""
        for each in self.translations.all():
            if each.language == code:
                return each.title, each.text, code
        return self.title, self.text, self.language


class Support(models.Model):
    """An organisation has the need too; the one that wrote it is the first."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="supports")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sentence = models.CharField(max_length=LONGEST_SENTENCE, blank=True)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "organisation"], name="need_has_an_organisation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.need_id}"


class FollowQuerySet(models.QuerySet["Follow"]):
    def to_be_told(self) -> FollowQuerySet:
        """Those who can log in and still act for the organisation for which they follow."""
        acting = Membership.objects.filter(
            person=models.OuterRef("person"), organisation=models.OuterRef("organisation")
        )
        found = self.filter(models.Exists(acting), person__is_active=True)
        return found.select_related("person", "organisation").order_by("pk")


class Follow(models.Model):
    """A person is told what becomes of a need, as somebody who acts for an organisation."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="follows")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "person"], name="need_is_followed_once_by_each")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.need_id}"


class Translation(models.Model):
    """A need in another language, written by staff."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=2, choices=LANGUAGES)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    text = models.CharField(_("text"), max_length=LONGEST_TEXT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["need", "language"], name="need_is_translated_once_into_each"),
        ]

    def __str__(self) -> str:
        return self.title

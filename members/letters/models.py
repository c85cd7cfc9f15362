"""Letters: what an organisation's administrators are told by mail, as it was true when it was queued."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import LANGUAGES, Membership, Organisation

# With the pauses in actions.py some four days, as long as a mail server itself tries (RFC 5321, section 4.5.4.1).
MOST_TRIES = 18


class LetterQuerySet(models.QuerySet["Letter"]):
    def unsent(self) -> LetterQuerySet:
        """Those that will still be tried."""
        return self.filter(sent_at=None, blanked_at=None, tries__lt=MOST_TRIES)

    def given_up(self) -> LetterQuerySet:
        """Those that no mail server took for days. Whoever can't log in any more misses nothing."""
        return self.filter(sent_at=None, blanked_at=None, tries__gte=MOST_TRIES, person__is_active=True)

    def due(self, *, now: datetime) -> LetterQuerySet:
        """Those to be tried now, in the order of queueing. Who can't log in any more gets nothing, and who has left the
        organisation meanwhile nothing that came by choice.
        """
        acting = Membership.objects.filter(
            person=models.OuterRef("person"), organisation=models.OuterRef("organisation")
        )
        is_wanted = Q(stop_url="") | Q(organisation=None) | models.Exists(acting)
        return self.unsent().filter(is_wanted, next_try_at__lte=now, person__is_active=True).order_by("pk")

    def blank(self, *, now: datetime) -> int:
        """Keep of each that it was written, to whom and when, and nothing of what it said. Returns how many."""
        gone = {"subject": "", "text": "", "html": "", "reply_to": "", "stop_url": "", "last_error": ""}
        return self.filter(blanked_at=None).update(**gone, blanked_at=now)


class Letter(models.Model):
    """One letter to one person about one event. The row is the queue: nothing is lost when a process dies."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(_("event"), max_length=200, help_text=_("Names the event, so that nobody is told twice."))
    # None: it is about no organisation, but for somebody who looks after the portal.
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="letters", verbose_name=_("organisation")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="letters", verbose_name=_("person")
    )
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    template = models.CharField(_("template"), max_length=100)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    # Of somebody who wrote through a form and agreed that their address is passed on.
    reply_to = models.EmailField(_("answers go to"), blank=True)
    # Of a letter that somebody gets by choice: whoever opens it gets no more of them.
    stop_url = models.URLField(_("ended at"), max_length=500, blank=True)
    queued_at = models.DateTimeField(_("queued at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"))
    last_error = models.TextField(_("last error"), blank=True)
    blanked_at = models.DateTimeField(null=True)  # since then only ids tell of it, and nobody sends it

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.UniqueConstraint(fields=["key", "person"], name="letter_is_one_per_event_and_person"),
            models.CheckConstraint(condition=~Q(key=""), name="letter_names_its_event"),
            models.CheckConstraint(
                condition=Q(blanked_at=None) | Q(subject="", text="", html="", reply_to=""),
                name="letter_blanked_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]), name="letter_language_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(sent_at=None), name="letter_unsent"),
            models.Index(fields=["queued_at"], condition=Q(blanked_at=None), name="letter_to_be_blanked"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.person_id}"

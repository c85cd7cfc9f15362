"""Organisations, and the people who act for them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .details import Details
from .user import LANGUAGES, User


class OrganisationState(models.TextChoices):
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MEMBER = "member", _("Member")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def active(self) -> OrganisationQuerySet:
        return self.filter(state=OrganisationState.ACTIVE)

    def administered_by(self, person: User) -> OrganisationQuerySet:
        """Those that `person` may bind."""
        return self.filter(memberships__person=person, memberships__role=Role.ADMINISTRATOR)


class Organisation(Details):
    """A social-sector organisation."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=OrganisationState.choices, default=OrganisationState.ACTIVE
    )
    is_named = models.BooleanField(
        _("named in public cost sheets"),
        default=False,
        help_text=_("Else it is a number there. It is never named with a pledge that has ended."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="organisations")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["uid"], condition=~Q(uid=""), name="organisation_has_its_own_uid"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(postcode="") & ~Q(town=""), name="organisation_has_an_address"
            ),
            models.CheckConstraint(condition=Q(state__in=OrganisationState.values), name="organisation_state_is_known"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]), name="organisation_language_is_known"
            ),
        ]

    @property
    def is_active(self) -> bool:
        return self.state == OrganisationState.ACTIVE

    def administrators(self) -> models.QuerySet[User]:
        """The people who may bind the organisation and can log in."""
        return User.objects.filter(
            is_active=True, memberships__organisation=self, memberships__role=Role.ADMINISTRATOR
        ).order_by("pk")

    def is_administered_by(self, person: User) -> bool:
        return person.is_active and self.memberships.filter(person=person, role=Role.ADMINISTRATOR).exists()

    def has_member(self, person: User) -> bool:
        return person.is_active and self.memberships.filter(person=person).exists()


class Membership(models.Model):
    """A person acts for an organisation. Administrators bind it; members see what it does."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=14, choices=Role.choices, default=Role.MEMBER)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="membership_is_one_per_person"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role} {self.organisation_id}"

"""Needs, and people who act for an organisation, for tests; made by actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from members.models import Membership, Organisation, Role, User
from members.needs.actions import support, write_need
from members.needs.models import Need, Support

from .factories import OrganisationFactory, UserFactory

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TITLE, TEXT = "Eine neue Homepage", "Unsere Website ist alt. Worauf müssen wir achten?"


def acting(language: str = "de", role: Role = Role.MEMBER, **fields: Any) -> tuple[Organisation, User]:
    """An organisation and a person of it, who reads `language`."""
    of, person = OrganisationFactory(**fields), UserFactory(language=language)
    Membership.objects.create(organisation=of, person=person, role=role)
    return of, person


def written(title: str = TITLE, text: str = TEXT, language: str = "de", who: Any = None) -> Need:
    of, by = who or acting()
    return write_need(organisation=of, title=title, text=text, language=language, topic=None, by=by, now=NOW)


def has_too(need: Need, sentence: str = "", who: Any = None) -> Support:
    of, by = who or acting()
    return support(need=need, organisation=of, sentence=sentence, by=by, now=NOW)


def count(need: Need) -> int:
    return Need.objects.counted().get(pk=need.pk).support

"""Workshops' pages, and the people who edit them. The clock of these tests stands at NOW (see the fixture `clock`)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation
from django.utils.html import escape
from wagtail.models import Page

from members.models import User
from pooling.actions.pools import draft_pool
from pooling.models import Pool
from pooling.workshops.models import WorkshopIndexPage, WorkshopPage
from portal.roles import EDITOR
from tests.home.factories import page, translation_of
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW, staff, terms


def workshop_list() -> WorkshopIndexPage:
    """The German list of workshops."""
    found = WorkshopIndexPage.objects.filter(locale__language_code="de").first()
    return found or page("Workshops", model=WorkshopIndexPage)


def workshop(title: str = "Newsletter", *, parent: Page | None = None, **fields: Any) -> WorkshopPage:
    """A live German workshop without a pool."""
    fields = {"summary": f"{title} kurz", "venue": "Haus Beispiel, Bern", **fields}
    return page(title, parent=parent or workshop_list(), model=WorkshopPage, **fields)


def french(source: WorkshopPage, title: str = "Infolettre", **fields: Any) -> WorkshopPage:
    """Its live French translation, in the French list."""
    if not WorkshopIndexPage.objects.filter(locale__language_code="fr").exists():
        translation_of(workshop_list(), "fr", "Ateliers", lead="")
    return translation_of(source, "fr", title, **{"summary": "Court", "venue": "Maison Exemple, Berne", **fields})


def draft_for(source: WorkshopPage, **changes: Any) -> Pool:
    """A draft pool for the page: CHF 900.00 over shares of CHF 300.00, capacity 6."""
    return draft_pool(page_key=source.page_key, terms=terms(**changes), by=staff(), now=NOW)


def published(source: WorkshopPage) -> WorkshopPage:
    """The same page, published once more."""
    WorkshopPage.objects.get(pk=source.pk).save_revision().publish()
    return WorkshopPage.objects.get(pk=source.pk)


def workshop_with_pool(title: str = "Newsletter", **changes: Any) -> WorkshopPage:
    """A live workshop whose pool is open."""
    made = workshop(title)
    draft_for(made, **changes)
    return published(made)


def editor(group: str = EDITOR) -> User:
    """Somebody of the staff, with a group's rights."""
    person = UserFactory(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    return person


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.pk))  # read again, since a session holds the stored password's hash
    return client


def texts_in(response: Any) -> list[str]:
    """The messages that the person sees, as plain text."""
    return [str(message) for message in response.context["messages"]]


def in_german(message: str) -> str:
    """A message of the interface as an editor who reads German sees it."""
    with translation.override("de"):
        return str(escape(translation.gettext(message)))

"""Addresses in letters to people who come and go. Below the actions, as pooling/links.py."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from members.models import Organisation


def absolute(name: str, *args: object, language: str) -> str:
    """The full address of a page of ours in `language`."""
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse(name, args=args)}"


def people_url(organisation: Organisation) -> str:
    """Who acts for the organisation, in its language; it asks for log-in."""
    return absolute("members:people", organisation.uuid, language=organisation.language)

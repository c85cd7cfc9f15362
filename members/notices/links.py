"""Addresses in notices: where one chooses, and where one ends them with a click and without a log-in."""

from __future__ import annotations

from django.core import signing

from members.links import absolute
from members.models import User

from .kinds import Kind

SALT = "members.notices"
ALL_COLLECTED = "collected"  # beside the kinds: whatever comes daily or weekly


def sign(person: User, what: str) -> str:
    """The end of a link that ends `what` for `person`. It never grows old: letters are kept for years."""
    return signing.Signer(salt=SALT, sep=".").sign(f"{person.pk}-{what}")


def read(token: str) -> tuple[int, str]:
    """The id of a person, and a kind or ALL_COLLECTED. Raises signing.BadSignature."""
    pk, _dash, what = signing.Signer(salt=SALT, sep=".").unsign(token).partition("-")
    if what not in (*Kind.values, ALL_COLLECTED):
        raise signing.BadSignature(what)  # a kind that there is no more
    return int(pk), what


def stop_url(person: User, what: str) -> str:
    return absolute("notices:stop", sign(person, what), language=person.language)

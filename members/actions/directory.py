"""An organisation is in the directory, and hears from those who find it there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from home.freshness import NETWORK, changed
from members.letters.actions import Draft, queue_letters
from members.links import absolute
from members.models import LANGUAGES, DirectoryEntry, Organisation, User

from .errors import NotListed
from .people import lock, require_administrator


@transaction.atomic
def set_entry(
    *, organisation: Organisation, is_listed: bool, about: Mapping[str, str], topics: Iterable[int], by: User
) -> DirectoryEntry:
    """Whether `organisation` is in the directory, and what it says there. Pages show it at once.

    `about` is a sentence by language, `topics` are ids of home.Topic. Raises OnlyAdministrators.
    """
    organisation = lock(organisation)
    require_administrator(organisation=organisation, by=by)
    entry = DirectoryEntry.objects.filter(organisation=organisation).first() or DirectoryEntry()
    entry.organisation, entry.is_listed = organisation, is_listed
    for code, _name in LANGUAGES:
        setattr(entry, f"about_{code}", about.get(code, ""))
    entry.fold()
    save_with_slug(entry)
    entry.topics.set(topics)
    changed(NETWORK)
    return entry


def save_with_slug(entry: DirectoryEntry) -> None:
    """Of two organisations of one name the second has an address with a number; the database says which is which."""
    if entry.slug:
        entry.save()
        return
    *wanted, own = entry.possible_slugs()
    for slug in wanted:
        entry.slug = slug
        try:
            with transaction.atomic():
                entry.save()
        except IntegrityError:
            continue
        return
    entry.slug = own
    entry.save()


@transaction.atomic
def details_changed(*, organisation: Organisation) -> None:
    """Name, place, website or state of `organisation` are other ones: the directory shows them."""
    entry = DirectoryEntry.objects.select_for_update(no_key=True).filter(organisation=organisation).first()
    if entry is None:
        return
    entry.organisation = organisation
    entry.fold()
    entry.save(update_fields=["folded"])
    changed(NETWORK)


@transaction.atomic
def write_to(*, entry: DirectoryEntry, name: str, message: str, reply_to: str, now: datetime) -> None:
    """A message of somebody called `name` goes to the organisation's administrators as a letter.

    `reply_to` is the sender's address if they agreed to pass it on, else empty: it is kept with the letter only.
    Raises NotListed.
    """
    found = DirectoryEntry.objects.shown().filter(pk=entry.pk).first()
    if found is None:
        raise NotListed
    organisation = found.organisation
    context = {
        "sender": name,
        "lines": [line for line in message.splitlines() if line.strip()],
        "reply_to": reply_to,
        "url": absolute("members:directory_entry", found.slug, language=organisation.language),
    }
    draft = Draft(f"contact-{uuid.uuid4()}", organisation, context, reply_to)
    queue_letters(template="members/letters/contact.txt", drafts=[draft], now=now)

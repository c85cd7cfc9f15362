"""Queueing letters inside the transaction of their event, and sending them later, outside of any."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext

from members.links import absolute
from members.models import Membership, Organisation, Role, User

from .markup import Document
from .models import Letter, LetterQuerySet
from .rendering import Written, read_source, write

LEASE = timedelta(minutes=15)  # how long a claimed letter is left to its sender
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=12)
MOST_AT_ONCE = 200  # in one run, so that the other steps of tick get their turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Draft:
    """What to tell one organisation. `key` names the event for it; `context` is plain data (see markup.plain).

    An answer goes to `reply_to`, or to us where that is empty. It is written in `language`, or in the organisation's.
    A letter that somebody gets by choice says `why` at its end, and is ended by whoever opens `stop_url`.
    """

    key: str
    organisation: Organisation
    context: Mapping[str, object]
    reply_to: str = ""
    language: str = ""
    why: str = ""
    stop_url: str = ""


def queue_letter(
    *, key: str, template: str, organisation: Organisation, context: Mapping[str, object], now: datetime
) -> int:
    """Write a letter to each active administrator of `organisation`, in its language, and return how many.

    `template` is a name such as "pooling/letters/pledged.txt". Hearing a key again changes nothing and returns 0.
    """
    return queue_letters(template=template, drafts=[Draft(key, organisation, context)], now=now)


def queue_letter_to(
    *,
    person: User,
    key: str,
    template: str,
    organisation: Organisation,
    context: Mapping[str, object],
    now: datetime,
    language: str = "",
) -> None:
    """Write a letter about `organisation`, in its language or in `language`, to one person, whatever their role."""
    drafted = letters_to([person], Draft(key, organisation, context, language=language), template, now)
    Letter.objects.bulk_create(drafted, ignore_conflicts=True)


@transaction.atomic(savepoint=False)  # what fails here undoes the event, too
def queue_letters(*, template: str, drafts: Iterable[Draft], now: datetime) -> int:
    """Write letters to the active administrators of many organisations, and return how many.

    Three statements, however many organisations there are. Keys that were heard before are left as they are.
    """
    drafts = list(drafts)
    administrators = people_who_act_for({draft.organisation.pk for draft in drafts})
    told = set(Letter.objects.filter(key__in={draft.key for draft in drafts}).values_list("key", "person_id"))
    letters: dict[tuple[str, int], Letter] = {}
    for draft in drafts:
        people = [person for person in administrators[draft.organisation.pk] if (draft.key, person.pk) not in told]
        letters |= {(letter.key, letter.person_id): letter for letter in letters_to(people, draft, template, now)}
    # A letter that another process queued meanwhile is left alone.
    Letter.objects.bulk_create(letters.values(), ignore_conflicts=True)
    return len(letters)


def people_who_act_for(organisations: set[int]) -> Mapping[int, list[User]]:
    """The active administrators by organisation."""
    found: defaultdict[int, list[User]] = defaultdict(list)
    memberships = Membership.objects.filter(
        organisation__in=organisations, role=Role.ADMINISTRATOR, person__is_active=True
    )
    for membership in memberships.select_related("person").order_by("person"):
        found[membership.organisation_id].append(membership.person)
    return found


def letters_to(people: Iterable[User], draft: Draft, template: str, now: datetime) -> Iterable[Letter]:
    """One letter to each, written but not saved."""
    people, organisation = list(people), draft.organisation
    if not people:
        return
    language = draft.language or organisation.language
    context = {"organisation": organisation.name, **draft.context}
    document = read_source(template=template, context=context, language=language)
    common: dict[str, Any] = {
        "key": draft.key,
        "organisation": organisation,
        "language": language,
        "template": template,
        "reply_to": draft.reply_to,
        "stop_url": draft.stop_url,
    }
    for person in people:
        yield addressed(Letter(**common), document, to=person, why=draft.why, now=now)


def queue_letter_to_staff(
    *,
    person: User,
    key: str,
    template: str,
    context: Mapping[str, object],
    why: str,
    stop_url: str,
    now: datetime,
) -> None:
    """Write a letter about no organisation to somebody who looks after the portal, in their language.

    `stop_url` is empty where it always comes. Hearing a key again changes nothing.
    """
    document = read_source(template=template, context=context, language=person.language)
    letter = Letter(key=key, language=person.language, template=template, stop_url=stop_url)
    Letter.objects.bulk_create([addressed(letter, document, to=person, why=why, now=now)], ignore_conflicts=True)


def addressed(letter: Letter, document: Document, *, to: User, why: str, now: datetime) -> Letter:
    """The letter with what `document` says to one person, not saved."""
    written = write(
        document,
        language=letter.language,
        name=to.get_full_name(),
        organisation=letter.organisation.name if letter.organisation else "",
        why=why,
        reply_to=letter.reply_to,
        ways_out=ways_out(letter.stop_url, language=letter.language),
    )
    letter.person = to
    letter.subject, letter.text, letter.html = Truncator(written.subject).chars(250), written.text, written.html
    letter.queued_at = letter.next_try_at = now
    return letter


def ways_out(stop_url: str, *, language: str) -> list[tuple[str, str]]:
    """What stands at the foot of a letter to somebody with an account: words and addresses."""
    with translation.override(language):
        choose = (gettext("Choose which letters you get"), absolute("notices:settings", language=language))
        return [choose, (gettext("End these letters"), stop_url)] if stop_url else [choose]


def send_letters(*, now: datetime) -> int:
    """Send what is due, and return how many were sent. Any number of senders may work at once.

    A letter that a mail server refuses waits twice as long each time. One whose sender dies is sent again after its
    lease, with the same Message-ID.
    """
    connection = get_connection()
    sent = 0
    try:
        for _turn in range(MOST_AT_ONCE):
            letter = claim_letter(now=now)
            if letter is None:
                break
            try:
                connection.open()
            except (SMTPException, OSError) as error:
                put_off(letter, error=error, now=now)
                break  # the server is away: the others would only wait for it, too
            sent += send_letter(letter, connection=connection, now=now)
    finally:
        close(connection)
    return sent


@transaction.atomic
def claim_letter(*, now: datetime) -> Letter | None:
    """Take the next letter that is due, so that no other sender takes it before its lease is over."""
    letter = (
        Letter.objects.due(now=now).select_for_update(skip_locked=True, of=("self",)).select_related("person").first()
    )
    if letter is not None:
        letter.tries += 1
        letter.next_try_at = now + LEASE
        letter.save(update_fields=["tries", "next_try_at"])
    return letter


def send_letter(letter: Letter, *, connection: BaseEmailBackend, now: datetime) -> bool:
    """Hand a claimed letter to the mail server and record how that went, each letter on its own."""
    try:
        connection.send_messages([as_message(letter)])
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address that can't stand in a header
        put_off(letter, error=error, now=now)
        close(connection)  # the next letter starts afresh
        return False
    letter.sent_at, letter.last_error = now, ""
    letter.save(update_fields=["sent_at", "last_error"])
    return True


def put_off(letter: Letter, *, error: Exception, now: datetime) -> None:
    """Try again later: after 1, 2, 4 ... minutes, at most 12 hours."""
    letter.next_try_at = now + min(FIRST_PAUSE * 2 ** (letter.tries - 1), LONGEST_PAUSE)
    letter.last_error = Truncator(f"{type(error).__name__}: {error}").chars(500)
    letter.save(update_fields=["next_try_at", "last_error"])
    logger.warning("letter %s was not taken (%s), try %d", letter.uuid, type(error).__name__, letter.tries)


def try_again(*, letters: LetterQuerySet, now: datetime) -> int:
    """Give those of `letters` that were given up all their tries again, from now on. Returns how many."""
    return letters.given_up().update(tries=0, next_try_at=now)


def close(connection: BaseEmailBackend) -> None:
    """Close, also a connection that broke."""
    try:
        connection.close()
    except (SMTPException, OSError):
        logger.info("the mail server's connection was gone already")


def as_message(letter: Letter) -> EmailMultiAlternatives:
    """The mail that a letter is."""
    written = Written(letter.subject, letter.text, letter.html)
    message = compose(written, to=letter.person.email, language=letter.language, ref=str(letter.uuid))
    message.reply_to = [letter.reply_to] if letter.reply_to else []
    if letter.stop_url:
        # RFC 8058, section 3.1: a mail program ends these letters with one POST, without showing a page.
        message.extra_headers["List-Unsubscribe"] = f"<{letter.stop_url}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def compose(written: Written, *, to: str, language: str, ref: str) -> EmailMultiAlternatives:
    """A mail, also to somebody who has no account: text first, HTML as its alternative (RFC 2046, section 5.1.4).

    `ref` names it, so that sending it again does not make a second mail of it.
    """
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        written.subject,
        written.text,
        to=[to],
        headers={
            "Message-ID": f"<{ref}@{domain}>",  # the same when it has to be sent again
            "Auto-Submitted": "auto-generated",  # RFC 3834, section 5: no automatic answers, please
            "X-Auto-Response-Suppress": "All",  # what Exchange reads instead
            "Content-Language": language,
        },
    )
    message.attach_alternative(written.html, "text/html")
    for file in written.attached:
        message.attach(file.name, file.content, file.kind)
    return message

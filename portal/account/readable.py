"""What is kept about a person, as a page: sections of labels and values in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.log_actions import registry

from members.group import MEMBERS
from pooling.models import BackingKind
from pooling.money import format_chf
from pooling.templatetags.pool_tags import STEPS

# What the file calls things, in English so that programs can rely on it, and what people call them.
LABELS: dict[str, str | Promise] = {
    "account": _("Your account"),
    "organisations": _("Organisations for which you act"),
    "invitations": _("Invitations to you"),
    "invitations to others": _("Invitations to others"),
    "applications": _("Applications of organisations"),
    "decisions on applications": _("Decisions on applications"),
    "letters": _("Letters to you"),
    "letters by choice": _("What you hear of by mail"),
    "news that waits": _("News that waits for you"),
    "what waits in the admin": _("What waits for you in the admin"),
    "needs": _("Needs that you wrote"),
    "needs of others": _("Needs that your organisation has too"),
    "followed needs": _("Needs that you follow"),
    "meetings": _("Meetings for which you were registered"),
    "people registered for meetings": _("People that you registered for meetings"),
    "pledges": _("Pledges that you made"),
    "accepted terms": _("Terms that you accepted"),
    "approvals": _("Approvals asked of you"),
    "approvals asked of others": _("Approvals that you asked for"),
    "seats given": _("Seats that were given"),
    "seats at workshops": _("Workshops for which you were named"),
    "people named for workshops": _("People that you named for workshops"),
    "pledges passed on": _("Pledges passed on"),
    "events of pools": _("Entries in the history of pools"),
    "payments entered": _("Payments that you entered"),
    "bank files imported": _("Bank files that you imported"),
    "bank lines decided": _("Lines of the bank that you assigned"),
    "invoices written off": _("Invoices that you wrote off"),
    "refunds transferred": _("Refunds that you transferred"),
    "guarantees recorded": _("Guarantees that you recorded"),
    "amounts absorbed or drawn": _("Amounts that you absorbed or drew"),
    "ways to log in": _("How you log in"),
    "admin": _("Your work in the admin"),
    "log of the admin": _("What the admin wrote down"),
    "accepted on": _("accepted on"),
    "answer": _("answer"),
    "asked on": _("asked on"),
    "at most, in Rappen": _("at most"),
    "begins": _("begins"),
    "comments": _("comments"),
    "decided on": _("decided on"),
    "decisions in workflows": _("decisions in workflows"),
    "documents": _("documents"),
    "due on": _("due on"),
    "e-mail address": _("e-mail address"),
    "e-mail addresses": _("e-mail addresses"),
    "event": _("event"),
    "first name": _("first name"),
    "given on": _("given on"),
    "how often": _("how often"),
    "images": _("images"),
    "invited on": _("invited on"),
    "kind": _("kind"),
    "language": _("language"),
    "last log-in": _("last log-in"),
    "last looked at": _("last looked at"),
    "last name": _("last name"),
    "made on": _("made on"),
    "name": _("name"),
    "named on": _("named on"),
    "number": pgettext_lazy("of an account or an entry", "number"),
    "of": _("of what"),
    "offered on": _("offered on"),
    "on": pgettext_lazy("day of an entry", "on"),
    "organisation": _("organisation"),
    "pages": _("pages"),
    "picture": _("picture"),
    "reason": _("reason"),
    "registered on": _("registered on"),
    "rights": _("rights"),
    "role": _("role"),
    "seats": _("seats"),
    "second factors": _("second factors"),
    "sent on": _("sent on"),
    "sentence": _("sentence"),
    "sessions": _("sessions"),
    "shares": _("shares"),
    "since": _("since"),
    "state": _("state"),
    "subject": _("subject"),
    "text": _("text"),
    "title": _("title"),
    "topics": _("topics"),
    "translated texts": _("translated texts"),
    "applied on": _("applied on"),
    "version": _("version"),
    "versions of pages": _("versions of pages"),
    "what": pgettext_lazy("what happened", "what"),
    "why": pgettext_lazy("reason of an application", "why"),
    "workshop": _("workshop"),
    "written on": _("written on"),
}
# What befalls a pool and is no step of one organisation's pledge.
STEPS_OF_POOLS = {
    "pool_drafted": _("The terms were written."),
    "pool_redrafted": _("The terms were changed."),
    "pool_opened": _("Pledging began"),
    "pool_extended": _("The closing time was moved to a later one. Everybody was told."),
    "subsidy_grown": _("The subsidy was raised"),
    "guarantee_recorded": _("A guarantee was written down"),
    "guarantee_drawn": BackingKind.DRAWN.label,
    "guarantee_returned": BackingKind.RETURNED.label,
    "gap_absorbed": BackingKind.ABSORBED.label,
    "gap_reversed": BackingKind.REVERSED.label,
    "refund_sending": _("The refund was sent"),
}
EVENTS = STEPS | STEPS_OF_POOLS
# What the file keeps as programs read it, in words.
IN_WORDS: dict[str, Callable[[Any], str]] = {
    "at most, in Rappen": format_chf,
    "event": lambda kind: str(EVENTS[kind]).rstrip("."),
    "rights": lambda name: str(_("Member")) if name == MEMBERS else name,
    "what": lambda action: str(registry.get_action_label(action)) if registry.action_exists(action) else action,
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d.*)?")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """`pairs` of one thing, or `entries` of many; neither where nothing is kept."""

    title: str | Promise
    pairs: list[Pair] = field(default_factory=list)
    entries: list[list[Pair]] = field(default_factory=list)


def label(key: str) -> str | Promise:
    return LABELS.get(key, key)


def sections(told: dict[str, Any]) -> Iterator[Section]:
    """Those with something in them first to last, as the apps tell them."""
    for key, value in told.items():
        if isinstance(value, dict) and (found := pairs(value)):
            yield Section(label(key), pairs=found)
        elif isinstance(value, list) and value:
            yield Section(label(key), entries=[pairs(entry) for entry in value])


def empty_sections(told: dict[str, Any]) -> list[str | Promise]:
    """What the portal could know and does not."""
    return [label(key) for key, value in told.items() if value == [] or (isinstance(value, dict) and not pairs(value))]


def pairs(entry: dict[str, Any]) -> list[Pair]:
    """Without what is empty."""
    return [(capfirst(str(label(key))), text) for key, value in entry.items() if (text := in_words(said(key, value)))]


def said(key: str, value: Any) -> Any:
    """`value`, or each of a list, as people say it where the file holds a name or a number for programs."""
    if not value or key not in IN_WORDS:
        return value
    return list(map(IN_WORDS[key], value)) if isinstance(value, list) else IN_WORDS[key](value)


def in_words(value: Any) -> str:
    """A value as people write it: times of Switzerland, lists with commas, what is kept of each thing in one line."""
    if isinstance(value, bool):
        return str(_("yes")) if value else ""
    if isinstance(value, dict):
        return in_words(list(value.values()))
    if isinstance(value, list):
        between = "; " if any(isinstance(each, dict) for each in value) else ", "
        return between.join(filter(None, map(in_words, value)))
    if isinstance(value, str) and MOMENT.fullmatch(value):
        if "T" in value:
            return date_format(localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(value) if value else ""

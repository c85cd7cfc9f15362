"""What waits for staff in Wagtail's admin, desk by desk, each with the permission that opens it. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import ngettext_lazy

from members.letters.models import Letter
from members.models import Application
from members.needs.models import Need, NeedState
from members.needs.views import DECIDES
from pooling.accounts.finance import differences_since, rows_for_finance, short_pools
from pooling.desk.views import PERMISSION as FINANCE
from pooling.views.reading import READS_PLEDGES

from . import applications, unsent_letters


@dataclass(frozen=True)
class Row:
    """One thing that waits, since when, and until when it can be dealt with where there is a deadline."""

    name: str
    since: datetime
    due: datetime | None = None


@dataclass(frozen=True, eq=False)
class Desk:
    """`title` says how many rows there are, `place` is the name of an address in the admin, `spot` what follows it."""

    name: str
    permission: str
    title: Promise
    place: str
    rows: Callable[[datetime], Iterable[Row]]
    spot: str = ""


def rows_of(found: QuerySet[Any], since: str = "since") -> Iterator[Row]:
    for pk, moment in found.order_by("pk").values_list("pk", since):
        yield Row(str(pk), moment)


def of_finance(heap: str) -> Callable[[datetime], Iterable[Row]]:
    return lambda now: rows_of(rows_for_finance(now=now)[heap])


def disputes(now: datetime) -> Iterator[Row]:
    """Each with the moment until which the operator may answer, if the provider gave one."""
    for pk, since, due in rows_for_finance(now=now)["unanswered"].values_list("pk", "since", "due_by"):
        yield Row(str(pk), since, due)


def unsent(now: datetime) -> Iterator[Row]:
    yield from rows_of(Letter.objects.given_up(), "queued_at")
    for row in unsent_letters.given_up():
        yield Row(unsent_letters.name_of(row), min(row.next_try_at, now))  # nobody knows when it was written


DESKS = (
    Desk(
        "disputes",
        FINANCE,
        ngettext_lazy("%(n)d dispute waits for your answer", "%(n)d disputes wait for your answer", "n"),
        "desk_service",
        disputes,
    ),
    Desk(
        "differences",
        FINANCE,
        ngettext_lazy(
            "%(n)d difference to the payment service's books", "%(n)d differences to the payment service's books", "n"
        ),
        "desk_service",
        lambda now: (Row(name, since) for name, since in differences_since().items()),
    ),
    Desk(
        "short pools",
        READS_PLEDGES,
        ngettext_lazy("%(n)d workshop lacks money", "%(n)d workshops lack money", "n"),
        "workshop_pools",
        lambda now: rows_of(short_pools()),
        spot="?state=short",
    ),
    Desk(
        "refunds",
        FINANCE,
        ngettext_lazy("%(n)d refund to transfer", "%(n)d refunds to transfer", "n"),
        "desk_payouts",
        of_finance("to_transfer"),
    ),
    Desk(
        "bank",
        FINANCE,
        ngettext_lazy("%(n)d line of the bank to be assigned", "%(n)d lines of the bank to be assigned", "n"),
        "desk_bank",
        of_finance("queue"),
        spot="#queue",
    ),
    Desk(
        "overdue",
        FINANCE,
        ngettext_lazy("%(n)d overdue receivable", "%(n)d overdue receivables", "n"),
        "desk_receivables",
        of_finance("overdue"),
        spot="?age=overdue",
    ),
    Desk(
        "applications",
        applications.PERMISSION,
        ngettext_lazy("%(n)d application to decide", "%(n)d applications to decide", "n"),
        "applications",
        lambda now: rows_of(Application.objects.waiting(), "confirmed_at"),
    ),
    Desk(
        "needs",
        DECIDES,
        ngettext_lazy("%(n)d open need", "%(n)d open needs", "n"),
        "needs_desk",
        lambda now: rows_of(Need.objects.filter(state=NeedState.OPEN), "changed_at"),
    ),
    Desk(
        "letters",
        unsent_letters.PERMISSION,
        ngettext_lazy("%(n)d letter could not be sent", "%(n)d letters could not be sent", "n"),
        "unsent_letters",
        unsent,
    ),
)

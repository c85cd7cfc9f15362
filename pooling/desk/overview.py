"""The first page of the finance desk: what waits today, and the ways to all lists."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from pooling.accounts.finance import Heap, waiting_for_finance

from .views import PERMISSION


@dataclass(frozen=True)
class Task:
    """Something to do, or to keep an eye on: what it is, how much of it, where, and what it asks for."""

    title: str
    heap: Heap
    url: str
    meaning: str

    @property
    def number(self) -> str:
        n = self.heap.number
        return ngettext("%(n)d entry", "%(n)d entries", n) % {"n": n} if n else _("nothing waits")


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for those who look after the money, the most urgent first."""
    waiting = waiting_for_finance(now=timezone.now())
    receivables, refunds = reverse("desk_receivables"), reverse("desk_refunds")
    tasks = [
        Task(
            _("Lines of the bank to be assigned"),
            waiting.queue,
            reverse("desk_bank") + "#queue",
            _("Money on the account that is in nobody's books yet. Please say what it is for."),
        ),
        Task(
            _("Overdue receivables"),
            waiting.overdue,
            f"{receivables}?age=overdue",
            _("Reminders go out by themselves. A call often helps more."),
        ),
        Task(
            _("Disputes of card payments"),
            waiting.disputes,
            reverse("desk_disputes") + "?state=open",
            _("Answer them at the payment service in time. Until they are decided, it holds the money."),
        ),
        Task(
            _("Refunds to transfer"),
            waiting.to_transfer,
            reverse("desk_payouts"),
            _("The portal moves no money here: the transfers are yours, then enter them."),
        ),
        Task(
            _("Refunds that failed"),
            waiting.failed,
            f"{refunds}?state=failed",
            _("The payment service could not send them. They stand among those to transfer, too."),
        ),
        Task(
            _("Refunds on their way"),
            waiting.on_their_way,
            f"{refunds}?state=due",
            _("The portal sends them by itself. There is nothing to do unless they stay."),
        ),
    ]
    context = {
        "tasks": tasks,
        "is_quiet": not any(task.heap.number for task in tasks),
        "page_title": _("Finance desk"),
        "header_icon": "desktop",
    }
    return render(request, "desk/overview.html", context)

"""Letters that no mail server took, in Wagtail's admin: who was not told what, why, and sending them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import SummaryItem

from members.actions import joining_letters
from members.letters.actions import try_again
from members.letters.direct import try_again as try_direct_again
from members.letters.models import Letter
from members.meetings import letters as meeting_letters
from members.meetings.models import Registration
from members.models import Application, Invitation
from pooling.actions import direct_letters

PERMISSION = "letters.change_letter"
# Letters to addresses without an account have no subject before they are written.
KINDS = {
    "application_confirm": gettext_lazy("Please confirm your address"),
    "application_declined": gettext_lazy("The application was declined"),
    "application_approved": gettext_lazy("The application was approved"),
    "invited": gettext_lazy("An invitation"),
    "approval_asked": gettext_lazy("Please decide"),
    "approval_reminder": gettext_lazy("Please decide: a reminder"),
    "transfer_offered": gettext_lazy("A pledge is offered"),
    "seats_given": gettext_lazy("Seats were given"),
    "seats_certain": gettext_lazy("The workshop takes place"),
    "registered": gettext_lazy("Registered for a meeting"),
    "waiting": gettext_lazy("On the waiting list of a meeting"),
    "moved_up": gettext_lazy("A place at a meeting is free"),
    "removed": gettext_lazy("Signed off from a meeting"),
    "reminder": gettext_lazy("A meeting begins soon"),
    "changed": gettext_lazy("A meeting has changed"),
    "called_off": gettext_lazy("A meeting is called off"),
    "seats_taken_back": gettext_lazy("The seats are no longer there"),
    "attendee_named": gettext_lazy("On the list of a workshop"),
    "attendee_reminder": gettext_lazy("A workshop begins soon"),
    "attendee_removed": gettext_lazy("No longer on the list of a workshop"),
    "attendee_called_off": gettext_lazy("A workshop is called off"),
}


@permission_required(PERMISSION, raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def unsent_letters(request: HttpRequest) -> HttpResponse:
    """The list. Posting sends all of them again, or the one that is named."""
    if request.method == "POST":
        chosen, direct = Letter.objects.all(), list(given_up())
        if "letter" in request.POST:
            chosen, direct = chosen.filter(pk=number(request.POST["letter"])), []
        elif "direct" in request.POST:
            chosen, direct = chosen.none(), [row for row in direct if name_of(row) == request.POST["direct"]]
        now = timezone.now()
        count = try_again(letters=chosen, now=now) + try_direct_again(rows=direct, now=now)
        if count:
            sentence = ngettext(
                "%(n)d letter is sent again within minutes.", "%(n)d letters are sent again within minutes.", count
            )
            messages.success(request, sentence % {"n": count})
        else:
            messages.warning(request, _("This letter is no longer here: it was sent, or is being tried."))
        return redirect("unsent_letters")
    letters = Letter.objects.given_up().select_related("person", "organisation").order_by("-pk")
    direct = [(name_of(row), *about(row), row) for row in given_up()]
    context = {"letters": letters, "direct": direct, "header_icon": "mail"}
    context["page_title"] = _("Letters that were not sent")
    return render(request, "portal/admin/unsent_letters.html", context)


def given_up() -> Iterator[Any]:
    """The rows whose letter, to an address without an account, is tried no more."""
    yield from joining_letters.given_up()
    yield from direct_letters.given_up()
    yield from meeting_letters.given_up()


def about(row: Any) -> tuple[str, str]:
    """The organisation that the letter is about, and its matter."""
    kind = str(KINDS[row.letter])
    if isinstance(row, Application):
        return row.name, kind
    if isinstance(row, Registration):
        return row.organisation.name, f"{kind}: {row.meeting}"
    if isinstance(row, Invitation):
        return row.organisation.name, kind
    return row.pledge.organisation.name, f"{kind}: {row.pledge.pool.title()}"


def name_of(row: Model) -> str:
    """How a form names a row whose letter goes to an address without an account."""
    return f"{row._meta.model_name}-{row.pk}"


def number(text: str) -> int:
    """What a form names. 0, which names nothing, for whatever isn't a number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class UnsentLettersMenuItem(MenuItem):
    """Among the reports, for people who may send letters again."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


class UnsentLettersSummary(SummaryItem):
    """On the admin's first page, and only if there is something to do."""

    order = 400
    template_name = "portal/admin/unsent_letters_summary.html"

    def count(self) -> int:
        return Letter.objects.given_up().count() + sum(1 for _row in given_up())

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(PERMISSION)) and self.count() > 0

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        n = self.count()
        sentence = ngettext("%(n)d letter could not be sent", "%(n)d letters could not be sent", n)
        return {"sentence": sentence % {"n": n}, "url": reverse("unsent_letters")}


def menu_item() -> MenuItem:
    return UnsentLettersMenuItem(
        gettext_lazy("Letters that were not sent"),
        reverse("unsent_letters"),
        name="unsent-letters",
        icon_name="mail",
        order=900,
    )


def add_summary(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(UnsentLettersSummary(request))


urlpatterns = [path("letters/unsent/", unsent_letters, name="unsent_letters")]

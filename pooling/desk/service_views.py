"""The payment service in Wagtail's admin: disputes that wait for an answer, and how its books compare with ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from wagtail.admin.site_summary import SummaryItem

from pooling.actions.reconciling import told
from pooling.models import Comparison, Dispute

from .views import PERMISSION

A_NIGHT = timedelta(hours=30)  # a comparison older than this was not followed by the next night's


@permission_required(PERMISSION, raise_exception=True)
@require_safe
def service(request: HttpRequest) -> HttpResponse:
    """Reads only: disputes are answered at the provider."""
    now = timezone.now()
    disputes = Dispute.objects.select_related("attempt__charge__pledge__organisation").order_by("due_by", "pk")
    comparison = Comparison.objects.first()
    context = {
        "open_disputes": disputes.undecided(),
        "comparison": comparison,
        "differences": told(comparison) if comparison else [],
        "is_old": comparison is not None and comparison.at < now - A_NIGHT,
        "page_title": _("Payment service: disputes and books"),
        "header_icon": "warning",
    }
    return render(request, "desk/service.html", context)


class ServiceSummary(SummaryItem):
    """On the admin's first page, and only if there is something to do."""

    order = 410
    template_name = "desk/service_summary.html"

    def sentences(self) -> list[str]:
        disputes = Dispute.objects.unanswered().count()
        last = Comparison.objects.first()
        differences = len(last.differences) if last else 0
        waits = ngettext("%(n)d dispute waits for your answer", "%(n)d disputes wait for your answer", disputes)
        differs = ngettext(
            "%(n)d difference to the payment service's books",
            "%(n)d differences to the payment service's books",
            differences,
        )
        return [sentence % {"n": n} for sentence, n in ((waits, disputes), (differs, differences)) if n]

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(PERMISSION)) and bool(self.sentences())

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        return {"sentences": self.sentences(), "url": reverse("desk_service")}


def add_summary(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(ServiceSummary(request))

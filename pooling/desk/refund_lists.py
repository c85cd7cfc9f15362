"""The lists of the finance desk about money that goes back: refunds and disputes."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from pooling.models import Dispute, DisputeState, Refund, RefundReason, RefundState

from .listing import Cell, DeskListView, Francs
from .lists import (
    PROVIDERS,
    SEARCHED,
    WHO_AND_WHAT_FOR,
    number_of,
    one_after_the_other,
    organisation_of,
    workshop_of,
)


class RefundFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[("open", gettext_lazy("due, on its way or failed")), *RefundState.choices],
    )
    reason = django_filters.ChoiceFilter(label=gettext_lazy("Why"), choices=RefundReason.choices)
    created_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Owed since"), widget=DateRangePickerWidget)

    class Meta:
        model = Refund
        fields: ClassVar[list[str]] = []

    def in_state(self, refunds: QuerySet[Refund], name: str, state: str) -> QuerySet[Refund]:
        return refunds.exclude(state__in=Refund.DONE_STATES) if state == "open" else refunds.filter(state=state)


def way_back(refund: Refund) -> str:
    """Through whom it goes."""
    if refund.attempt is None or refund.state == RefundState.PAID_OUT:
        return _("by transfer")
    return str(dict(PROVIDERS).get(refund.attempt.provider, refund.attempt.provider))


class RefundListView(DeskListView):
    """Money that went back or is to go back."""

    model = Refund
    page_title = gettext_lazy("All refunds")
    header_icon = "rotate"
    index_url_name, index_results_url_name = "desk_refunds", "desk_refunds_results"
    filterset_class = RefundFilterSet
    search_fields = [*(f"charge__{name}" for name in SEARCHED), "ref", "settled_by", "paid_ref"]
    verbose_name_plural = gettext_lazy("refunds")
    default_ordering = "-created_at"
    export_filename = "refunds"

    @property
    def cells(self) -> tuple[Cell, ...]:  # the age is of this very moment
        return (
            Cell("organisation", gettext_lazy("Organisation"), lambda refund: organisation_of(refund.charge)),
            Cell(
                "amount",
                gettext_lazy("Amount"),
                lambda refund: Francs(refund.amount),
                sort_key="amount",
                is_figure=True,
            ),
            Cell("state", gettext_lazy("State"), lambda refund: refund.get_state_display(), sort_key="state"),
            Cell("created_at", gettext_lazy("Owed since"), lambda refund: refund.created_at, sort_key="created_at"),
            # The page has to fit 1280 pixels: the rest stands in the spreadsheet.
            Cell("age", gettext_lazy("Days"), self.days_of, is_figure=True, is_on_page=False),
            Cell("settled_at", gettext_lazy("Completed on"), lambda refund: refund.paid_on or refund.settled_at),
            Cell("reason", gettext_lazy("Why"), lambda refund: RefundReason(refund.reason).label),
            Cell("way", gettext_lazy("Through"), way_back),
            Cell("number", gettext_lazy("Document"), lambda refund: number_of(refund.charge), is_on_page=False),
            Cell(
                "reference",
                gettext_lazy("Reference"),
                lambda refund: one_after_the_other([refund.ref, refund.settled_by, refund.paid_ref]),
                is_reference=True,
            ),
            Cell("failure", gettext_lazy("Why it failed"), lambda refund: refund.failure, is_on_page=False),
            Cell("workshop", gettext_lazy("Workshop"), lambda refund: workshop_of(refund.charge)),
        )

    def days_of(self, refund: Refund) -> int:
        """How long it was or has been owed."""
        return ((refund.settled_at or self.now) - refund.created_at).days

    def get_base_queryset(self) -> QuerySet[Refund]:
        related = (f"charge__{name}" for name in (*WHO_AND_WHAT_FOR, "invoice"))
        return Refund.objects.select_related(*related, "attempt").prefetch_related("charge__pledge__pool__texts")


class DisputeFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[("open", gettext_lazy("not decided")), *DisputeState.choices],
    )
    opened_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Opened"), widget=DateRangePickerWidget)

    class Meta:
        model = Dispute
        fields: ClassVar[list[str]] = []

    def in_state(self, disputes: QuerySet[Dispute], name: str, state: str) -> QuerySet[Dispute]:
        return disputes.filter(state__in=Dispute.OPEN_STATES) if state == "open" else disputes.filter(state=state)


class DisputeListView(DeskListView):
    """Payments that a payer's bank doubts, and what became of it."""

    model = Dispute
    page_title = gettext_lazy("Disputes")
    header_icon = "warning"
    index_url_name, index_results_url_name = "desk_disputes", "desk_disputes_results"
    filterset_class = DisputeFilterSet
    search_fields = [*(f"attempt__charge__{name}" for name in SEARCHED), "ref", "attempt__intent_ref"]
    verbose_name_plural = gettext_lazy("disputes")
    default_ordering = "-opened_at"
    export_filename = "disputes"
    cells = (
        Cell("organisation", gettext_lazy("Organisation"), lambda dispute: organisation_of(dispute.attempt.charge)),
        Cell(
            "amount", gettext_lazy("Amount"), lambda dispute: Francs(dispute.amount), sort_key="amount", is_figure=True
        ),
        Cell("state", gettext_lazy("State"), lambda dispute: dispute.get_state_display(), sort_key="state"),
        Cell("due_by", gettext_lazy("Answer until"), lambda dispute: dispute.due_by, sort_key="due_by"),
        Cell("opened_at", gettext_lazy("Opened"), lambda dispute: dispute.opened_at, sort_key="opened_at"),
        Cell("closed_at", gettext_lazy("Decided"), lambda dispute: dispute.closed_at),
        Cell(
            "withdrawn",
            gettext_lazy("Withdrawn"),
            lambda dispute: Francs(dispute.withdrawn),
            is_figure=True,
            is_on_page=False,
        ),
        Cell(
            "reinstated",
            gettext_lazy("Given back"),
            lambda dispute: Francs(dispute.reinstated),
            is_figure=True,
            is_on_page=False,
        ),
        Cell(
            "charged_back", gettext_lazy("Charged back"), lambda dispute: Francs(dispute.charged_back), is_figure=True
        ),
        Cell("reason", gettext_lazy("Why"), lambda dispute: dispute.reason),
        Cell("reference", gettext_lazy("Reference"), lambda dispute: dispute.ref, is_reference=True),
        Cell("payment", gettext_lazy("Payment"), lambda dispute: dispute.attempt.intent_ref, is_on_page=False),
        Cell("workshop", gettext_lazy("Workshop"), lambda dispute: workshop_of(dispute.attempt.charge)),
    )

    def get_base_queryset(self) -> QuerySet[Dispute]:
        related = (f"attempt__charge__{name}" for name in WHO_AND_WHAT_FOR)
        return Dispute.objects.select_related(*related).prefetch_related("attempt__charge__pledge__pool__texts")

"""The lists of the finance desk: receivables by age, payments, refunds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from pooling.accounts.receivables import LABELS, NOT_DUE, receivables, sums_by_age
from pooling.models import Charge, Dispute, DisputeState, PaysBy, Refund, RefundReason, RefundState

from .listing import Cell, DeskListView, Francs

PROVIDERS = (("stripe", "Stripe"), ("sandbox", gettext_lazy("Sandbox")), ("invoice", gettext_lazy("by invoice")))


def organisation_of(charge: Charge) -> str:
    return charge.pledge.organisation.name


def workshop_of(charge: Charge) -> str:
    return charge.pledge.pool.title()


def number_of(charge: Charge) -> str:
    """The invoice's number, or the name of a payment that has no invoice."""
    return charge.invoice.number if charge.pays_by == PaysBy.INVOICE else str(charge.uuid)[:8]


def invoice_url(charge: Charge) -> str | None:
    if charge.pays_by != PaysBy.INVOICE:
        return None
    return reverse("desk_document", args=[charge.pledge.uuid, "invoice"])


def one_after_the_other(words: Iterable[str]) -> str:
    return ", ".join(word for word in words if word)


WHO_AND_WHAT_FOR = "pledge__organisation", "pledge__pool"
SEARCHED = ["pledge__organisation__name", "pledge__pool__texts__title", "invoice__number", "invoice__reference"]


class ReceivableFilterSet(WagtailFilterSet):
    age = django_filters.ChoiceFilter(
        label=gettext_lazy("Age"),
        method="of_age",
        choices=[("overdue", gettext_lazy("overdue, of any age")), *LABELS.items()],
    )
    due = django_filters.DateFromToRangeFilter(label=gettext_lazy("Due date"), widget=DateRangePickerWidget)

    class Meta:
        model = Charge
        fields = ["pays_by"]

    def of_age(self, charges: QuerySet[Charge], name: str, age: str) -> QuerySet[Charge]:
        return charges.exclude(age=NOT_DUE) if age == "overdue" else charges.filter(age=age)


class ReceivableListView(DeskListView):
    """Each unpaid or part-paid invoice and each payment that waits for the person, with the sums of each age."""

    model = Charge
    page_title = gettext_lazy("Receivables")
    results_template_name = "desk/receivables_results.html"
    index_url_name, index_results_url_name = "desk_receivables", "desk_receivables_results"
    filterset_class = ReceivableFilterSet
    search_fields = SEARCHED
    verbose_name_plural = gettext_lazy("receivables")
    default_ordering = "due"
    export_filename = "receivables"
    cells = (
        Cell(
            "organisation",
            gettext_lazy("Organisation"),
            organisation_of,
            url=invoice_url,
            sort_key="pledge__organisation__name",
        ),
        Cell(
            "left", pgettext_lazy("amount", "Open"), lambda charge: Francs(charge.left), sort_key="left", is_figure=True
        ),
        Cell("due", gettext_lazy("Due date"), lambda charge: charge.due, sort_key="due"),
        Cell("age", gettext_lazy("Age"), lambda charge: str(LABELS[charge.age])),
        Cell("number", gettext_lazy("Number"), number_of),
        Cell("amount", gettext_lazy("Amount"), lambda charge: Francs(charge.amount), sort_key="amount", is_figure=True),
        Cell("paid", gettext_lazy("Paid"), lambda charge: Francs(charge.captured), is_figure=True),
        Cell("workshop", gettext_lazy("Workshop"), workshop_of),
        Cell("way", gettext_lazy("Payment method"), lambda charge: charge.get_pays_by_display()),
        Cell("state", gettext_lazy("State"), lambda charge: charge.get_state_display(), is_on_page=False),
    )

    def get_base_queryset(self) -> QuerySet[Charge]:
        return (
            receivables(now=self.now)
            .select_related(*WHO_AND_WHAT_FOR, "invoice")
            .prefetch_related("pledge__pool__texts")
        )

    def more_context(self) -> dict[str, Any]:
        sums = sums_by_age(self.get_queryset())
        rows = [{"label": LABELS[age], "number": number, "amount": amount} for age, number, amount in sums]
        total = {name: sum(row[name] for row in rows) for name in ("number", "amount")}
        return {"sums": rows, "total": total}


class PaymentFilterSet(WagtailFilterSet):
    provider = django_filters.ChoiceFilter(label=gettext_lazy("Through"), method="through", choices=PROVIDERS)
    settled_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = Charge
        fields = ["state"]

    def through(self, charges: QuerySet[Charge], name: str, provider: str) -> QuerySet[Charge]:
        if provider == PaysBy.INVOICE:
            return charges.filter(pays_by=PaysBy.INVOICE)
        tried = charges.filter(attempts__provider=provider).order_by().values("pk")
        return charges.filter(Q(pk__in=tried) | Q(attempts=None, pledge__method__provider=provider))


def provider_of(charge: Charge) -> str:
    """Through whom it comes: its last try tells, else the saved method."""
    if charge.pays_by == PaysBy.INVOICE:
        return _("by invoice")
    attempts = list(charge.attempts.all())
    method = charge.pledge.method
    name = attempts[-1].provider if attempts else method.provider if method else ""
    return str(dict(PROVIDERS).get(name, name))


def references_of(charge: Charge) -> str:
    """What the provider or the bank calls the payments for it."""
    attempts = [attempt.intent_ref or attempt.page_ref for attempt in charge.attempts.all()]
    return one_after_the_other([*attempts, *(receipt.reference for receipt in charge.receipts.all())])


class PaymentListView(DeskListView):
    """What pledges were to pay, and what arrived for it, with the names under which others know it."""

    model = Charge
    page_title = gettext_lazy("Payments")
    index_url_name, index_results_url_name = "desk_payments", "desk_payments_results"
    filterset_class = PaymentFilterSet
    search_fields = [*SEARCHED, "attempts__intent_ref", "attempts__page_ref", "receipts__reference"]
    verbose_name_plural = gettext_lazy("payments")
    default_ordering = "-pk"
    export_filename = "payments"
    cells = (
        Cell(
            "organisation",
            gettext_lazy("Organisation"),
            organisation_of,
            url=invoice_url,
            sort_key="pledge__organisation__name",
        ),
        Cell("amount", gettext_lazy("Amount"), lambda charge: Francs(charge.amount), sort_key="amount", is_figure=True),
        Cell(
            "captured",
            gettext_lazy("Received"),
            lambda charge: Francs(charge.captured),
            sort_key="captured",
            is_figure=True,
        ),
        Cell("state", gettext_lazy("State"), lambda charge: charge.get_state_display(), sort_key="state"),
        Cell("settled_at", gettext_lazy("Date"), lambda charge: charge.settled_at, sort_key="settled_at"),
        Cell("provider", gettext_lazy("Through"), provider_of),
        Cell("number", gettext_lazy("Number"), number_of),
        Cell("reference", gettext_lazy("Reference"), references_of),
        Cell("workshop", gettext_lazy("Workshop"), workshop_of),
        Cell("created_at", gettext_lazy("Owed since"), lambda charge: charge.created_at, is_on_page=False),
    )

    def get_valid_orderings(self) -> list[str]:
        return [*super().get_valid_orderings(), "-pk"]

    def get_base_queryset(self) -> QuerySet[Charge]:
        related = Charge.objects.select_related(*WHO_AND_WHAT_FOR, "pledge__method", "invoice")
        return related.prefetch_related("pledge__pool__texts", "attempts", "receipts")


class RefundFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="in_state",
        choices=[("open", gettext_lazy("due, on its way or failed")), *RefundState.choices],
    )
    created_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Owed since"), widget=DateRangePickerWidget)

    class Meta:
        model = Refund
        fields = ["reason"]

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
    header_icon = "undo"
    index_url_name, index_results_url_name = "desk_refunds", "desk_refunds_results"
    filterset_class = RefundFilterSet
    search_fields = [*(f"charge__{name}" for name in SEARCHED), "ref", "settled_by", "paid_ref"]
    verbose_name_plural = gettext_lazy("refunds")
    default_ordering = "-created_at"
    export_filename = "refunds"

    @property
    def cells(self) -> tuple[Cell, ...]:  # type: ignore[override]  # the age is of this very moment
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
            Cell("age", gettext_lazy("Days"), self.days_of, is_figure=True),
            Cell("settled_at", gettext_lazy("Settled"), lambda refund: refund.paid_on or refund.settled_at),
            Cell("reason", gettext_lazy("Why"), lambda refund: RefundReason(refund.reason).label),
            Cell("way", gettext_lazy("Through"), way_back),
            Cell("number", gettext_lazy("Number"), lambda refund: number_of(refund.charge)),
            Cell(
                "reference",
                gettext_lazy("Reference"),
                lambda refund: one_after_the_other([refund.ref, refund.settled_by, refund.paid_ref]),
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
        Cell("withdrawn", gettext_lazy("Withdrawn"), lambda dispute: Francs(dispute.withdrawn), is_figure=True),
        Cell("reinstated", gettext_lazy("Given back"), lambda dispute: Francs(dispute.reinstated), is_figure=True),
        Cell(
            "charged_back", gettext_lazy("Charged back"), lambda dispute: Francs(dispute.charged_back), is_figure=True
        ),
        Cell("reason", gettext_lazy("Why"), lambda dispute: dispute.reason),
        Cell("reference", gettext_lazy("Reference"), lambda dispute: dispute.ref),
        Cell("payment", gettext_lazy("Payment"), lambda dispute: dispute.attempt.intent_ref, is_on_page=False),
        Cell("workshop", gettext_lazy("Workshop"), lambda dispute: workshop_of(dispute.attempt.charge)),
    )

    def get_base_queryset(self) -> QuerySet[Dispute]:
        related = (f"attempt__charge__{name}" for name in WHO_AND_WHAT_FOR)
        return Dispute.objects.select_related(*related).prefetch_related("attempt__charge__pledge__pool__texts")

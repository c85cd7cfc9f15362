"""The lists of the finance desk about money that comes: receivables by age, and payments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column

from pooling.accounts.receivables import LABELS, NOT_DUE, receivables, sums_by_age
from pooling.actions.writing_off import why_not_to_write_off
from pooling.models import Charge, ChargeState, PaysBy

from .listing import Cell, DeskListView, Francs

WRITTEN_OFF = "written_off"
PROVIDERS = (("stripe", "Stripe"), ("sandbox", gettext_lazy("Sandbox")), ("invoice", gettext_lazy("by invoice")))


def organisation_of(charge: Charge) -> str:
    return charge.pledge.organisation.name


def workshop_of(charge: Charge) -> str:
    return charge.pledge.pool.title()


# As staff read it: what waits for "you" on the organisation's own pages waits for the organisation here.
STATES = {**dict(ChargeState.choices), ChargeState.ACTION_REQUIRED: gettext_lazy("waits for the organisation")}


def state_of(charge: Charge) -> str:
    return str(STATES[ChargeState(charge.state)])


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
        choices=[
            ("overdue", gettext_lazy("overdue, of any age")),
            *LABELS.items(),
            (WRITTEN_OFF, gettext_lazy("written off")),
        ],
    )
    pays_by = django_filters.ChoiceFilter(label=gettext_lazy("Payment method"), choices=PaysBy.choices)
    due = django_filters.DateFromToRangeFilter(label=gettext_lazy("Due date"), widget=DateRangePickerWidget)

    class Meta:
        model = Charge
        fields: ClassVar[list[str]] = []

    def of_age(self, charges: QuerySet[Charge], name: str, age: str) -> QuerySet[Charge]:
        if age == WRITTEN_OFF:
            return charges  # which are of them, see get_base_queryset
        return charges.exclude(age=NOT_DUE) if age == "overdue" else charges.filter(age=age)


def reason_of(charge: Charge) -> str:
    """Why it was written off, if it was."""
    invoice = getattr(charge, "invoice", None)
    return invoice.write_off.reason if hasattr(invoice, "write_off") else ""


def what_of_its_loss(charge: Charge) -> str:
    """Why it was written off, or that it can be."""
    if reason := reason_of(charge):
        return reason
    return "" if why_not_to_write_off(charge, now=timezone.now()) else _("Write off")


def write_off_url(charge: Charge) -> str | None:
    if reason_of(charge) or why_not_to_write_off(charge, now=timezone.now()):
        return None
    return reverse("desk_write_off", args=[charge.uuid])


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
        Cell("number", gettext_lazy("Document"), number_of),
        Cell("amount", gettext_lazy("Amount"), lambda charge: Francs(charge.amount), sort_key="amount", is_figure=True),
        # The page has to fit 1280 pixels: what is paid is the amount less what is open, and an invoice has its number.
        Cell("paid", gettext_lazy("Paid"), lambda charge: Francs(charge.captured), is_figure=True, is_on_page=False),
        Cell("workshop", gettext_lazy("Workshop"), workshop_of),
        Cell("way", gettext_lazy("Payment method"), lambda charge: charge.get_pays_by_display(), is_on_page=False),
        Cell("state", gettext_lazy("State"), state_of, is_on_page=False),
        Cell("reason", gettext_lazy("Why it will not be paid"), reason_of, is_on_page=False),
    )
    may_be_lost = Cell("lost", gettext_lazy("Never paid?"), what_of_its_loss, url=write_off_url)

    @property
    def columns(self) -> list[Column]:
        return [*super().columns, self.may_be_lost.column()]

    def get_base_queryset(self) -> QuerySet[Charge]:
        written_off = self.request.GET.get("age") == WRITTEN_OFF
        charges = receivables(now=self.now, written_off=written_off)
        related = charges.select_related(*WHO_AND_WHAT_FOR, "invoice__write_off")
        return related.prefetch_related("pledge__pool__texts")

    def more_context(self) -> dict[str, Any]:
        sums = sums_by_age(self.get_queryset())
        rows = [{"label": LABELS[age], "number": number, "amount": amount} for age, number, amount in sums]
        total = {name: sum(row[name] for row in rows) for name in ("number", "amount")}
        return {"sums": rows, "total": total}


class PaymentFilterSet(WagtailFilterSet):
    provider = django_filters.ChoiceFilter(label=gettext_lazy("Through"), method="through", choices=PROVIDERS)
    state = django_filters.ChoiceFilter(label=gettext_lazy("State"), choices=list(STATES.items()))
    settled_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Date"), widget=DateRangePickerWidget)

    class Meta:
        model = Charge
        fields: ClassVar[list[str]] = []

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
        Cell("state", gettext_lazy("State"), state_of, sort_key="state"),
        Cell("settled_at", gettext_lazy("Date"), lambda charge: charge.settled_at, sort_key="settled_at"),
        Cell("provider", gettext_lazy("Through"), provider_of),
        Cell("number", gettext_lazy("Document"), number_of),
        Cell("reference", gettext_lazy("Reference"), references_of, is_reference=True),
        Cell("workshop", gettext_lazy("Workshop"), workshop_of),
        Cell("created_at", gettext_lazy("Owed since"), lambda charge: charge.created_at, is_on_page=False),
    )

    def get_valid_orderings(self) -> list[str]:
        return [*super().get_valid_orderings(), "-pk"]

    def get_base_queryset(self) -> QuerySet[Charge]:
        related = Charge.objects.select_related(*WHO_AND_WHAT_FOR, "pledge__method", "invoice")
        return related.prefetch_related("pledge__pool__texts", "attempts", "receipts")

"""The finance desk in Wagtail's admin: its addresses and its place in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from .journal_views import journal_page
from .lists import PaymentListView, ReceivableListView
from .overview import overview
from .payout_views import ordered_payouts, payouts
from .refund_lists import DisputeListView, RefundListView
from .service_views import add_summary, service
from .statement_views import StatementListView, statement_page
from .views import PERMISSION, bank, bank_file, bank_line, pledge_document, split
from .write_off_views import write_off_page

LISTS = {
    "receivables": ReceivableListView,
    "payments": PaymentListView,
    "refunds": RefundListView,
    "disputes": DisputeListView,
    "statements": StatementListView,
}


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    lists = [
        [
            path(f"finance/lists/{name}/", view.as_view(), name=view.index_url_name),
            path(f"finance/lists/{name}/results/", view.as_view(results_only=True), name=view.index_results_url_name),
        ]
        for name, view in LISTS.items()
    ]
    return [
        path("finance/", overview, name="desk"),
        *(pattern for both in lists for pattern in both),
        path("finance/bank/", bank, name="desk_bank"),
        path("finance/bank/files/<int:pk>/", bank_file, name="desk_bank_file"),
        path("finance/bank/lines/<int:pk>/", bank_line, name="desk_bank_line"),
        path("finance/bank/lines/<int:pk>/split/", split, name="desk_bank_split"),
        path("finance/refunds/", payouts, name="desk_payouts"),
        path("finance/refunds/file/", ordered_payouts, name="desk_payout_file"),
        path("finance/receivables/<uuid:uuid>/write-off/", write_off_page, name="desk_write_off"),
        path("finance/pools/<int:pk>/", statement_page, name="desk_statement"),
        path("finance/journal/", journal_page, name="desk_journal"),
        path("finance/documents/<uuid:uuid>/<slug:kind>.pdf", pledge_document, name="desk_document"),
        path("finance/service/", service, name="desk_service"),
    ]


class DeskMenuItem(MenuItem):
    """For people who look after the money."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


# What it is called, where it is, and its icon.
PLACES = (
    (gettext_lazy("Overview"), "desk", "desktop"),
    (gettext_lazy("Bank"), "desk_bank", "upload"),
    (gettext_lazy("Refunds to transfer"), "desk_payouts", "rotate"),
    (gettext_lazy("Receivables"), "desk_receivables", "list-ul"),
    (gettext_lazy("Payments"), "desk_payments", "list-ul"),
    (gettext_lazy("All refunds"), "desk_refunds", "rotate"),
    (gettext_lazy("Disputes"), "desk_disputes", "warning"),
    (gettext_lazy("Payment service"), "desk_service", "warning"),
    (gettext_lazy("Statements"), "desk_statements", "shares"),
    (gettext_lazy("Journal"), "desk_journal", "history"),
)


@hooks.register("register_admin_menu_item")
def register_desk() -> MenuItem:
    items = [
        DeskMenuItem(label, reverse(name), name=name, icon_name=icon, order=order)
        for order, (label, name, icon) in enumerate(PLACES)
    ]
    return SubmenuMenuItem(gettext_lazy("Finance"), Menu(items=items), name="finance", icon_name="desktop", order=155)


hooks.register("construct_homepage_summary_items", add_summary)

"""The finance desk in Wagtail's admin: its addresses and its place in the menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .payout_views import ordered_payouts, payouts
from .views import PERMISSION, bank, bank_file, bank_line


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    return [
        path("finance/bank/", bank, name="desk_bank"),
        path("finance/bank/files/<int:pk>/", bank_file, name="desk_bank_file"),
        path("finance/bank/lines/<int:pk>/", bank_line, name="desk_bank_line"),
        path("finance/refunds/", payouts, name="desk_payouts"),
        path("finance/refunds/file/", ordered_payouts, name="desk_payout_file"),
    ]


class DeskMenuItem(MenuItem):
    """For people who look after the money."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(PERMISSION))


@hooks.register("register_admin_menu_item")
def register_bank() -> MenuItem:
    return DeskMenuItem(gettext_lazy("Bank"), reverse("desk_bank"), name="bank", icon_name="upload", order=155)


@hooks.register("register_admin_menu_item")
def register_payouts() -> MenuItem:
    return DeskMenuItem(gettext_lazy("Refunds"), reverse("desk_payouts"), name="payouts", icon_name="undo", order=156)

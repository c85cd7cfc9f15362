"""The library in Wagtail's admin: what readers ask for, among the reports."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from .demand_views import demand_page, may_see_demand


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    return [path("resources/demand/", demand_page, name="resource_demand")]


class DemandMenuItem(MenuItem):
    """For whoever writes pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_demand(request.user)


@hooks.register("register_reports_menu_item")
def register_demand() -> MenuItem:
    url = reverse("resource_demand")
    return DemandMenuItem(
        gettext_lazy("What readers ask for"), url, name="resource-demand", icon_name="help", order=250
    )

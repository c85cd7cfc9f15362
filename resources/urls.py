"""Addresses of the search, readable in each language."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from . import reader_views, views

app_name = "resources"
urlpatterns = [
    path(_("search/"), views.search_page, name="search"),
    path(
        _("feedback/"),
        include(
            [
                path("<int:pk>/", reader_views.hear_reader, name="hear"),
                path("<int:pk>/<slug:said>/", reader_views.heard, name="heard"),
            ]
        ),
    ),
]

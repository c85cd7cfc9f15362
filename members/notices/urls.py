"""Addresses of notices, readable in each language."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from . import views

app_name = "notices"
urlpatterns = [
    path(_("account/notices/"), views.choose_notices, name="settings"),
    path(_("notices/end/<str:token>/"), views.stop_notices, name="stop"),
]

"""Addresses of needs, readable in each language."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from . import views

app_name = "needs"
urlpatterns = [
    path(_("needs/"), views.needs, name="needs"),
    path(_("needs/write/"), views.write, name="write"),
    path(_("needs/<int:pk>/"), views.need_page, name="need"),
]

"""Addresses of meetings, readable in each language."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from . import views

app_name = "meetings"
urlpatterns = [
    path(_("meetings/"), views.meetings, name="meetings"),
    path(_("meetings/<int:pk>/"), views.meeting_page, name="meeting"),
    path(_("meetings/<int:pk>/calendar.ics"), views.calendar, name="calendar"),
    path(_("meetings/people/<int:pk>/"), views.registration, name="registration"),
]

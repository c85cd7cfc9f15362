"""Addresses of joining and of an organisation's people, readable in each language."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from .views import directory, joining, people

app_name = "members"
urlpatterns = [
    path(_("take-part/"), joining.join, name="join"),
    path(_("take-part/sent/"), joining.application_sent, name="application_sent"),
    path(_("take-part/confirm/<str:token>/"), joining.application_confirm, name="application_confirm"),
    path(_("invitation/<str:token>/"), people.invitation, name="invitation"),
    path(_("directory/"), directory.directory, name="directory"),
    path(_("directory/<slug:slug>/"), directory.entry, name="directory_entry"),
    path(_("directory/<slug:slug>/write/"), directory.contact, name="contact"),
    path(_("directory/<slug:slug>/sent/"), directory.contact_sent, name="contact_sent"),
    path(_("organisations/<uuid:uuid>/directory/"), directory.own_entry, name="own_entry"),
    path(_("organisations/<uuid:uuid>/people/"), people.people, name="people"),
    path(_("organisations/<uuid:uuid>/invitations/<int:pk>/"), people.invitation_change, name="invitation_change"),
    path(_("organisations/<uuid:uuid>/people/<int:pk>/role/"), people.membership_role, name="membership_role"),
    path(_("organisations/<uuid:uuid>/people/<int:pk>/end/"), people.membership_end, name="membership_end"),
]

"""Organisations in Wagtail's admin: staff enter and correct them, and say who acts. And our own pages there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import AbstractUser
from django.forms.models import BaseInlineFormSet, inlineformset_factory
from django.templatetags.static import static
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from members.actions.directory import details_changed
from members.actions.errors import AlreadyMember, LastAdministrator
from members.actions.invitations import invite_administrator
from members.models import Membership, Organisation, Role, User
from members.models.uid import normalise_uid

from . import applications, handbook, meetings_desk, needs_desk, people_desk, unsent_letters


class PersonField(forms.ModelChoiceField):
    """A person, named by the e-mail address with which they log in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=User.objects.all(),
            to_field_name="email",
            widget=forms.EmailInput(attrs={"autocomplete": "off"}),
            error_messages={
                "invalid_choice": _(
                    "Nobody logs in with this address yet. Please enter it under “Invite an administrator”."
                ),
            },
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return User.objects.filter(pk=value).values_list("email", flat=True).first()
        return value.email if isinstance(value, AbstractUser) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip().lower()


class MembershipForm(forms.ModelForm):
    person = PersonField(label=_("E-mail address"))

    class Meta:
        model = Membership
        fields = ["person", "role"]


class WhoActs(BaseInlineFormSet):
    """Members and administrators. What an organisation has pledged is somebody's to answer for."""

    def clean(self) -> None:
        super().clean()
        if not self.instance.pk or any(self.errors):
            return
        before = set(self.instance.administrators().values_list("pk", flat=True))
        lines = [line.cleaned_data for line in self.forms if line.cleaned_data.get("person")]
        left = {
            line["person"].pk
            for line in lines
            if line["role"] == Role.ADMINISTRATOR and line["person"].is_active and not line.get("DELETE")
        }
        if before and not left:
            raise forms.ValidationError(str(LastAdministrator()))


MembershipFormSet = inlineformset_factory(
    Organisation, Membership, form=MembershipForm, formset=WhoActs, extra=2, can_delete=True
)


class OrganisationForm(WagtailAdminModelForm):
    """An organisation together with the people who act for it."""

    # Longer than what is stored, since people paste it with its suffix ("MWST").
    uid = Organisation._meta.get_field("uid").formfield(max_length=30)
    website = Organisation._meta.get_field("website").formfield(assume_scheme="https")
    invite = forms.EmailField(
        label=_("Invite an administrator"),
        required=False,
        help_text=_("A letter with a link goes to this address. If it was lost, enter the address once more."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Organisation
        fields = [
            "name",
            "legal_form",
            "uid",
            "street",
            "house_number",
            "postcode",
            "town",
            "country",
            "canton",
            "language",
            "website",
            "size",
            "is_named",
            "state",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memberships = MembershipFormSet(
            self.data if self.is_bound else None, instance=self.instance, prefix="memberships"
        )

    def clean_uid(self) -> str:
        """In its normal form. The database would refuse a second one, but not with a sentence."""
        typed = self.cleaned_data["uid"].strip()
        uid = normalise_uid(typed) if typed else ""
        if uid and Organisation.objects.filter(uid=uid).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another organisation has this UID already."))
        return uid

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.memberships.is_valid()])

    def clean_invite(self) -> str:
        email = str(self.cleaned_data["invite"]).strip().lower()
        if email and self.instance.pk and self.instance.memberships.filter(person__email=email).exists():
            raise forms.ValidationError(str(AlreadyMember()))
        return email

    def save(self, commit: bool = True) -> Organisation:
        organisation: Organisation = super().save(commit=commit)
        self.memberships.instance = organisation
        self.memberships.save(commit=commit)
        details_changed(organisation=organisation)
        if email := self.cleaned_data["invite"]:
            invite_administrator(organisation=organisation, email=email, by=self.for_user, now=timezone.now())
        return organisation


class NeverDeleted(ModelPermissionPolicy):
    """Organisations are suspended instead: their pledges and payments stay."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))


class OrganisationViewSet(ModelViewSet):
    model = Organisation
    name = "organisations"
    icon = "group"
    menu_order = 160
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["name", "town", "canton", "language", "state"]
    list_filter = ["state", "language", "canton"]
    search_fields = ["name", "uid", "town"]
    search_backend_name = None
    ordering = "name"
    create_template_name = "portal/admin/organisation_form.html"
    edit_template_name = "portal/admin/organisation_form.html"

    @property
    def permission_policy(self) -> NeverDeleted:
        return NeverDeleted(self.model)

    def get_form_class(self, for_update: bool = False) -> type[OrganisationForm]:
        return OrganisationForm


@hooks.register("register_admin_viewset")
def register_organisations() -> OrganisationViewSet:
    return OrganisationViewSet()


@hooks.register("register_admin_urls")
def register_admin_urls() -> list[URLPattern]:
    return [
        *unsent_letters.urlpatterns,
        *applications.urlpatterns,
        *needs_desk.urlpatterns,
        *meetings_desk.urlpatterns,
        *people_desk.urlpatterns,
        *handbook.urlpatterns,
    ]


@hooks.register("insert_global_admin_css")
def style_of_our_pages() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("portal/admin.css"))


hooks.register("register_reports_menu_item", unsent_letters.menu_item)
hooks.register("register_admin_menu_item", applications.menu_item)
hooks.register("register_admin_menu_item", needs_desk.menu_item)
hooks.register("register_admin_menu_item", meetings_desk.menu_item)
hooks.register("register_help_menu_item", handbook.menu_item)
hooks.register("construct_help_menu", handbook.leave_one_handbook)
hooks.register("construct_homepage_summary_items", applications.add_summary)
hooks.register("construct_homepage_summary_items", unsent_letters.add_summary)
hooks.register("before_delete_user", people_desk.instead_of_deletion)
hooks.register("before_bulk_action", people_desk.instead_of_many)
hooks.register("before_bulk_action", people_desk.before_many_are_changed)
hooks.register("before_create_user", people_desk.before_people_are_changed)
hooks.register("before_edit_user", people_desk.before_people_are_changed)
hooks.register("register_user_listing_buttons", people_desk.listing_buttons)

"""A person's e-mail address, with which they log in: one, and a new one counts once it is confirmed.

allauth would let a change empty the address of somebody who never confirmed the first one, and would let two people
confirm the same one, at which the database balks. Both end here.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm
from allauth.account.models import EmailAddress
from allauth.account.views import EmailView
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from members.account_forms import WithOurWords
from members.models import User


@transaction.atomic
def ensure_current_address(person: User) -> EmailAddress:
    """The address that `person` logs in with, as allauth keeps it beside the one of the account.

    It counts as confirmed: nobody signs up by themselves, so whoever made the account knew whose address it is. What
    staff changed in the admin counts as well, and what allauth has kept from before goes.
    """
    address = person.email.lower()
    current, _made = EmailAddress.objects.get_or_create(user=person, email=address)
    if not (current.verified and current.primary):
        EmailAddress.objects.filter(Q(verified=True) | Q(primary=True), user=person).exclude(pk=current.pk).delete()
        EmailAddress.objects.filter(email=address).exclude(user=person).delete()
        current.verified = current.primary = True
        current.save()
    return current


class AddressForm(WithOurWords, AddEmailForm):
    """The new address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = gettext_lazy("New e-mail address")

    def clean_email(self) -> str:
        """Refuses an address that somebody else logs in with."""
        address = str(super().clean_email())
        if User.objects.filter(email__iexact=address).exclude(pk=self.user.pk).exists():
            raise get_adapter().validation_error("email_taken")
        return address


class AddressView(EmailView):
    """Change the address."""

    form_class = AddressForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        ensure_current_address(request.user)
        return super().dispatch(request, *args, **kwargs)


change_address = never_cache(login_required(AddressView.as_view()))

"""Staff need a second factor (DESIGN.md section 4). Whoever has none yet is led to the page where one chooses which."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _


class StaffSecondFactorMiddleware:
    """Keeps staff out of the admin until they have a second factor, where STAFF_MFA_REQUIRED is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not settings.STAFF_MFA_REQUIRED or not request.path.startswith(reverse("wagtailadmin_home")):
            return None
        if not request.user.is_authenticated or is_mfa_enabled(request.user):
            return None
        messages.warning(
            request,
            _(
                "The admin needs a second factor. Please set one up first: a passkey of your device, or an app on your "
                "phone."
            ),
        )
        return redirect("mfa_index")

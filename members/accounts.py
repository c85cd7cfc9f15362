"""How allauth behaves here: nobody signs up by themselves, an organisation's administrator invites them."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from .models import User

YEAR = 365 * 24 * 3600  # seconds


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Log-in and passwords by allauth; accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The overview, in the person's own language."""
        with translation.override(request.user.language):
            return str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Remember the person's language for the address without one (DESIGN.md section 3)."""
        response: HttpResponse = super().post_login(request, user, **details)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=YEAR,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response

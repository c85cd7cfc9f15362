"""Where allauth's steps by passkey need a word more: which second factors somebody has, and what went wrong."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import ReauthenticateWebAuthnView
from django.forms import BaseForm
from django.http import HttpResponse


class SecondStep(AuthenticateView):
    """The second step of logging in. It offers what the person has."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        return {
            **super().get_context_data(**kwargs),
            "has_app": Authenticator.Type.TOTP in kinds,
            "has_passkey": Authenticator.Type.WEBAUTHN in kinds,
        }


class ConfirmByPasskey(ReauthenticateWebAuthnView):
    """Says on its own page what went wrong: allauth leads to the log-in page, and from there away."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data() | {"form": form})


second_step = SecondStep.as_view()
confirm_by_passkey = ConfirmByPasskey.as_view()

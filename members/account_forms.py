"""allauth's forms, with our words where something was left empty: what to enter, not that something is missing."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm as TOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

WANTED: dict[str, Promise] = {
    "login": _("Please enter your e-mail address."),
    "email": _("Please enter the e-mail address."),
    "password": _("Please enter your password."),
    "oldpassword": _("Please enter your current password."),
    "password1": _("Please enter the new password."),
    "password2": _("Please enter the new password once more."),
    "code": _("Please enter the code."),
    "name": _("Please enter a name."),
}

# What reading something else than a passkey's answer ends in.
NOT_AN_ANSWER = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)


class WithOurWords:
    """A form that says of each of its fields what to enter."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sentence in WANTED.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = sentence


class LoginForm(WithOurWords, account.LoginForm):
    pass


class RequestLoginCodeForm(WithOurWords, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(WithOurWords, account.ConfirmLoginCodeForm):
    pass


class ChangePasswordForm(WithOurWords, account.ChangePasswordForm):
    pass


class SetPasswordForm(WithOurWords, account.SetPasswordForm):
    pass


class ResetPasswordForm(WithOurWords, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(WithOurWords, account.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(WithOurWords, account.ReauthenticateForm):
    pass


class CodeForm(WithOurWords, mfa.AuthenticateForm):
    pass


class CodeOnceMoreForm(WithOurWords, mfa.ReauthenticateForm):
    pass


class ActivateTOTPForm(WithOurWords, TOTPForm):
    pass


class Credential(forms.JSONField):
    """What a passkey answers, or nothing that only looks like it: allauth takes its parts without looking."""

    def __init__(self, kind: type[RegistrationResponse | AuthenticationResponse]) -> None:
        super().__init__(widget=forms.HiddenInput)
        self.kind = kind

    def validate(self, value: Any) -> None:
        super().validate(value)
        try:
            self.kind.from_dict(value)
        except NOT_AN_ANSWER as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class WithPasskey(WithOurWords):
    """A form whose hidden field a passkey fills. Nobody sees that field, so what is wrong is said of the whole form."""

    def add_error(self, field: str | None, error: ValidationError) -> None:
        if field == "credential" and getattr(error, "code", "") != "too_many_login_attempts":
            error = ValidationError(_("The passkey was not accepted. Please try once more."), code="passkey")
        # What it is mixed into is a form, which the checker of types can't know.
        super().add_error(None if field == "credential" else field, error)  # type: ignore[misc]


def passkey_name(**options: Any) -> forms.CharField:
    help_text = _("So that you know which one it is, should you lose a device.")
    return forms.CharField(label=_("Name of the passkey"), max_length=100, help_text=help_text, **options)


class AddPasskeyForm(WithPasskey, webauthn.AddWebAuthnForm):
    name = passkey_name(required=False)
    credential = Credential(RegistrationResponse)


class NamePasskeyForm(WithOurWords, webauthn.EditWebAuthnForm):
    name = passkey_name()


class PasskeyForm(WithPasskey, webauthn.AuthenticateWebAuthnForm):
    credential = Credential(AuthenticationResponse)


class PasskeyOnceMoreForm(WithPasskey, webauthn.ReauthenticateWebAuthnForm):
    credential = Credential(AuthenticationResponse)

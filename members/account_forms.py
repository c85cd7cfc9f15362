"""allauth's forms, with our words where something was left empty: what to enter, not that something is missing."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm as TOTPForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WANTED: dict[str, Promise] = {
    "login": _("Please enter your e-mail address."),
    "email": _("Please enter the e-mail address."),
    "password": _("Please enter your password."),
    "oldpassword": _("Please enter your current password."),
    "password1": _("Please enter the new password."),
    "password2": _("Please enter the new password once more."),
    "code": _("Please enter the code."),
}


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

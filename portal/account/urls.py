"""allauth's pages under addresses that are words of each language.

The names are allauth's, because its own code and its letters look addresses up by them. Pages that the portal does not
offer (telephones, passkeys instead of the password) have no address. Compare allauth/account/urls.py and
allauth/mfa/urls.py.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from .address import change_address
from .organisation import organisation_naming
from .own_data import details, erase_account, erased, own_data, own_data_file
from .passkeys import confirm_by_passkey, second_step
from .sessions import own_sessions
from .views import dashboard


class Base36:
    """A person's number as allauth writes it. It ends at the first hyphen; the key behind it has more of them."""

    regex = "[0-9A-Za-z]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Base36, "base36")

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path(_("organisation/<uuid:uuid>/naming/"), organisation_naming, name="organisation_naming"),
    path(_("details/"), details, name="account_details"),
    path(_("data/"), own_data, name="own_data"),
    path(_("data/file/"), own_data_file, name="own_data_file"),
    path(_("delete/"), erase_account, name="account_erase"),
    path(_("deleted/"), erased, name="account_erased"),
    path(_("log-in/"), account.login, name="account_login"),
    path(_("log-in/code/"), second_step, name="mfa_authenticate"),
    path(_("log-in/by-mail/"), account.request_login_code, name="account_request_login_code"),
    path(_("log-in/by-mail/code/"), account.confirm_login_code, name="account_confirm_login_code"),
    path(_("log-out/"), account.logout, name="account_logout"),
    path(_("closed/"), account.account_inactive, name="account_inactive"),
    path(_("join/"), RedirectView.as_view(pattern_name="members:join"), name="account_signup"),
    path(_("confirm/"), account.reauthenticate, name="account_reauthenticate"),
    path(_("confirm/code/"), mfa.reauthenticate, name="mfa_reauthenticate"),
    path(_("confirm/passkey/"), confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path(_("e-mail/"), change_address, name="account_email"),
    path(_("e-mail/sent/"), account.email_verification_sent, name="account_email_verification_sent"),
    path(_("e-mail/confirm/<str:key>/"), account.confirm_email, name="account_confirm_email"),
    path(_("password/change/"), account.password_change, name="account_change_password"),
    path(_("password/choose/"), account.password_set, name="account_set_password"),
    path(_("password/forgotten/"), account.password_reset, name="account_reset_password"),
    path(_("password/forgotten/sent/"), account.password_reset_done, name="account_reset_password_done"),
    path(
        _("password/new/<base36:uidb36>-<str:key>/"),
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(_("password/new/saved/"), account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path(_("security/"), mfa.index, name="mfa_index"),
    path(_("security/sessions/"), own_sessions, name="usersessions_list"),
    path(_("security/app/set-up/"), totp.activate_totp, name="mfa_activate_totp"),
    path(_("security/app/switch-off/"), totp.deactivate_totp, name="mfa_deactivate_totp"),
    path(_("security/passkeys/"), webauthn.list_webauthn, name="mfa_list_webauthn"),
    path(_("security/passkeys/add/"), webauthn.add_webauthn, name="mfa_add_webauthn"),
    path(_("security/passkeys/<int:pk>/name/"), webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path(_("security/passkeys/<int:pk>/remove/"), webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path(_("security/recovery-codes/"), codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(_("security/recovery-codes/new/"), codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(_("security/recovery-codes/file/"), codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]

"""How allauth behaves here: nobody signs up by themselves, an organisation's administrator invites them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from smtplib import SMTPException
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from .devices import YEAR, device, is_known, note_session, remember_device
from .letters.actions import compose
from .letters.rendering import read_source, write
from .models import User

LOGIN_CODE = "account/email/login_code"

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Log-in and passwords by allauth; accounts are made by invitation only.

    Its mails are letters as all others, but hold links that let one in: they are sent at once and kept nowhere.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The overview, in the person's own language."""
        with translation.override(request.user.language):
            return str(super().get_login_redirect_url(request))

    def login(self, request: HttpRequest, user: User) -> None:
        """Tell the person where somebody logs in with a browser that they have not used before.

        Not at the first log-in ever: there is no other browser then.
        """
        is_first = user.last_login is None
        super().login(request, user)
        if not is_first and not is_known(request, user):
            self.send_notification_mail("account/email/new_device", user, email=user.email)

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Remember the person's language for the address without one (DESIGN.md section 3), and the browser."""
        response: HttpResponse = super().post_login(request, user, **details)
        settle_in(request, response, user)
        return response

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """With a link in the person's own language, whichever page they asked on."""
        with translation.override(user.language):
            link = self.get_reset_password_from_key_url(f"{context['uid']}-{context['key']}")
        super().send_password_reset_mail(user, email, context | {"password_reset_url": link})

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """With a link in the person's own language."""
        with translation.override(emailconfirmation.email_address.user.language):
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody that their account was changed. It stays so, also where no mail server takes the letter."""
        try:
            super().send_notification_mail(template_prefix, user, {"user": user, **(context or {})}, email)
        except (SMTPException, OSError) as error:
            logger.warning("%s was not taken by the mail server (%s)", template_prefix, type(error).__name__)

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Send at once: what it holds is for nobody else, and of no use tomorrow.

        A code to log in with is written in its reader's language; allauth doesn't say whose it is.
        """
        if template_prefix == LOGIN_CODE:
            context = {**context, "user": User.objects.filter(email__iexact=email).first()}
        self.render_mail(template_prefix, email, {"email": email, **context}).send()

    def render_mail(
        self, template_prefix: str, email: str, context: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> EmailMultiAlternatives:
        """One of allauth's mails as a letter: its source is `template_prefix` with .txt, see docs/letters.md."""
        person = context.get("user")
        language = person.language if person else translation.get_language()
        with translation.override(language):
            document = read_source(template=f"{template_prefix}.txt", context=facts(context), language=language)
            name = person.get_full_name() if person else ""
            written = write(document, language=language, name=name, why=why_written(is_known=bool(person)))
        return compose(written, to=email, language=language, ref=str(uuid4()))


class SecondFactors(DefaultMFAAdapter):
    """What passkeys are called: on the device by the portal's name, in the account by the device that made them."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return device(allauth_context.request.META.get("HTTP_USER_AGENT", "")) or _("Passkey")


def settle_in(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """What comes with every log-in: the session is among the person's, language and browser are remembered."""
    note_session(request)
    remember_language(response, person.language)
    remember_device(request, response, person)


def remember_language(response: HttpResponse, language: str) -> None:
    """The address without a language leads there from now on, in this browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def facts(context: Mapping[str, Any]) -> dict[str, object]:
    """What letters about an account tell: allauth's texts and times, with its request's as people read them."""
    known: dict[str, object] = {key: value for key, value in context.items() if isinstance(value, str | datetime)}
    return known | {
        "when": context.get("timestamp"),
        "device": device(context.get("user_agent", "")),
        "reset_url": settings.SITE_URL + reverse("account_reset_password"),
    }


def why_written(is_known: bool) -> str:
    """Why one gets a letter about an account, with or without having one."""
    if is_known:
        return _("You receive this letter because you have an account on the up2gether portal.")
    return _("You receive this letter because somebody entered this address on the up2gether portal.")

"""The last letter to a person: their account was deleted. It is written before, sent after, and kept nowhere."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from allauth.account.adapter import get_adapter
from django.core.mail import EmailMultiAlternatives

from members.models import User

logger = logging.getLogger(__name__)


def farewell(person: User) -> EmailMultiAlternatives:
    """The letter, while the name and the address are still known."""
    letter: EmailMultiAlternatives = get_adapter().render_mail(
        "account/email/account_erased", person.email, {"user": person}
    )
    return letter


def say_farewell(letter: EmailMultiAlternatives) -> None:
    """Send it, if a mail server takes it: nobody could try again later."""
    try:
        letter.send()
    except (SMTPException, OSError) as error:
        logger.warning("the letter about a deleted account was not taken (%s)", type(error).__name__)

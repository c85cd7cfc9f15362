"""Mails on the console of `make run`."""

from __future__ import annotations

import io

from django.core.mail import EmailMultiAlternatives

from portal.console_mail import EmailBackend


def test_a_mail_on_the_console_shows_its_text_alone() -> None:
    out = io.StringIO()
    mail = EmailMultiAlternatives(
        "Zusage bestätigt",
        "Guten Tag\n\nIhre Zusage steht.",
        to=["leitung@muster.example"],
        connection=EmailBackend(stream=out),
    )
    mail.attach_alternative("<p>Guten Tag</p>", "text/html")
    assert mail.send() == 1
    assert out.getvalue().strip("-\n").splitlines() == [
        "To: leitung@muster.example",
        "Subject: Zusage bestätigt",
        "",
        "Guten Tag",
        "",
        "Ihre Zusage steht.",
    ]

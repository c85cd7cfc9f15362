"""Mails to the console, for `make run`: what a person would read, without MIME and without the HTML version."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as ConsoleBackend

WIDTH = 79


class EmailBackend(ConsoleBackend):
    """Prints sender, recipients, subject and text of each mail between two lines."""

    def write_message(self, message: EmailMessage) -> None:
        head: dict[str, Any] = {"To": ", ".join(message.recipients()), "Subject": message.subject}
        self.stream.write("-" * WIDTH + "\n")
        self.stream.writelines(f"{name}: {value}\n" for name, value in head.items())
        self.stream.write(f"\n{message.body.rstrip()}\n" + "-" * WIDTH + "\n")

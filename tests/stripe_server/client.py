"""Starts the stand-in as a process of its own and steers it from a test, synchronously.

with StripeServer(webhook_url=receiver.url) as server:
    client = server.stripe_client()
    server.control("faults", kind="timeout_after", seconds=1)
"""

import json
import select
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import stripe

from .config import TEST_SIGNING

PROJECT = Path(__file__).resolve().parents[2]
START = 30  # seconds


def option(name: str, value: Any) -> str:
    """As on the command line; True stands for an option without a value."""
    flag = "--" + name.replace("_", "-")
    return flag if value is True else f"{flag}={value}"


class StripeServer:
    """`options` are further command line options, e.g. webhook_attempts=1, any_version=True."""

    def __init__(self, *, webhook_url: str = "", webhook_secret: str = TEST_SIGNING, **options: Any) -> None:
        named = {"webhook_url": webhook_url, "webhook_secret": webhook_secret, **options}
        self.arguments = [option(name, value) for name, value in named.items()]
        self.webhook_secret = webhook_secret
        self.process: subprocess.Popen[str] | None = None
        self.base = ""

    def start(self) -> Self:
        """Returns once the server listens; `base` is its address then."""
        command = [sys.executable, "-m", "tests.stripe_server", "--port=0", "--until-stdin-closes", *self.arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(  # noqa: S603 (our own command)
            command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True
        )
        output = self.process.stdout
        if output and select.select([output], [], [], START)[0]:
            self.base = output.readline().strip()
        if not self.base:
            self.stop()
            message = "The stand-in for Stripe did not start; its standard error says why."
            raise RuntimeError(message)
        return self

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
        self.process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def control(self, name: str, **data: Any) -> Any:
        """POST to /_ctl/NAME; returns the answer. Raises ValueError with the answer if it was refused."""
        status, text = self.request("POST", f"/_ctl/{name}", json.dumps(data))
        if status != 200:
            raise ValueError(name, status, text)
        return json.loads(text)

    def reset(self, **data: Any) -> None:
        """Forget everything; `webhook_url` and `webhook_secret` point the webhooks elsewhere."""
        self.control("reset", **data)

    def wait_for_webhooks(self, timeout: float = 5) -> None:
        """Until all are delivered or given up, in seconds."""
        if not self.control("idle", timeout=timeout)["idle"]:
            raise TimeoutError

    def request(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
        """A plain HTTP request to the server, past any proxy; returns status and text."""
        connection = HTTPConnection(str(urlsplit(self.base).netloc), timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def stripe_client(self, key: str = "sk_test_standin", *, max_network_retries: int = 0) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            base_addresses={"api": self.base},
            max_network_retries=max_network_retries,
        )

"""A webhook endpoint for tests: keeps what it is sent."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    body: bytes
    signature: str


class WebhookReceiver:
    """Listens on 127.0.0.1 in a thread. `refusals` is how many of the next deliveries are answered with a 500."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refusals = 0
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/stripe/"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def clear(self) -> None:
        with self.lock:
            self.received.clear()
            self.refusals = 0

    def take(self, body: bytes, signature: str) -> int:
        """Keep a delivery; returns the status to answer with."""
        with self.lock:
            self.received.append(Received(body, signature))
            if self.refusals:
                self.refusals -= 1
                return 500
            return 200

    def handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(body, self.headers["Stripe-Signature"]))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Quietly."""

        return Handler

"""The HTTP server: 127.0.0.1 only."""

import os
import signal
import socket
import sys
import threading
from typing import Any

from aiohttp import web

from .answers import WORLD
from .api import answer_api
from .config import Config
from .control import answer_control
from .pages import answer_bank, answer_checkout
from .world import World

HOST = "127.0.0.1"
GRACE = 0.5  # seconds that open requests, such as ones that time out on purpose, get when the server stops


def build(config: Config) -> web.Application:
    app = web.Application()

    async def open_world(app: web.Application) -> Any:
        app[WORLD] = World(config)
        yield
        app[WORLD].postbox.forget()

    app.cleanup_ctx.append(open_world)
    app.router.add_route("*", "/v1/{tail:.*}", answer_api)
    app.router.add_route("*", "/c/pay/{id}", answer_checkout)
    app.router.add_route("*", "/_page/auth/{id}", answer_bank)
    app.router.add_route("*", "/_ctl/{name}", answer_control)
    return app


def run(config: Config, *, port: int, until_stdin_closes: bool = False) -> None:
    """Serve until interrupted; the base URL is the first line printed, once the server listens."""
    listening = socket.create_server((HOST, port))
    config.base = f"http://{HOST}:{listening.getsockname()[1]}"
    if until_stdin_closes:
        threading.Thread(target=stop_when_stdin_closes, daemon=True).start()

    def announce(*_: object) -> None:
        sys.stdout.write(config.base + "\n")
        sys.stdout.flush()

    web.run_app(build(config), sock=listening, print=announce, access_log=None, shutdown_timeout=GRACE)


def stop_when_stdin_closes() -> None:
    """So that no server outlives the tests that started it, however they end."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)

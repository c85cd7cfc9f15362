"""A portal with the demo, served as in production: gunicorn, compressed static files, pages kept for visitors."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PATIENCE = 60  # seconds for the first answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(directory: Path, port: int) -> dict[str, str]:
    """What production reads, for a portal below `directory`. The keys open nothing."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO", "STRIPE"))}
    return {
        **inherited,
        "BENCH_DIRECTORY": str(directory),
        "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "DATABASE_URL": f"sqlite:///{directory}/portal.sqlite3",
        "CACHE_URL": os.environ.get("CACHE_URL") or f"filecache://{directory}/cache",
        "EMAIL_URL": "dummymail://",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DEFAULT_FROM_EMAIL": "up2gether <hello@up2gether.example>",
        "STRIPE_SECRET_KEY": "sk_test_nothing",
        "STRIPE_WEBHOOK_SECRET": "whsec_nothing",
        "SECURE_SSL_REDIRECT": "false",
    }


def prepare(directory: Path, port: int) -> dict[str, str]:
    """The demo in a database of its own, and the static files; returns the environment to serve them with."""
    env = environment(directory, port)
    demo = {**env, "DJANGO_SETTINGS_MODULE": "portal.settings.development", "STRIPE_SECRET_KEY": ""}
    manage = [sys.executable, "manage.py"]
    for command, with_env in [("prepare", demo), ("collectstatic", env)]:
        options = ["--noinput", "--verbosity=0"] if command == "collectstatic" else []
        done = subprocess.run(
            [*manage, command, *options], cwd=ROOT, env=with_env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return env


@contextmanager
def serving(env: dict[str, str], port: int) -> Iterator[str]:
    """The address of gunicorn with WORKERS sync workers, stopped at the end of the block."""
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--workers", str(WORKERS), "--no-control-socket", "--log-level", "warning"),
        ],
        cwd=ROOT,
        env=env,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{base}/healthz", server)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"no answer from {url}")

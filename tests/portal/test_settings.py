"""Production settings: a variable that is missing or malformed stops the start with a sentence that names it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GOOD = {
    "SECRET_KEY": "k7Qw2-mZ9x_Vb4Tn8Rf1Lp6Hs3Jd5Gc0Ya-Ue7Io2Xz4Wq9Mt1Bv6",
    "ALLOWED_HOSTS": "up2gether.example",
    "SITE_URL": "https://up2gether.example",
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1:1/portal",
    "CACHE_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.up2gether.example:587",
    "DEFAULT_FROM_EMAIL": "up2gether <hello@up2gether.example>",
    "STRIPE_SECRET_KEY": "sk_test_abc123",
    "STRIPE_WEBHOOK_SECRET": "whsec_abc123",
}
MALFORMED = [
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "x" * 60),
    ("ALLOWED_HOSTS", "https://up2gether.example/"),
    ("ALLOWED_HOSTS", " , "),
    ("SITE_URL", "up2gether.example"),
    ("SITE_URL", "ftp://up2gether.example"),
    ("SITE_URL", "https://"),
    ("DATABASE_URL", "portal"),
    ("DATABASE_URL", "postgres://"),
    ("DATABASE_URL", "mysql://portal@127.0.0.1/portal"),
    ("DATABASE_URL", "postgres://portal@127.0.0.1:port/portal"),
    ("CACHE_URL", "127.0.0.1:6379"),
    ("CACHE_URL", "redis:"),
    ("EMAIL_URL", "mail.up2gether.example"),
    ("EMAIL_URL", "smtp://"),
    ("EMAIL_URL", "smtp://mail.up2gether.example:many"),
    ("DEFAULT_FROM_EMAIL", "up2gether"),
    ("STRIPE_SECRET_KEY", "pk_test_abc123"),
    ("STRIPE_WEBHOOK_SECRET", "abc123"),
    ("STRIPE_API_BASE", "api.stripe.com"),
    ("STRIPE_TIMEOUT", "soon"),
    ("STRIPE_TIMEOUT", "0"),
    ("STRIPE_CALLS_PER_SECOND", "-1"),
    ("STRIPE_CALLS_PER_SECOND", "many"),
    ("STRIPE_TWINT_SAVING", "perhaps"),
    ("SECURE_SSL_REDIRECT", "maybe"),
    ("TRUSTED_PROXIES", "two"),
    ("TRUSTED_PROXIES", "-1"),
    ("KEEP_DECLINED_APPLICATIONS", "-1"),
    ("KEEP_INVITATIONS", "long"),
    ("KEEP_CONTACT_MESSAGES", "6"),
    ("KEEP_LETTERS", "0"),
    ("KEEP_ATTENDEES", "-1"),
    ("KEEP_ATTENDEE_ADDRESSES", "long"),
    ("MEDIA_ENDPOINT", "s3.example"),
    ("MACHINE_TRANSLATOR", "babelfish"),
    ("MACHINE_TRANSLATOR_URL", "translate.example"),
]
BUCKET = {"MEDIA_BUCKET": "portal", "MEDIA_ACCESS_KEY": "a", "MEDIA_SECRET_KEY": "b"}

LOADER = """
import importlib, json, os, sys
for line in sys.stdin:
    os.environ.clear()
    os.environ.update(json.loads(line))
    for name in [name for name in sys.modules if name.startswith("portal.settings")]:
        del sys.modules[name]
    try:
        importlib.import_module("portal.settings.production")
    except Exception as error:
        print(json.dumps(str(error)), flush=True)
    else:
        print(json.dumps(""), flush=True)
"""


def start(
    *command: str, settings: str = "portal.settings.production", **changes: str | None
) -> subprocess.CompletedProcess[str]:
    """Run Python on `command` in a clean environment: the good one, with `changes` (None takes a variable away)."""
    environment: dict[str, str | None] = {"PATH": os.environ["PATH"], **GOOD, **changes}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={
            "DJANGO_SETTINGS_MODULE": settings,
            **{name: value for name, value in environment.items() if value is not None},
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


Load = Callable[[dict[str, str]], str]


@pytest.fixture(scope="module")
def load() -> Iterator[Load]:
    """Loads the production settings in an environment and returns what was raised, "" if nothing.

    In a process of its own, one for all: the settings change how this one logs, and importing Django takes its time.
    """
    with subprocess.Popen(
        [sys.executable, "-c", LOADER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(environment: dict[str, str]) -> str:
            print(json.dumps(environment), file=process.stdin, flush=True)
            return str(json.loads(process.stdout.readline()))

        yield ask
        process.stdin.close()


def test_production_starts_with_all_variables(load: Load) -> None:
    assert load(GOOD) == ""


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_variable_is_named(name: str, load: Load) -> None:
    raised = load({other: value for other, value in GOOD.items() if other != name})
    assert raised.startswith(f"The environment variable {name} is missing: ")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_an_empty_variable_counts_as_missing(name: str, load: Load) -> None:
    assert load(GOOD | {name: " "}).startswith(f"The environment variable {name} is missing: ")


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_variable_is_named(name: str, value: str, load: Load) -> None:
    raised = load(GOOD | (BUCKET if name.startswith("MEDIA_") else {}) | {name: value})
    assert re.match(f"The environment variable {name} (?!is missing).*[.]$", raised), raised
    assert "\n" not in raised


@pytest.mark.parametrize("name", ["MEDIA_ACCESS_KEY", "MEDIA_SECRET_KEY"])
def test_a_bucket_needs_its_keys(name: str, load: Load) -> None:
    assert load(GOOD | BUCKET | {name: ""}).startswith(f"The environment variable {name} is missing: ")


def test_manage_py_says_it_in_one_line() -> None:
    result = start("manage.py", "tick", SECRET_KEY=None)
    assert result.returncode == 1
    assert result.stderr == "The environment variable SECRET_KEY is missing: it signs sessions and links.\n"


def test_development_refuses_a_live_key() -> None:
    result = start("manage.py", "check", settings="portal.settings.development", STRIPE_SECRET_KEY="sk_live_abc123")
    assert result.returncode == 1
    assert "STRIPE_SECRET_KEY holds a live key" in result.stderr


def test_development_starts_without_any_variable() -> None:
    result = start("-c", "import portal.settings.development", **dict.fromkeys(GOOD))
    assert result.returncode == 0, result.stderr


def test_the_deployment_check_finds_no_error() -> None:
    result = start("manage.py", "check", "--deploy", "--fail-level", "ERROR")
    assert result.returncode == 0, result.stderr


def test_the_demo_refuses_production_settings() -> None:
    result = start("manage.py", "demo")
    assert result.returncode == 1
    assert "DEMO_ALLOWED" in result.stderr


def test_production_logs_json_from_our_code_and_from_others() -> None:
    program = (
        "import django, logging, structlog; django.setup();"
        "structlog.get_logger('pooling').warning('pool settled', pool=7);"
        "logging.getLogger('django.request').error('something broke')"
    )
    result = start("-c", program)
    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    ours, theirs = (json.loads(line) for line in result.stderr.splitlines()[-2:])
    assert (ours["event"], ours["pool"], ours["level"]) == ("pool settled", 7, "warning")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("something broke", "error", "django.request")


def variables_read() -> set[str]:
    """The variables that the settings read: the first argument of every call of a reader."""
    readers = {"read", "address", "count", "sender", "switch"}
    found = set()
    for path in (ROOT / "portal/settings").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in readers:
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    found.add(str(name.value))
    return found


def test_the_readme_explains_every_variable_and_no_other() -> None:
    section = (ROOT / "README.md").read_text().split("## Environment variables")[1].split("\n## ")[0]
    explained = re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE)
    assert len(explained) == len(set(explained))
    assert set(explained) == variables_read()

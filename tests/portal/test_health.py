"""`/healthz`, and the portal without its database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent.parent
# Nobody listens there.
GONE = "postgres://portal:secret@127.0.0.1:1/portal"
ASK = """
import django, json
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "localhost", "accept-language": "it"})
answers = {}
for address in ("/healthz", "/de/", "/fr/"):
    answer = client.get(address)
    answers[address] = [answer.status_code, answer.headers.get("Retry-After"), answer.content.decode()]
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def without_a_database() -> dict[str, tuple[int, str | None, str]]:
    """What a process answers whose database is gone, by address: status, Retry-After, body."""
    environment = os.environ | {"DATABASE_URL": GONE, "DJANGO_SETTINGS_MODULE": "portal.settings.test"}
    result = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return {address: tuple(answer) for address, answer in json.loads(result.stdout).items()}


@pytest.mark.django_db
def test_healthz_answers_200_while_the_database_does(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies


def test_healthz_answers_503_without_the_database(
    without_a_database: dict[str, tuple[int, str | None, str]],
) -> None:
    status, _retry_after, body = without_a_database["/healthz"]
    assert (status, body) == (503, "the database does not answer\n")


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_page_without_the_database_says_so_in_its_language(
    language: str, without_a_database: dict[str, tuple[int, str | None, str]]
) -> None:
    status, retry_after, body = without_a_database[f"/{language}/"]
    assert (status, retry_after) == (503, "30")
    assert f'lang="{language}"' in body

"""In which form a kept page is answered: compressed, as a head only, or as "you have it already"."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from portal import page_cache
from tests.home.factories import page

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_pages(settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE = True
    cache.clear()
    yield
    cache.clear()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_a_head_request_is_answered_from_what_is_kept_and_keeps_nothing(client: Client) -> None:
    made = page("Eine Seite")
    client.head(made.url)
    assert queries(client, made.url) > 0
    with CaptureQueriesContext(connection) as captured:
        response = client.head(made.url)
    assert (response.status_code, response.content, len(captured)) == (200, b"", 0)


def test_browsers_that_take_it_get_it_compressed(client: Client) -> None:
    made = page("Eine Seite")
    plain = client.get(made.url)
    zipped = client.get(made.url, headers={"accept-encoding": "gzip, br"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert int(zipped.headers["Content-Length"]) == len(zipped.content) < len(plain.content)
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_who_has_the_page_already_is_told_that_it_is_the_same(client: Client) -> None:
    made = page("Eine Seite")
    tag = client.get(made.url).headers["ETag"]
    again = client.get(made.url, headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(made.url, headers={"if-none-match": 'W/"other"'}).status_code == 200


def test_no_process_holds_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_NEAR", 2)
    middleware = page_cache.PageCacheMiddleware(lambda _request: HttpResponse("x"))
    for number in range(5):
        middleware(RequestFactory().get(f"/de/{number}/"))
        assert 1 <= len(middleware.near) <= 2

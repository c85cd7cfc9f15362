"""Whole pages for visitors, kept and answered above all other middleware: no session, no query, no template.

A page is kept for a request without a session and without waiting messages, so it is one that anybody may see. It is
answered as long as the stamps of what it was made from are the current ones (home/freshness.py), and for TIMEOUT
seconds at the longest. The stamps are read before the page is made: a change amid that makes the entry old, never
wrong. Pages with a form that posts set a cookie, so they are never kept. See docs/decisions/0007-page-cache.md.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache as once
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django.apps import apps
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from wagtail.signals import page_slug_changed, post_page_move

from home.freshness import CONTENT, TOPICS, Made, changed, current_stamps, noting, stamp_key

TIMEOUT = 600  # seconds: the longest that a change nobody announced stays unseen
MOST_NEAR = 100  # pages that a process holds itself, at most
LARGEST = 512 * 1024  # bytes of a page that is kept
KEPT_TYPES = ("text/html", "application/atom+xml", "application/xml", "text/xml", "text/csv")
# What lists may be asked for. With any other parameter a page is made anew, so that nobody can fill the cache.
PARAMETERS = frozenset({"topic", "format", "level", "canton", "language", "state", "sort", "page"})
MOST_QUERY = 100  # characters
CONTENT_APPS = frozenset({"home", "resources", "workshops", "wagtailcore", "wagtailimages", "wagtaildocs", "taggit"})


@dataclass(frozen=True)
class Kept:
    """A page as it was answered."""

    headers: dict[str, str]
    body: bytes
    zipped: bytes
    stamps: dict[str, str]
    until: datetime

    def is_fresh(self, stamps: dict[str, str], *, now: datetime) -> bool:
        return now < self.until and all(stamps[topic] == stamp for topic, stamp in self.stamps.items())

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response, in the form that the browser takes. Whoever has the page already is told that it is the same.

        Compressing is safe: there is no secret on a page that anybody gets.
        """
        if request.headers.get("If-None-Match") == self.headers["ETag"]:
            response = HttpResponse(status=304, headers=self.headers)
            del response.headers["Content-Type"]
            return response
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return HttpResponse(self.zipped, headers={**self.headers, "Content-Encoding": "gzip"})
        return HttpResponse(self.body, headers=self.headers)


class PageCacheMiddleware:
    """Stands first in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.near: dict[str, Kept] = {}  # this process's own copies: their stamps are asked all the same

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.PAGE_CACHE or not is_for_everybody(request):
            return self.get_response(request)
        key, now = key_of(request), timezone.now()
        kept, stamps = self.look_up(key, now=now)
        if kept is not None:
            return with_length(kept.answer(request))
        with noting() as made:
            response = self.get_response(request)
        if request.method != "GET" or not may_be_kept(response):
            return response
        page = keep(response, made, stamps, now=now)
        cache.set(key, page, timeout=TIMEOUT)
        self.keep_near(key, page)
        return with_length(page.answer(request))

    def look_up(self, key: str, *, now: datetime) -> tuple[Kept | None, dict[str, str]]:
        """The page if it is fresh, and the stamps of this moment, which decide that and are always asked for."""
        near = self.near.get(key)
        known = cache.get_many([*(stamp_key(topic) for topic in TOPICS), *([] if near else [key])])
        shared = known.pop(key, None)
        stamps = current_stamps(known)
        if near is not None and near.is_fresh(stamps, now=now):
            return near, stamps
        kept = cache.get(key) if near else shared
        if kept is None or not kept.is_fresh(stamps, now=now):
            return None, stamps
        self.keep_near(key, kept)
        return kept, stamps

    def keep_near(self, key: str, page: Kept) -> None:
        if len(self.near) >= MOST_NEAR:
            self.near = {}  # start afresh: dearer than to look for the oldest one, and hardly ever
        self.near[key] = page


def is_for_everybody(request: HttpRequest) -> bool:
    """Whether any visitor would get the same answer: a page of a language, read without session and messages."""
    if request.method not in ("GET", "HEAD"):
        return False
    first = request.path_info.lstrip("/").partition("/")[0]
    if first not in language_codes() and request.path_info != "/sitemap.xml":
        return False
    if settings.SESSION_COOKIE_NAME in request.COOKIES or CookieStorage.cookie_name in request.COOKIES:
        return False
    query = request.META.get("QUERY_STRING", "")
    return len(query) <= MOST_QUERY and all(
        name in PARAMETERS for name, _value in parse_qsl(query, keep_blank_values=True)
    )


@once
def language_codes() -> frozenset[str]:
    return frozenset(code for code, _name in settings.LANGUAGES)


def key_of(request: HttpRequest) -> str:
    """Where the page is kept. A new release keeps its own pages."""
    address = f"{request.scheme}://{request.get_host()}{request.get_full_path()}"
    return f"page:{release()}:{hashlib.sha256(address.encode()).hexdigest()}"


@once
def release() -> str:
    """A fingerprint of what pages are made by: our code, templates, catalogues, and the names of static files."""
    fingerprint = hashlib.sha256(str(getattr(staticfiles_storage, "manifest_hash", "")).encode())
    ours = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    for folder in sorted([*ours, *map(Path, settings.LOCALE_PATHS)]):
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".html", ".mo", ".py", ".txt"}:
                fingerprint.update(path.read_bytes())
    return fingerprint.hexdigest()[:16]


def may_be_kept(response: HttpResponse) -> bool:
    """Whether a response is a whole page, and nobody's own."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.headers.get("Content-Type", "").startswith(KEPT_TYPES)
        and "Content-Encoding" not in response.headers
        and not any(word in response.headers.get("Cache-Control", "") for word in ("private", "no-store", "no-cache"))
        and len(response.content) <= LARGEST
    )


def keep(response: HttpResponse, made: Made, stamps: dict[str, str], *, now: datetime) -> Kept:
    """What is kept of `response`, made from `made` when the stamps were `stamps`."""
    latest = now + timedelta(seconds=TIMEOUT)
    patch_vary_headers(response, ("Accept-Encoding",))
    body = response.content
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
    used = made.topics | {CONTENT}
    return Kept(
        headers,
        body,
        gzip.compress(body, mtime=0),
        {topic: stamps[topic] for topic in used},
        min(made.until or latest, latest),
    )


def with_length(response: HttpResponse) -> HttpResponse:
    """CommonMiddleware, which says the length, lies below."""
    if response.status_code != 304:
        response.headers["Content-Length"] = str(len(response.content))
    return response


def connect() -> None:
    """Hear of every change of what editors write: Django's and Wagtail's signals, so that no editor's way is missed.

    Saving a draft counts as well, which is too often and does no harm.
    """
    for signal in (post_save, post_delete, m2m_changed):
        signal.connect(hear_of_model, dispatch_uid="page_cache")
    # These move pages past the models' signals.
    for signal in (page_slug_changed, post_page_move):
        signal.connect(hear_of_page, dispatch_uid="page_cache")


def hear_of_model(sender: Any, **_details: Any) -> None:
    if sender._meta.app_label in CONTENT_APPS:
        changed(CONTENT)


def hear_of_page(sender: Any, **_details: Any) -> None:
    changed(CONTENT)

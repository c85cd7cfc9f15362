"""`/robots.txt`: what search engines may read, and where the list of it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from home import languages

# Machines' addresses and the admin, which have no language.
CLOSED = ("/admin/", "/webhooks/", "/healthz")
# One of each family of pages that belong to somebody, or that are without end.
OF_A_LANGUAGE = ("dashboard", "resources:search")


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be read but the admin, accounts, and lists of hits, of which there are as many as there are words.

    Documents, feeds and the API are open: what is private is not given out there either.
    """
    closed = list(CLOSED)
    for code in languages.codes():
        with translation.override(code):
            closed += [reverse(name) for name in OF_A_LANGUAGE]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), "Allow: /", ""]
    lines += [f"Sitemap: {languages.absolute(reverse('sitemap'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")

"""Error pages. They need neither database nor session, and speak the language of the address that failed."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import add_never_cache_headers


def language_of(request: HttpRequest) -> str:
    """The language in the address, else the one that the browser asks for, else German."""
    return translation.get_language_from_path(request.path_info) or translation.get_supported_language_variant(
        translation.get_language_from_request(request) or settings.LANGUAGE_CODE
    )


def page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page from `template` that asks nothing of the database."""
    with translation.override(language_of(request)):
        response = HttpResponse(render_to_string(template, {"language": translation.get_language()}), status=status)
    add_never_cache_headers(response)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, "403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, "404.html", 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Where allauth counts tries: log-in, passwords, addresses (its rate limits last five minutes at most)."""
    response = page(request, "429.html", 429)
    response["Retry-After"] = "300"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """503 if the database is gone, so that clients and load balancers try again; 500 otherwise."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = page(request, "503.html", 503)
        response["Retry-After"] = "30"
        return response
    return page(request, "500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, "403_csrf.html", 403)

"""The portal's addresses, those of development, and some that fail: the tour's stops at the error pages."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal import design, errors
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_urls

__all__ = ["FAILURES", "handler400", "handler403", "handler404", "handler500", "urlpatterns"]

FAILURES = {
    400: SuspiciousOperation("a stop of the tour"),
    403: PermissionDenied("a stop of the tour"),
    500: RuntimeError("a stop of the tour"),
    503: OperationalError("a stop of the tour"),
}


def fail(request: HttpRequest, status: int) -> HttpResponse:
    raise FAILURES[status]


def without_token(request: HttpRequest) -> HttpResponse:
    return errors.csrf_failure(request)


def too_many(request: HttpRequest) -> HttpResponse:
    return errors.too_many_requests(request)


urlpatterns = [
    *i18n_patterns(
        path("design/letters/", include("portal.letter_previews")),
        path("design/", design.components, name="design"),
        path("tour/token/", without_token, name="tour_without_token"),
        path("tour/too-many/", too_many, name="tour_too_many"),
        path("tour/<int:status>/", fail, name="tour_failure"),
    ),
    *portal_urls,
]

"""What Wagtail asks of us before it serves a document."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from wagtail import hooks
from wagtail.wagtail_hooks import require_wagtail_login

from .privacy import pages_using, restrictions_of


@hooks.register("before_serve_document")
def keep_documents_of_private_pages(document: Any, request: HttpRequest) -> HttpResponse | None:
    """A document is as private as the pages that use it: whoever may read one of them may have it.

    One that no page uses is as private as its collection, which Wagtail has looked at.
    """
    pages = pages_using(document)
    if not pages or any(
        all(restriction.accept_request(request) for restriction in restrictions_of(page)) for page in pages
    ):
        return None
    response: HttpResponse = require_wagtail_login(next=request.get_full_path())
    add_never_cache_headers(response)
    return response

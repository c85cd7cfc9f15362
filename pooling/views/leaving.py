"""Pages whose form ends at a provider: the browser must be allowed to follow it there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def leads_to_provider(view: View) -> View:
    """Adds the provider's hosted pages to the policy's form-action: browsers check it along redirects too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if settings.PAYMENT_PROVIDER == "stripe":
            response._csp_replace = {"form-action": [SELF, settings.CHECKOUT_ORIGIN]}  # type: ignore[attr-defined]  # django-csp's own attribute
        return response

    return wrapped

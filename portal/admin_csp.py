"""The Content Security Policy under the Wagtail admin.

Wagtail's admin has inline scripts and styles, and previews pages in a frame of our own. Public pages keep the strict
policy of
`CONTENT_SECURITY_POLICY`; only addresses under /admin/ get this one.
"""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

DIRECTIVES = {
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
}


class AdminContentSecurityPolicyMiddleware:
    """Loosens the policy for the Wagtail admin's own pages, and for nothing else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.prefix = reverse("wagtailadmin_home")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(self.prefix):
            response._csp_update = DIRECTIVES  # type: ignore[attr-defined]  # django-csp's own attribute, as its decorators set it
        return response

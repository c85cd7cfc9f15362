"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """`is_demo`: whether this is a demo, which a banner says; `sandbox`: whether no money moves."""
    return {
        "is_demo": settings.DEMO_ALLOWED,
        "sandbox": settings.PAYMENT_PROVIDER == "sandbox",
        "site_name": settings.WAGTAIL_SITE_NAME,
    }

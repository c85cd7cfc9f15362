"""What machines read of a page: JSON-LD in the words of schema.org, and what Open Graph calls the same things.

Sources: https://schema.org/docs/full.html, https://developers.google.com/search/docs/appearance/structured-data,
https://ogp.me/
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from . import languages

Data = dict[str, Any]

CONTEXT = "https://schema.org"
# With these three characters written otherwise no text can end the element or open another: see json_script in Django.
ESCAPED = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def script(data: Data) -> SafeString:
    """`data` as a block of JSON-LD. Browsers execute no script of this type, so the CSP has nothing to allow."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPED)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  # escaped above


def thing(kind: str, **values: Any) -> Data:
    """A thing of schema.org; what is empty is left out."""
    return {"@type": kind, **{name: value for name, value in values.items() if value not in (None, "", [], {})}}


def document(kind: str, **values: Any) -> Data:
    """The thing that a page is about."""
    return {"@context": CONTEXT, **thing(kind, **values)}


def publisher() -> Data:
    """Who runs the portal, as far as every page says."""
    return thing("Organization", name=settings.WAGTAIL_SITE_NAME, url=languages.absolute("/"))


def moment(value: datetime | None) -> str | None:
    """As ISO 8601, with the offset of Swiss time."""
    return localtime(value).isoformat(timespec="seconds") if value else None

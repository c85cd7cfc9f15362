"""`/sitemap.xml`: every live public page in every language, with its translations."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib.sitemaps import Sitemap
from wagtail.models import Page

from . import languages
from .privacy import public_pages


class PageSitemap(Sitemap):
    """Wagtail's own lists the default locale only."""

    def items(self) -> list[Page]:
        return list(
            public_pages()
            .filter(languages.written_in_its_language(), depth__gte=2)
            .select_related("locale")
            .order_by("path")
        )

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        by_key: dict[object, dict[str, Page]] = defaultdict(dict)
        for item in self.items():
            by_key[item.translation_key][item.locale.language_code] = item
        return [
            self._entry(item, by_key[item.translation_key])
            for item in self.paginator.page(page).object_list
            if item.get_url()
        ]

    def _entry(self, item: Page, translations: dict[str, Page]) -> dict[str, Any]:
        versions = [
            languages.Version(code, translations[code].get_url(), translated=True)
            for code in languages.codes()
            if code in translations
        ]
        return {
            "item": item,
            "location": languages.absolute(item.get_url()),
            "lastmod": item.last_published_at,
            "changefreq": None,
            "priority": "",
            "alternates": [
                {"lang_code": link["hreflang"], "location": link["url"]} for link in languages.alternates(versions)
            ],
        }


SITEMAPS = {"pages": PageSitemap}

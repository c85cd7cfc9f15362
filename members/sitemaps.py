"""The directory in `/sitemap.xml`: its list and each organisation in it, in every language."""

from __future__ import annotations

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import translation

from home import languages
from home.freshness import NETWORK, depends_on

from .models import DirectoryEntry

Address = tuple[str, str]  # the slug, empty for the list, and the language


class DirectorySitemap(Sitemap):
    def items(self) -> list[Address]:
        depends_on(NETWORK)
        slugs = DirectoryEntry.objects.shown().values_list("slug", flat=True)
        return [(slug, code) for slug in ("", *slugs) for code in languages.codes()]

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        return [self._entry(*item) for item in self.paginator.page(page).object_list]

    def _entry(self, slug: str, code: str) -> dict[str, Any]:
        with translation.override(code):
            path = reverse("members:directory_entry", args=[slug]) if slug else reverse("members:directory")
        links = languages.alternates(languages.versions_of(path))
        return {
            "item": slug,
            "location": languages.absolute(path),
            "lastmod": None,
            "changefreq": None,
            "priority": "",
            "alternates": [{"lang_code": link["hreflang"], "location": link["url"]} for link in links],
        }

"""The directory in `/sitemap.xml`: its list and each organisation in it, in every language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import translation

from home import languages
from home.freshness import NETWORK, depends_on

from .models import DirectoryEntry

View = tuple[str, list[Any]]  # its name, and what its address holds


class ViewSitemap(Sitemap):
    """Pages that are no pages of the CMS, each in every language."""

    def views(self) -> Iterable[View]:
        raise NotImplementedError

    def items(self) -> list[tuple[View, str]]:
        depends_on(NETWORK)
        return [(view, code) for view in self.views() for code in languages.codes()]

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        return [self._entry(*item) for item in self.paginator.page(page).object_list]

    def _entry(self, view: View, code: str) -> dict[str, Any]:
        name, args = view
        with translation.override(code):
            path = reverse(name, args=args)
        links = languages.alternates(languages.versions_of(path))
        return {
            "item": view,
            "location": languages.absolute(path),
            "lastmod": None,
            "changefreq": None,
            "priority": "",
            "alternates": [{"lang_code": link["hreflang"], "location": link["url"]} for link in links],
        }


class DirectorySitemap(ViewSitemap):
    def views(self) -> Iterable[View]:
        yield "members:directory", []
        for slug in DirectoryEntry.objects.shown().values_list("slug", flat=True):
            yield "members:directory_entry", [slug]

"""Needs in `/sitemap.xml`: their list and each of them, in every language."""

from __future__ import annotations

from collections.abc import Iterable

from members.sitemaps import View, ViewSitemap

from .models import Need


class NeedsSitemap(ViewSitemap):
    def views(self) -> Iterable[View]:
        yield "needs:needs", []
        for pk in Need.objects.shown().order_by("pk").values_list("pk", flat=True):
            yield "needs:need", [pk]

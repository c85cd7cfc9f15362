"""Meetings in `/sitemap.xml`: their list and each of them, in every language."""

from __future__ import annotations

from collections.abc import Iterable

from members.sitemaps import View, ViewSitemap

from .models import Meeting


class MeetingsSitemap(ViewSitemap):
    def views(self) -> Iterable[View]:
        yield "meetings:meetings", []
        for pk in Meeting.objects.shown().order_by("pk").values_list("pk", flat=True):
            yield "meetings:meeting", [pk]

"""Whether a page may be told of: not everybody who hears of news may read every page."""

from __future__ import annotations

from wagtail.models import Page, PageViewRestriction

from home.privacy import restrictions_of
from members.group import MEMBERS


def members_may_read(page: Page) -> bool:
    """Whether everybody who acts for an organisation may read `page`."""
    for restriction in restrictions_of(page).prefetch_related("groups"):
        if restriction.restriction_type == PageViewRestriction.LOGIN:
            continue
        names = {group.name for group in restriction.groups.all()}
        if restriction.restriction_type != PageViewRestriction.GROUPS or MEMBERS not in names:
            return False
    return True

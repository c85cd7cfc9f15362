"""In which languages somebody may write. One rule for pages, topics and experts.

Whoever may change a language's home page may change everything in that language: Wagtail's page permissions reach
downwards, and snippets, which Wagtail knows one permission for in all languages, go by the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from wagtail.models import Page, PagePermissionTester
from wagtail.permissions import page_permission_policy

HOME_DEPTH = 2


def languages_of(user: Any) -> set[str]:
    """The codes of the languages that `user` may write in."""
    homes = page_permission_policy.instances_user_has_permission_for(user, "change").filter(depth=HOME_DEPTH)
    return set(homes.values_list("locale__language_code", flat=True))


class ContentPermissions(PagePermissionTester):
    """Deleting and moving pages is for those who may add pages there.

    For Wagtail it is for all who may change and publish: translators could take away the original.
    """

    def can_delete(self, ignore_bulk: bool = False) -> bool:  # moving asks for this, too
        may_arrange = self.user.is_superuser or "add" in self.permissions
        return bool(may_arrange and super().can_delete(ignore_bulk))


def refuse_in_bulk(request: HttpRequest, action: str, pages: Iterable[Any], _view: Any) -> None:
    """Wagtail's actions for several pages ask the plain page, which knows no rule of ours. Raises PermissionDenied."""
    if action in ("delete", "move"):
        of_ours = [page.specific for page in pages if isinstance(page, Page)]
        if not all(page.permissions_for_user(request.user).can_delete(ignore_bulk=True) for page in of_ours):
            raise PermissionDenied


def may_start(user: Any) -> bool:
    """Whether `user` may begin a translation at all."""
    return bool(user.has_perm("wagtail_localize.submit_translation"))

"""In which languages somebody may write. One rule for pages, topics and experts.

Whoever may change a language's home page may change everything in that language: Wagtail's page permissions reach
downwards, and snippets, which Wagtail knows one permission for in all languages, go by the same.
"""

from __future__ import annotations

from typing import Any

from wagtail.permissions import page_permission_policy

HOME_DEPTH = 2


def languages_of(user: Any) -> set[str]:
    """The codes of the languages that `user` may write in."""
    homes = page_permission_policy.instances_user_has_permission_for(user, "change").filter(depth=HOME_DEPTH)
    return set(homes.values_list("locale__language_code", flat=True))


def may_start(user: Any) -> bool:
    """Whether `user` may begin a translation at all."""
    return bool(user.has_perm("wagtail_localize.submit_translation"))

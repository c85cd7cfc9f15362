"""A resource is new in a language: who reads that one and wants to know hears of it.

Wagtail's signals tell, so no editor's way is missed. What is taken off or kept for some is told to nobody any more.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import m2m_changed, post_save
from wagtail.models import PageViewRestriction
from wagtail.signals import page_published, page_unpublished

from home.languages import absolute
from home.privacy import family_of
from members.notices.actions import announce, take_back_news
from members.notices.readers import members_may_read

from .models import ResourcePage


def key_of(page: ResourcePage) -> str:
    return f"resource-{page.translation_key}-{page.locale.language_code}"


def hear_of_published(sender: Any, instance: ResourcePage, **_details: Any) -> None:
    """Announce what has gone live for the first time."""
    is_new = instance.first_published_at == instance.last_published_at
    if not (instance.live and is_new) or instance.alias_of_id or not members_may_read(instance):
        return
    announce(
        key=key_of(instance),
        template="resources/letters/published.txt",
        facts={
            instance.locale.language_code: {
                "title": instance.title,
                "summary": instance.summary,
                "minutes": instance.reading_minutes,
                "url": absolute(instance.get_url() or ""),
            }
        },
        topics=[topic.translation_key for topic in instance.topics.all()],
        now=instance.last_published_at,
    )


def hear_of_unpublished(sender: Any, instance: ResourcePage, **_details: Any) -> None:
    take_back_news(key=key_of(instance))


def hear_of_restriction(sender: Any, instance: PageViewRestriction, **_details: Any) -> None:
    """Heard of both before and after its groups are known: nobody is told of what the members' group may not read."""
    if instance.restriction_type == PageViewRestriction.GROUPS and not instance.groups.exists():
        return  # its groups come in a moment
    for above in family_of(instance.page):
        for page in ResourcePage.objects.descendant_of(above, inclusive=True).select_related("locale"):
            if not members_may_read(page):
                take_back_news(key=key_of(page))


def hear_of_groups(sender: Any, instance: Any, action: str, reverse: bool, **_details: Any) -> None:
    if action == "post_add" and not reverse:
        hear_of_restriction(sender, instance)


def connect() -> None:
    page_published.connect(hear_of_published, sender=ResourcePage, dispatch_uid="news")
    page_unpublished.connect(hear_of_unpublished, sender=ResourcePage, dispatch_uid="news")
    post_save.connect(hear_of_restriction, sender=PageViewRestriction, dispatch_uid="news")
    m2m_changed.connect(hear_of_groups, sender=PageViewRestriction.groups.through, dispatch_uid="news")

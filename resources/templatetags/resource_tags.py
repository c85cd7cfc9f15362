"""What pages of other apps show of the library."""

from django import template
from django.utils import translation

from resources.models import ResourceIndexPage, ResourcePage

register = template.Library()


@register.simple_tag
def latest_resources(count: int = 3) -> list[ResourcePage]:
    """`{% latest_resources as items %}`: the newest public resources in the active language."""
    resources = ResourcePage.objects.live().public().in_language(translation.get_language()).newest_first()
    return list(resources.prefetch_related("topics")[:count])


@register.simple_tag
def library() -> ResourceIndexPage | None:
    """`{% library as index %}`: the list of all resources in the active language, if there is one."""
    return ResourceIndexPage.objects.live().in_language(translation.get_language()).first()

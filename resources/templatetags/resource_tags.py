"""What pages of other apps show of the library."""

from collections.abc import Iterable

from django import template
from django.utils import translation

from pooling.workshops.models import Expert
from resources.models import ResourceIndexPage, ResourcePage
from resources.related import people_for

register = template.Library()


@register.simple_tag
def latest_resources(count: int = 3) -> list[ResourcePage]:
    """`{% latest_resources as items %}`: the newest public resources in the active language."""
    resources = ResourcePage.objects.live().public().in_language(translation.get_language()).newest_first()
    return list(resources.prefetch_related("topics")[:count])


@register.simple_tag
def people_to_show(chosen: Iterable[Expert | None]) -> list[Expert]:
    """`{% people_to_show value.people as people %}`: each in the active language where they are translated."""
    return people_for(chosen, language=translation.get_language() or "de")


@register.simple_tag
def library() -> ResourceIndexPage | None:
    """`{% library as index %}`: the list of all resources in the active language, if there is one."""
    return ResourceIndexPage.objects.live().in_language(translation.get_language()).first()

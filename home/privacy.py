"""Who may read a page: decided for all of its translations together, by translation key.

Wagtail asks each page by itself, and wagtail-localize copies restrictions only when a translation is published: as they
come, the French page stays public when the German one is restricted. Here a page is private if it, a translation of it,
the page that it is an alias of, or one above any of these has a restriction. Everything that lists or shows pages asks
this module: `ContentPage` for serving, `ContentQuerySet.public()` and `public_pages()` for lists that are the same for
everybody, `ContentQuerySet.readable_by()` and `pages_hidden_from()` for those that also show what a reader may read.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.signals import m2m_changed, post_save
from wagtail.models import Page, PageViewRestriction, ReferenceIndex
from wagtail.query import PageQuerySet
from wagtail_localize.models import TranslationSource


def family_of(page: Page) -> PageQuerySet:
    """`page`, its translations, and what they are aliases of."""
    keys = {page.translation_key, *([page.alias_of.translation_key] if page.alias_of_id else [])}
    # Two ways that each have an index; joined by OR they would make the database go through all pages.
    own = Page.objects.filter(translation_key__in=keys).values("pk")
    shown = Page.objects.filter(aliases__translation_key__in=keys).values("pk")
    return Page.objects.filter(pk__in=own.order_by().union(shown.order_by()))


def restrictions_of(page: Page) -> QuerySet[PageViewRestriction]:
    """All restrictions that keep readers from `page`: those of its family and of the pages above any of them.

    A restriction to groups that names none is what wagtail-localize makes of a copy: the original counts. Where nothing
    is restricted anywhere, nothing more is asked.
    """
    names_groups = Exists(PageViewRestriction.groups.through.objects.filter(pageviewrestriction=OuterRef("pk")))
    every = list(
        PageViewRestriction.objects.annotate(names_groups=names_groups).values_list(
            "pk", "page__translation_key", "restriction_type", "names_groups"
        )
    )
    if not every:
        return PageViewRestriction.objects.none()
    above = {path for found in family_of(page).values_list("path", flat=True) for path in ancestor_paths(found)}
    keys = set(Page.objects.filter(path__in=above).values_list("translation_key", flat=True))
    found = {pk: kind != PageViewRestriction.GROUPS or names for pk, key, kind, names in every if key in keys}
    counting = [pk for pk, counts in found.items() if counts] or list(found)
    return PageViewRestriction.objects.filter(pk__in=counting).order_by("pk")


def ancestor_paths(path: str) -> list[str]:
    """The tree's paths from the root down to `path` itself."""
    return [path[: end + Page.steplen] for end in range(0, len(path), Page.steplen)]


def refusing(reader: Any = None) -> QuerySet[PageViewRestriction]:
    """The restrictions that keep out `reader`, a user; without one, everybody who is not logged in.

    A password is asked for page by page, so in lists it keeps out everybody.
    """
    if reader is None or not reader.is_authenticated:
        return PageViewRestriction.objects.all()
    others = PageViewRestriction.objects.exclude(restriction_type=PageViewRestriction.LOGIN)
    groups = Q(restriction_type=PageViewRestriction.GROUPS)
    if reader.is_superuser:
        return others.exclude(groups)
    # One to no groups is what wagtail-localize makes of a copy (see restrictions_of): the original's groups count.
    named = PageViewRestriction.objects.exclude(groups=None).values("page__translation_key")
    return others.exclude(
        groups & Q(pk__in=PageViewRestriction.objects.filter(groups__user=reader).values("pk"))
    ).exclude(groups & Q(groups=None, page__translation_key__in=named))


def view_of(reader: Any = None) -> str:
    """The same for all who may read the same pages: what is kept of lists goes by it. No query without a log-in."""
    if reader is None or not reader.is_authenticated:
        return ""
    return ",".join(map(str, ["in", *refusing(reader).order_by("pk").values_list("pk", flat=True)]))


def private_q(reader: Any = None) -> Q:
    """Matches the pages that not everybody may read, or that `reader` may not; two queries, the second only where there
    is any restriction.
    """
    keys = refusing(reader).values_list("page__translation_key", flat=True)
    roots = Page.objects.filter(translation_key__in=set(keys)).values_list("path", flat=True) if keys else []
    if not roots:
        return Q(pk__in=[])
    below = Page.objects.filter(reduce(or_, [Q(path__startswith=path) for path in roots])).values("translation_key")
    return Q(translation_key__in=below) | Q(alias_of__translation_key__in=below)


def public_pages() -> PageQuerySet:
    """All live pages of all types that everybody may read."""
    return Page.objects.live().exclude(private_q())


def pages_hidden_from(reader: Any = None) -> PageQuerySet:
    """The pages that a user may not read; without one, those that not everybody may. None where nothing is private."""
    return Page.objects.filter(private_q(reader))


def restrict_to(page: Page, group: Group) -> None:
    """Keep `page` for the people of `group`, with its translations and what lies below. One that is restricted already
    stays as it is.
    """
    if not page.view_restrictions.exists():
        made = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
        made.groups.add(group)


def pages_using(thing: Any) -> list[Page]:
    """The live pages on which a document or an image stands."""
    references = ReferenceIndex.get_references_to(thing).filter(
        base_content_type=ContentType.objects.get_for_model(Page)
    )
    return list(Page.objects.live().filter(pk__in={int(pk) for pk in references.values_list("object_id", flat=True)}))


def keep_at_source(sender: Any, instance: PageViewRestriction, **_details: Any) -> None:
    """Give the page that this one is translated from the same restriction, if it has none.

    Else wagtail-localize would take it away from the translation as soon as that is published again.
    """
    page = instance.page
    source = TranslationSource.objects.filter(object_id=page.translation_key).exclude(locale=page.locale_id).first()
    origin = (
        Page.objects.filter(translation_key=page.translation_key, locale=source.locale_id).first() if source else None
    )
    if origin is None:
        return
    kept, made = PageViewRestriction.objects.get_or_create(
        page=origin, defaults={"restriction_type": instance.restriction_type, "password": instance.password}
    )
    if made or (kept.restriction_type == instance.restriction_type and not kept.groups.exists()):
        kept.groups.set(instance.groups.all())


def hear_of_groups(sender: Any, instance: Any, action: str, reverse: bool, **_details: Any) -> None:
    if action == "post_add" and not reverse:
        keep_at_source(sender, instance)


def connect() -> None:
    post_save.connect(keep_at_source, sender=PageViewRestriction, dispatch_uid="privacy")
    m2m_changed.connect(hear_of_groups, sender=PageViewRestriction.groups.through, dispatch_uid="privacy")

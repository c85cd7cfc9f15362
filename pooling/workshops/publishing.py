"""What a workshop's page tells its pool: its title and address in each language, and that it is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, post_page_move

from members.models import User
from pooling.actions.errors import TermsUnsound
from pooling.actions.pools import describe_workshop, open_pool
from pooling.models import Pool, PoolState

from .from_need import give_first_word
from .models import WorkshopPage
from .news import announce_workshop


def connect() -> None:
    """Listen to Wagtail. Called once, when the app is ready."""
    page_published.connect(hear_of_publication, sender=WorkshopPage)
    page_slug_changed.connect(hear_of_new_address)
    post_page_move.connect(hear_of_new_address)


def describe(page: WorkshopPage) -> None:
    """Tell the page's pool its title, path and place in the page's language."""
    parts = page.get_url_parts()
    if parts is None:
        return  # it lies outside of the site
    language = page.locale.language_code
    with translation.override(language):
        place = page.place
    path = parts[2] or ""
    describe_workshop(page_key=page.page_key, language=language, title=page.title, path=path, place=place)


def describe_live_pages(*, pool: Pool) -> None:
    """Tell a pool what the live pages of its workshop say: it may be made after they were published."""
    for page in WorkshopPage.objects.filter(translation_key=pool.page_key, alias_of=None).live():
        describe(page)


def decides(person: Any, page: WorkshopPage) -> bool:
    """Whether `person` may publish the workshop in all of its languages: the pool is one for all of them."""
    family = WorkshopPage.objects.filter(translation_key=page.translation_key)
    return all(one.permissions_for_user(person).can_publish() for one in family)


def open_published(*, page: WorkshopPage, by: User | None, now: datetime) -> list[str]:
    """Open the pool of a page that is live, if it is a draft. Returns the reasons in sentences where it stays one.

    Who translates into one language publishes there, and opens no pool.
    """
    pool = Pool.objects.filter(page_key=page.page_key, state=PoolState.DRAFT).first()
    if pool is None:
        return []
    if by is not None and not decides(by, page):
        return [_("it opens when somebody publishes the page who may do so in all languages.")]
    try:
        with transaction.atomic():
            opened = open_pool(pool=pool, by=by, now=now)
            need = give_first_word(pool=opened, now=now)
            announce_workshop(pool=opened, page=page, need=need, now=now)
    except TermsUnsound as refusal:
        return [str(sentence) for _field, sentence in refusal.problems]
    return []


def hear_of_publication(*, instance: WorkshopPage, revision: Any = None, **kwargs: Any) -> None:
    """A page was published, or is planned to be: then it isn't live yet, and this is heard again."""
    if not instance.live or instance.alias_of_id:
        return
    describe(instance)
    open_published(page=instance, by=revision.user if revision else None, now=timezone.now())


def hear_of_new_address(*, instance: Page, **kwargs: Any) -> None:
    """A page moved or has a new slug: the workshops at and below it have new addresses."""
    for page in WorkshopPage.objects.descendant_of(instance, inclusive=True).filter(alias_of=None).live():
        describe(page)

"""A need becomes a workshop: its page and its pool as drafts, with the expert's brief, in one step.

And those who asked for it hear first when the pool opens.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from home.languages import absolute
from home.models import Topic
from members.models import User
from members.needs.deciding import become_workshop
from members.needs.letters import tell_of_first_word
from members.needs.models import Need, NeedState
from pooling.actions.pools import draft_pool
from pooling.models import Pool

from .models import WorkshopIndexPage, WorkshopPage


def first_terms(*, now: datetime) -> dict[str, Any]:
    """Terms to begin with, in Rappen, all of them to be looked at: five shares of CHF 300.00 finance CHF 1500.00."""
    evening = now.replace(hour=17, minute=0, second=0, microsecond=0)
    return {
        "cost": 150_000,
        "ceiling": 30_000,
        "minimum": 5,
        "capacity": 12,
        "closes_at": evening + timedelta(days=60),
        "starts_at": evening + timedelta(days=120),
    }


def list_for(need: Need) -> WorkshopIndexPage | None:
    """The list in which the workshop's page goes: the need's language decides, German is the usual source."""
    lists = {page.locale.language_code: page for page in WorkshopIndexPage.objects.live().select_related("locale")}
    return lists.get(need.language) or lists.get("de")


@transaction.atomic
def make_workshop(*, need: Need, by: User, now: datetime) -> WorkshopPage:
    """A draft page under the list of the need's language, with a draft pool. The need becomes a workshop, and its
    followers are told so.

    Raises WrongNeedState, NeedMoved; ValueError if there is no list of workshops.
    """
    parent = list_for(need)
    if parent is None:
        raise ValueError("There is no list of workshops.")
    page = WorkshopPage(
        title=need.title,
        slug=slug_for(need, parent),
        summary=Truncator(" ".join(need.text.split())).chars(200),
        locale=parent.locale,
        live=False,
        brief=brief_of(need),
    )
    parent.add_child(instance=page)
    if need.topic:
        page.topics = Topic.objects.filter(translation_key=need.topic.translation_key, locale=parent.locale)
        page.save()
    page.save_revision(user=by)
    draft_pool(page_key=page.page_key, terms=first_terms(now=now), by=by, now=now)
    become_workshop(need=need, page_key=page.translation_key, now=now)
    return page


def slug_for(need: Need, parent: WorkshopIndexPage) -> str:
    """Its title in an address, of plain letters as all addresses are; with its number where another page has that."""
    slug = slugify(need.title)[:80].strip("-")
    taken = not slug or parent.get_children().filter(slug=slug).exists()
    return f"{slug}-{need.pk}".strip("-") if taken else slug


def brief_of(need: Need) -> str:
    """What the expert reads: the need and those merged into it, and what each organisation adds. No names: the expert
    answers organisations of this kind, not this one.
    """
    supports = list(need.supports.order_by("since", "pk"))
    with translation.override(need.language):
        sentences = [support.sentence for support in supports if support.sentence]
        n = len(supports)
        parts = [
            _("The question, in the words of those who ask"),
            need.title,
            need.text,
            *(f"{each.title}\n{each.text}" for each in need.merged.order_by("pk")),
            ngettext("%(n)d organisation has this need.", "%(n)d organisations have this need.", n) % {"n": n},
        ]
        if sentences:
            parts += [_("What would help them most:"), "\n".join(f"- {sentence}" for sentence in sentences)]
    return "\n\n".join(part.strip() for part in parts)


@transaction.atomic
def give_first_word(*, pool: Pool, now: datetime) -> Need | None:
    """Tell those who follow the pool's need, in the transaction in which it opens and before anybody else is told.

    Returns the need.
    """
    need = (
        Need.objects.filter(page_key=pool.page_key, state=NeedState.WORKSHOP).prefetch_related("translations").first()
    )
    if need is not None:
        tell_of_first_word(need=need, urls=addresses_of(pool), now=now)
    return need


def addresses_of(pool: Pool) -> dict[str, str]:
    """The addresses of the workshop's live pages, by language."""
    return {text.language: absolute(text.path) for text in pool.texts.all()}

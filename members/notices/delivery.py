"""How news reaches people: at once as a letter, or as a notice that waits to be collected into one letter.

tick runs the two steps. Any number may run at once: news is handed out under its own lock, and what one person gets is
collected under the person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from members.letters.actions import Draft, letters_to
from members.letters.markup import Button
from members.letters.models import Letter
from members.letters.rendering import read_source
from members.links import absolute
from members.models import Membership, Organisation, OrganisationState, User

from .kinds import COLLECTED, DEFAULTS, Kind, Pace
from .links import ALL_COLLECTED, stop_url
from .models import Choice, News, Notice
from .paces import choices_of, next_due, paces_of

MOST_OF_A_KIND = 20  # in one letter; how many more there are is said
MOST_PEOPLE = 200  # in one run, so that the other steps of tick get their turn

Recipients = Iterable[tuple[User, Organisation | None]]


def hand_over(*, news: News, to: Recipients, now: datetime) -> int:
    """To each as often as they chose: a letter at once, or a notice. In the transaction of the caller.

    Where no organisation is given, they hear of it as people of any that they act for. Returns how many hear of it.
    """
    recipients = list({person.pk: (person, of) for person, of in to}.values())
    chosen = choices_of((person.pk for person, _of in recipients), news.kind)
    letters: list[Letter] = []
    notices: list[Notice] = []
    for person, of in recipients:
        choice = chosen.get(person.pk)
        pace = choice.pace if choice else DEFAULTS[Kind(news.kind)]
        if pace == Pace.NEVER or not is_wanted(news, choice):
            continue
        if pace == Pace.ONCE:
            letters += letters_to([person], draft_of(news, person, of or first_of(person)), news.template, now)
        else:
            notices.append(Notice(news=news, person=person, organisation=of, due_at=next_due(pace, now=now)))
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=500)
    return len(letters) + len(notices)


def is_wanted(news: News, choice: Choice | None) -> bool:
    """Whether it is about one of the topics that were chosen, if some were."""
    if news.kind != Kind.RESOURCES or choice is None:
        return True
    wanted = {str(topic.translation_key) for topic in choice.topics.all()}
    return not wanted or not wanted.isdisjoint(news.topics)


def draft_of(news: News, person: User, of: Organisation) -> Draft:
    language = person.language
    return Draft(
        key=news.key,
        organisation=of,
        context=news.facts_for(language),
        language=language,
        why=why(Kind(news.kind), language=language),
        stop_url=stop_url(person, news.kind),
    )


def why(kind: Kind, *, language: str) -> str:
    """Why one gets a letter of this kind."""
    with translation.override(language):
        reasons = {
            Kind.NEEDS: _("You receive this letter because you follow this need on the up2gether portal."),
            Kind.POOLS: _("You receive this letter because your organisation takes part in this workshop."),
            Kind.WORKSHOPS: _("You receive this letter because you hear of new workshops on the up2gether portal."),
            Kind.MEETINGS: _("You receive this letter because you hear of new meetings on the up2gether portal."),
            Kind.RESOURCES: _("You receive this letter because you hear of new resources on the up2gether portal."),
            Kind.STAFF: _("You receive this letter because you look after the up2gether portal."),
        }
        return reasons[kind]


def first_of(person: User) -> Organisation:
    return person.memberships.select_related("organisation").order_by("pk")[0].organisation


def hand_out_news(*, now: datetime) -> int:
    """Hand out what everybody may choose to hear of. Returns how many people hear of something."""
    told = 0
    while (count := hand_out_next(now=now)) is not None:
        told += count
    return told


@transaction.atomic
def hand_out_next(*, now: datetime) -> int | None:
    """The oldest news that no other tick is handing out. None if there is no more."""
    waiting = News.objects.filter(waits=True).order_by("pk")
    news = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if news is None:
        return None
    acting = Membership.objects.filter(person=OuterRef("pk"), organisation__state=OrganisationState.ACTIVE)
    people = User.objects.filter(Exists(acting), is_active=True, language__in=list(news.facts))
    people = people.exclude(pk__in=news.spared.values("pk")).order_by("pk")
    count = hand_over(news=news, to=[(person, None) for person in people], now=now)
    news.waits = False
    news.save(update_fields=["waits"])
    return count


def collect_notices(*, now: datetime) -> int:
    """Write one letter to each person for whom something is due. Returns how many letters."""
    written = 0
    for _turn in range(MOST_PEOPLE):
        made = collect_next(now=now)
        if made is None:
            break
        written += made
    return written


@transaction.atomic
def collect_next(*, now: datetime) -> int | None:
    """All that is due for one person, in a letter in their language: 1, or 0 if nothing of it is for them any more.

    None if nobody waits whom no other tick looks after.
    """
    due = Notice.objects.due(now=now)
    waiting = User.objects.filter(Exists(due.filter(person=OuterRef("pk")))).order_by("pk")
    person = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if person is None:
        return None
    mine = list(due.filter(person=person).select_related("news").order_by("pk"))
    Notice.objects.filter(pk__in=[notice.pk for notice in mine]).delete()
    memberships = person.memberships.select_related("organisation").order_by("pk")
    organisations: dict[int | None, Organisation] = {each.organisation_id: each.organisation for each in memberships}
    paces = paces_of(person)
    still = [
        notice
        for notice in mine
        if person.is_active
        and paces[Kind(notice.news.kind)] != Pace.NEVER
        and (notice.organisation_id in organisations or (notice.organisation_id is None and organisations))
    ]
    if not still:
        return 0
    of = organisations.get(still[0].organisation_id) or next(iter(organisations.values()))
    draft = Draft(
        key=f"collected-{still[0].pk}",  # a notice is in one letter only
        organisation=of,
        context=collected(still, organisations, language=person.language),
        language=person.language,
        why=why_collected(person.language),
        stop_url=stop_url(person, ALL_COLLECTED),
    )
    Letter.objects.bulk_create(letters_to([person], draft, COLLECTED, now))
    return 1


def why_collected(language: str) -> str:
    with translation.override(language):
        return _("You receive this letter because you get this news collected, once a day or once a week.")


def collected(
    notices: Iterable[Notice], organisations: Mapping[int | None, Organisation], *, language: str
) -> dict[str, object]:
    """What the letter is written from: each piece of news by its own letter's subject, first sentences and link."""
    by_kind: dict[str, list[Notice]] = {}
    for notice in notices:
        by_kind.setdefault(notice.news.kind, []).append(notice)
    sections = [section(kind, by_kind[kind], organisations, language=language) for kind in Kind if kind in by_kind]
    first = sections[0]["entries"][0]["title"]
    return {"n": sum(map(len, by_kind.values())), "title": first, "sections": sections}


def section(
    kind: Kind, notices: list[Notice], organisations: Mapping[int | None, Organisation], *, language: str
) -> dict[str, Any]:
    with translation.override(language):
        title = str(kind.label)
    entries = []
    for notice in notices[:MOST_OF_A_KIND]:
        of = organisations.get(notice.organisation_id)
        entries.append(entry(notice.news, organisation=of.name if of else "", language=language))
    return {"title": title, "entries": entries, "more": len(notices) - len(entries)}


def entry(news: News, *, organisation: str, language: str) -> Mapping[str, object]:
    context = {"organisation": organisation, **news.facts_for(language)}
    document = read_source(template=news.template, context=context, language=language)
    links = [part.url for part in document.parts if isinstance(part, Button)]
    url = links[0] if links else absolute("dashboard", language=language)
    return {"title": document.subject, "text": document.preview, "url": url}


def forget_told_news(*, now: datetime) -> int:
    """Keep of news that everybody was told that it was told, and nothing of what it said. Returns how many."""
    told = News.objects.filter(waits=False, happened_at__lte=now).exclude(facts={})
    return told.exclude(Exists(Notice.objects.filter(news=OuterRef("pk")))).update(facts={})

"""What there is to tell, written down in the transaction of its event; what people choose; ending it by a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from members.models import Organisation, User

from .delivery import hand_over
from .kinds import BY_CHOICE, Kind, Pace
from .links import ALL_COLLECTED
from .models import Choice, News, Notice
from .paces import next_due, paces_of

Facts = Mapping[str, Mapping[str, object]]  # by language, as JSON has them


@transaction.atomic
def tell(
    *, key: str, template: str, facts: Facts, to: Iterable[tuple[User, Organisation]], now: datetime
) -> News | None:
    """Tell each person, who hears of it as somebody who acts for the organisation, as often as they chose.

    `template` is one of kinds.BY_CHOICE. Hearing a key again changes nothing and returns None.
    """
    found, is_new = News.objects.get_or_create(key=key, defaults=about(template, facts, now))
    if not is_new:
        return None
    hand_over(news=found, to=list(to), now=now)
    return found


@transaction.atomic
def announce(
    *,
    key: str,
    template: str,
    facts: Facts,
    now: datetime,
    topics: Iterable[object] = (),
    spared: Iterable[User] = (),
) -> News | None:
    """Tell everybody who acts for an organisation, reads one of the languages of `facts`, and wants to know. tick does.

    `topics` are translation keys, of which people may have chosen some; those `spared` are told in another way. Hearing
    a key again changes nothing and returns None.
    """
    more = {"waits": True, "topics": [str(topic) for topic in topics]}
    found, is_new = News.objects.get_or_create(key=key, defaults=about(template, facts, now) | more)
    if not is_new:
        return None
    found.spared.set(spared)
    return found


def about(template: str, facts: Facts, now: datetime) -> dict[str, object]:
    return {"template": template, "kind": BY_CHOICE[template], "facts": facts, "happened_at": now}


@transaction.atomic
def take_back_news(*, key: str) -> None:
    """What has not been told yet is told no more: it is no longer true, or no longer for everybody."""
    found = News.objects.select_for_update(no_key=True).filter(key=key).first()
    if found is not None:
        found.notices.all().delete()
        News.objects.filter(pk=found.pk).update(waits=False)


@transaction.atomic
def choose(*, person: User, paces: Mapping[Kind, Pace], topics: Iterable[int], now: datetime) -> None:
    """How often `person` hears of each kind, and of which topics of resources: ids of home.Topic, none means all.

    What waits already comes when it would come by this choice.
    """
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    for kind, pace in paces.items():
        set_pace(person=person, kind=kind, pace=pace, now=now)
    Choice.objects.get(person=person, kind=Kind.RESOURCES).topics.set(topics)


def set_pace(*, person: User, kind: Kind, pace: Pace, now: datetime) -> None:
    """Under the person's lock."""
    Choice.objects.update_or_create(person=person, kind=kind, defaults={"pace": pace})
    waiting = Notice.objects.filter(person=person, news__kind=kind)
    if pace == Pace.NEVER:
        waiting.delete()
    else:
        # What was due before stays due: choosing again postpones nothing for ever.
        waiting.filter(~Q(due_at__lte=now)).update(due_at=next_due(pace, now=now))


@transaction.atomic
def stop(*, person: User, what: str, now: datetime) -> list[Kind]:
    """`person` hears no more of `what`: a kind, or all that is collected. Returns what ended. Again changes nothing."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    paces = paces_of(person)
    ended = kinds_of(what, paces)
    for kind in ended:
        set_pace(person=person, kind=kind, pace=Pace.NEVER, now=now)
    return ended


def kinds_of(what: str, paces: Mapping[Kind, Pace]) -> list[Kind]:
    """What somebody with these paces still gets of `what`."""
    if what == ALL_COLLECTED:
        collected = [kind for kind, pace in paces.items() if pace in (Pace.DAILY, Pace.WEEKLY)]
        return [kind for kind in collected if kind != Kind.STAFF]  # which is a letter of its own
    return [kind for kind in Kind if kind == what and paces[kind] != Pace.NEVER]

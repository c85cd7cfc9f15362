"""What notices keep about a person: what they chose to hear of, and what waits to be told to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from members.models import User
from members.naming import Naming

from .kinds import Kind
from .models import Briefing, Choice, News, Notice
from .paces import kinds_for, paces_of

Spared = News.spared.through


def about(person: User) -> dict[str, Any]:
    """Also what nobody chose: as often as the person hears of each kind."""
    paces = paces_of(person)
    named = Choice.objects.filter(person=person, topics__isnull=False).values_list("topics__name", flat=True)
    topics = {Kind.RESOURCES: sorted(named)}
    waiting = Notice.objects.filter(person=person).select_related("news").order_by("due_at", "pk")
    return {
        "letters by choice": [
            {"kind": str(kind.label), "how often": str(paces[kind].label), "topics": topics.get(kind, [])}
            for kind in kinds_for(person)
        ],
        "news that waits": [
            {"kind": str(Kind(each.news.kind).label), "due on": each.due_at.isoformat(timespec="seconds")}
            for each in waiting
        ],
        "what waits in the admin": [
            {"last looked at": each.looked_on.isoformat(), "number": sum(map(len, each.waited.values()))}
            for each in Briefing.objects.filter(person=person)
        ],
    }


def forget(person: User, *, now: datetime) -> None:
    """Nothing of it is needed any more; and what is still to be told to others leaves without the name."""
    Choice.objects.filter(person=person).delete()
    Notice.objects.filter(person=person).delete()
    Briefing.objects.filter(person=person).delete()
    Spared.objects.filter(user=person).delete()
    naming = Naming.of(person)
    for news in News.objects.exclude(facts={}):
        facts = without(naming, news.facts)
        if facts != news.facts:
            News.objects.filter(pk=news.pk).update(facts=facts)


def without(naming: Naming, value: Any) -> Any:
    """A copy without the person's name in any text."""
    if isinstance(value, dict):
        return {key: without(naming, each) for key, each in value.items()}
    return naming.out_of(value) if isinstance(value, str) else value

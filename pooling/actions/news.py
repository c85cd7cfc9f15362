"""What becomes of a pool, to people of its organisations who are no administrators: whether the workshop takes place.

Administrators read it in the letters about their money, which always come. Call it in the transaction of its event.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from home.dates import date_in_words
from members.models import LANGUAGES, Membership, Role
from members.notices.actions import tell
from pooling.links import workshop_url
from pooling.models import Pool

from .letters import ended_with


def tell_people(*, pool: Pool, now: datetime) -> None:
    """Tell them the state that the pool has come to. Saying it again tells nobody anything."""
    pledges = ended_with(pool) if pool.ended_at else pool.pledges.standing()
    acting = Membership.objects.filter(organisation__in=pledges.order_by().values("organisation"), role=Role.MEMBER)
    found = acting.filter(person__is_active=True).select_related("person", "organisation").order_by("pk")
    to = [(each.person, each.organisation) for each in found]
    if not to:
        return
    facts = {language: facts_of(pool, language=language) for language, _name in LANGUAGES}
    tell(key=f"pool-{pool.uuid}-{pool.state}", template="pooling/letters/news.txt", facts=facts, to=to, now=now)


def facts_of(pool: Pool, *, language: str) -> dict[str, object]:
    text = pool.text(language)
    with translation.override(language):
        return {
            "state": pool.state,
            "title": pool.title(language),
            "day": date_in_words(pool.starts_at),
            "place": text.place if text else "",
            "reason": pool.cancel_reason,
            "url": workshop_url(pool, language),
        }

"""Letters about needs: each follower hears of it in the language that they read, as often as they chose."""

from __future__ import annotations

from datetime import datetime

from members.links import absolute
from members.models import LANGUAGES, Organisation, User
from members.notices.actions import tell

from .models import Need, NeedState

FIRST = "first"  # said once of each workshop, whenever its pool opens


def tell_followers(*, need: Need, now: datetime, into: Need | None = None) -> None:
    """What has become of `need`; that it was merged `into` another one, if so."""
    state = NeedState.MERGED if into else need.state
    shown = into or need
    facts = {
        language: {
            "title": need.in_language(language)[0],
            "state": str(state),
            "reason": need.reason,
            "other": into.in_language(language)[0] if into else "",
            "url": absolute("needs:need", shown.pk, language=language),
        }
        for language, _name in LANGUAGES
    }
    key = f"need-{need.pk}-{state}-{now.isoformat()}"
    tell(key=key, template="needs/letters/changed.txt", facts=facts, to=followers(need), now=now)


def tell_of_first_word(*, need: Need, urls: dict[str, str], now: datetime) -> None:
    """The pool of the workshop has opened: those who asked for it hear of it first. `urls` by language."""
    facts = {
        language: {
            "title": need.in_language(language)[0],
            "url": urls.get(language) or next(iter(urls.values())),
        }
        for language, _name in LANGUAGES
    }
    key = f"need-{need.pk}-{FIRST}-{need.page_key}"
    tell(key=key, template="needs/letters/first_word.txt", facts=facts, to=followers(need), now=now)


def followers(need: Need) -> list[tuple[User, Organisation]]:
    return [(follow.person, follow.organisation) for follow in need.follows.to_be_told()]

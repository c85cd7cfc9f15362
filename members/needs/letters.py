"""Letters about needs, to each follower in the language that they read."""

from __future__ import annotations

from datetime import datetime

from members.letters.actions import queue_letter_to
from members.links import absolute
from members.models import User

from .models import Follow, Need, NeedState

FIRST = "first"  # said once of each workshop, whenever its pool opens


def tell_followers(*, need: Need, now: datetime, into: Need | None = None) -> None:
    """What has become of `need`; that it was merged `into` another one, if so."""
    for follow in need.follows.to_be_told():
        tell(follow, need=need, template="needs/letters/changed.txt", what=need.state, into=into, now=now)


def tell_of_first_word(*, need: Need, urls: dict[str, str], now: datetime) -> None:
    """The pool of the workshop has opened: those who asked for it hear of it first. `urls` by language."""
    for follow in need.follows.to_be_told():
        url = urls.get(follow.person.language) or next(iter(urls.values()))
        tell(follow, need=need, template="needs/letters/first_word.txt", what=FIRST, now=now, url=url)


def tell(
    follow: Follow, *, need: Need, template: str, what: str, now: datetime, into: Need | None = None, url: str = ""
) -> None:
    person: User = follow.person
    language = person.language
    shown = into or need
    context = {
        "title": need.in_language(language)[0],
        "state": NeedState.MERGED if into else what,
        "reason": need.reason,
        "other": into.in_language(language)[0] if into else "",
        "url": url or absolute("needs:need", shown.pk, language=language),
    }
    queue_letter_to(
        person=person,
        key=f"need-{need.pk}-{context['state']}-{need.page_key if what == FIRST else now.isoformat()}",
        template=template,
        organisation=follow.organisation,
        context=context,
        language=language,
        now=now,
    )

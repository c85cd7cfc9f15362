"""What staff decide about a need: answer, close, open again, merge, translate; and that it becomes a workshop.

Whoever follows the need is told of each change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from home.freshness import NETWORK, changed

from .actions import lock
from .errors import WrongNeedState
from .letters import tell_followers
from .models import Follow, Need, NeedState, Translation


def change(
    need: Need, state: NeedState, *, of: Iterable[NeedState], page_key: UUID | None = None, reason: str = ""
) -> Need:
    """The need under its lock, in another state. Raises WrongNeedState unless it is in one `of` these."""
    need = lock(need)
    if need.state not in of:
        raise WrongNeedState
    need.state, need.page_key, need.reason = state, page_key, reason
    changed(NETWORK)
    return need


def save_and_tell(need: Need, *, now: datetime) -> Need:
    need.changed_at = now
    need.save()
    tell_followers(need=need, now=now)
    return need


@transaction.atomic
def answer(*, need: Need, page_key: UUID, now: datetime) -> Need:
    """The resource whose translations have this key answers it. Raises WrongNeedState, NeedMoved."""
    need = change(need, NeedState.ANSWERED, of=[NeedState.OPEN, NeedState.ANSWERED], page_key=page_key)
    return save_and_tell(need, now=now)


@transaction.atomic
def become_workshop(*, need: Need, page_key: UUID, now: datetime) -> Need:
    """The workshop whose pages have this key will answer it. Raises WrongNeedState, NeedMoved."""
    need = change(need, NeedState.WORKSHOP, of=[NeedState.OPEN, NeedState.ANSWERED], page_key=page_key)
    return save_and_tell(need, now=now)


@transaction.atomic
def close(*, need: Need, reason: str, now: datetime) -> Need:
    """Nothing more becomes of it, for this reason, which its followers read. Raises WrongNeedState, NeedMoved."""
    lively = [NeedState.OPEN, NeedState.ANSWERED, NeedState.WORKSHOP]
    return save_and_tell(change(need, NeedState.CLOSED, of=lively, reason=reason), now=now)


@transaction.atomic
def open_again(*, need: Need, now: datetime) -> Need:
    """It is open as before. Raises WrongNeedState, NeedMoved."""
    ended = [NeedState.ANSWERED, NeedState.WORKSHOP, NeedState.CLOSED]
    return save_and_tell(change(need, NeedState.OPEN, of=ended), now=now)


@transaction.atomic
def merge(*, need: Need, into: Need, now: datetime) -> Need:
    """`need` goes on as `into`: whoever has or follows it has or follows the other one, and is told. Its address, and
    those of needs that were merged into it before, lead there.

    Raises WrongNeedState for one need and itself, NeedMoved.
    """
    if need.pk == into.pk:
        raise WrongNeedState
    first, second = sorted([need, into], key=lambda each: each.pk)  # always in this order, so that two don't wait
    locked = {each.pk: each for each in (lock(first), lock(second))}
    need, into = locked[need.pk], locked[into.pk]
    tell_followers(need=need, into=into, now=now)
    for mine in need.supports.all():
        theirs = into.supports.filter(organisation=mine.organisation_id).first()
        if theirs is None:
            mine.need = into
            mine.save(update_fields=["need"])
        elif mine.sentence and not theirs.sentence:
            theirs.sentence = mine.sentence
            theirs.save(update_fields=["sentence"])
    already = into.follows.values("person")
    Follow.objects.filter(need=need).exclude(person__in=already).update(need=into)
    Need.objects.filter(merged_into=need).update(merged_into=into)
    need.state, need.merged_into, need.page_key, need.reason = NeedState.MERGED, into, None, ""
    need.changed_at = now
    need.save()
    changed(NETWORK)
    return into


@transaction.atomic
def translate(*, need: Need, language: str, title: str, text: str) -> Translation:
    """The need in another language; saying it again says it otherwise. Raises WrongNeedState for its own language."""
    need = lock(need)
    if language == need.language:
        raise WrongNeedState
    made, _is_new = Translation.objects.update_or_create(
        need=need, language=language, defaults={"title": title, "text": text}
    )
    changed(NETWORK)
    return made

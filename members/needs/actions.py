"""What members do with needs: write one, have it too, take that back, follow it. What staff do: deciding.py."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from home.freshness import NETWORK, changed
from members.models import Organisation, User

from .errors import NeedClosed, NeedMoved, NotActing, OwnNeed
from .models import Follow, Need, NeedState, Support


def require_acting(*, organisation: Organisation, by: User) -> None:
    """Raises NotActing unless `by` acts for `organisation`, which takes part."""
    if not (organisation.is_active and organisation.has_member(by)):
        raise NotActing


def lock(need: Need) -> Need:
    """Its row, locked. Raises NeedMoved for one that was merged: what holds a need goes on with the other one."""
    need = Need.objects.select_for_update(no_key=True).get(pk=need.pk)
    if need.merged_into is not None:
        raise NeedMoved(need.merged_into)
    return need


@transaction.atomic
def write_need(
    *, organisation: Organisation, title: str, text: str, language: str, topic: int | None, by: User, now: datetime
) -> Need:
    """Say what `organisation` lacks. It is the first that has the need, and `by` is told what becomes of it.

    Title and text are at most LONGEST_TITLE and LONGEST_TEXT characters, `topic` is the id of a home.Topic.
    Raises NotActing.
    """
    require_acting(organisation=organisation, by=by)
    need = Need(organisation=organisation, written_by=by, written_at=now, changed_at=now)
    need.title, need.text, need.language, need.topic_id = title, text, language, topic
    need.index()
    need.save()
    Support.objects.create(need=need, organisation=organisation, person=by, since=now)
    start_following(need=need, organisation=organisation, by=by)
    changed(NETWORK)
    return need


@transaction.atomic
def support(*, need: Need, organisation: Organisation, sentence: str, by: User, now: datetime) -> Support:
    """`organisation` has the need too, and says so once: saying it again changes the sentence.

    Raises NotActing, NeedMoved, NeedClosed.
    """
    require_acting(organisation=organisation, by=by)
    need = lock(need)
    if need.state == NeedState.CLOSED:
        raise NeedClosed
    told = {"person": by, "sentence": sentence}
    made, _is_new = Support.objects.update_or_create(
        need=need, organisation=organisation, defaults=told, create_defaults={**told, "since": now}
    )
    start_following(need=need, organisation=organisation, by=by)
    changed(NETWORK)
    return made


@transaction.atomic
def take_back(*, need: Need, organisation: Organisation, by: User) -> None:
    """`organisation` has the need no more, and `by` hears no more of it. Doing it again changes nothing.

    Raises NotActing, NeedMoved, OwnNeed.
    """
    require_acting(organisation=organisation, by=by)
    need = lock(need)
    if need.organisation_id == organisation.pk:
        raise OwnNeed
    need.supports.filter(organisation=organisation).delete()
    need.follows.filter(person=by).delete()
    changed(NETWORK)


@transaction.atomic
def follow(*, need: Need, organisation: Organisation, by: User) -> None:
    """`by` is told of each change from now on. Raises NotActing, NeedMoved."""
    require_acting(organisation=organisation, by=by)
    start_following(need=lock(need), organisation=organisation, by=by)


def start_following(*, need: Need, organisation: Organisation, by: User) -> None:
    Follow.objects.get_or_create(need=need, person=by, defaults={"organisation": organisation})


@transaction.atomic
def unfollow(*, need: Need, by: User) -> None:
    """`by` is told no more. Raises NeedMoved."""
    lock(need).follows.filter(person=by).delete()

"""What a person wrote about needs, and which they follow. A need is the organisation's: it stays, without the name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from home.freshness import NETWORK, changed
from members.models import User
from members.naming import Naming

from .models import Follow, Need, Support, Translation


def about(person: User) -> dict[str, Any]:
    """Needs that the person wrote, joined and follows."""
    supports = Support.objects.filter(person=person).select_related("need", "organisation").order_by("pk")
    return {
        "needs": [
            {
                "title": need.title,
                "text": need.text,
                "organisation": need.organisation.name,
                "state": need.get_state_display(),
                "written on": need.written_at.isoformat(timespec="seconds"),
            }
            for need in Need.objects.filter(written_by=person).select_related("organisation").order_by("pk")
        ],
        "needs of others": [
            {
                "title": support.need.title,
                "organisation": support.organisation.name,
                "sentence": support.sentence,
                "since": support.since.isoformat(timespec="seconds"),
            }
            for support in supports
        ],
        "followed needs": [
            {"title": follow.need.title, "organisation": follow.organisation.name}
            for follow in Follow.objects.filter(person=person).select_related("need", "organisation").order_by("pk")
        ],
    }


def forget(person: User, *, now: datetime) -> None:
    """Nothing is followed any more, and no text names the person."""
    naming = Naming.of(person)
    Follow.objects.filter(person=person).delete()
    named = naming.rows_in(Need.objects.all(), ["title", "text", "reason"])
    naming.take_out(Need.objects.all(), "title", "text", "reason")
    for need in Need.objects.filter(pk__in=[need.pk for need in named]):
        need.index()
        need.save(update_fields=["stems"])
    taken = naming.take_out(Translation.objects.all(), "title", "text")
    taken += naming.take_out(Support.objects.all(), "sentence")
    if named or taken:
        changed(NETWORK)

"""What the tour shows of meetings: the list, one in each state, sending somebody else, and the desk of staff."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from members.meetings.actions import register
from members.meetings.deciding import call_off, publish, write_meeting
from members.meetings.models import Meeting, Registration
from pooling.actions.attendees import name_attendee
from portal.demo.network import organisation
from tests.browser.people import pool_of

from .stop import Stop

if TYPE_CHECKING:
    from .scene import Scene

TEXTS = {"de": {"title": "Tour", "summary": "Ein Satz.", "text": "", "programme": ""}}


def meetings(scene: Scene) -> Iterator[Stop]:
    found, page = list(Meeting.objects.shown().order_by("pk")), scene.url("meetings:meetings")
    barcamp, full, over = found[0], found[1], found[2]
    yield Stop("meetings", "list", page)
    yield Stop("meetings", "list, filtered", f"{page}?kind=barcamp")
    for who in ("", "beispiel", "exemple", "newcomer", "operator"):
        name = f"barcamp, seen by {who or 'a visitor'}"
        yield Stop("meetings", name, scene.url("meetings:meeting", barcamp.pk), who=who)
    for who in ("", "exemple", "esempio", "between"):
        name = f"online and full, seen by {who or 'a visitor'}"
        yield Stop("meetings", name, scene.url("meetings:meeting", full.pk), who=who)
    yield Stop("meetings", "over, with what came of it", scene.url("meetings:meeting", over.pk))
    yield Stop("meetings", "called off", scene.url("meetings:meeting", scene.off.pk), who="muster")
    yield Stop("meetings", "begun", scene.url("meetings:meeting", scene.begun_meeting.pk), who="muster")
    yield Stop("meetings", "a draft", scene.url("meetings:meeting", scene.draft.pk), who="operator")
    empty = scene.url("meetings:meeting", barcamp.pk)
    yield Stop("meetings", "register, sent empty", empty, who="beispiel", send={}, status=422)
    changed = {
        "registered": ("beispiel", barcamp),
        "waiting": ("esempio", full),
        "called off": ("muster", scene.off),
        "begun": ("muster", scene.begun_meeting),
    }
    for name, (key, meeting) in changed.items():
        entry = Registration.objects.filter(meeting=meeting, organisation=organisation(key))[0]
        where = scene.url("meetings:registration", entry.pk)
        yield Stop("meetings", f"somebody else, {name}", where, who=key)
    sent_empty = scene.url("meetings:registration", Registration.objects.get(name="Giulia Esempio").pk)
    yield Stop("meetings", "somebody else, sent empty", sent_empty, who="esempio", send={}, status=422)
    yield from attendees(scene)
    yield from desk(barcamp, over, scene.off, scene.draft)


def attendees(scene: Scene) -> Iterator[Stop]:
    """Those whom an organisation sends to a workshop."""
    people = scene.url("pooling:attendees", scene.attended.uuid)
    yield Stop("seats", "who comes", people, who="muster")
    yield Stop("seats", "who comes, sent empty", people, who="muster", send={}, status=422)
    yield Stop("seats", "who comes, not yet", scene.url("pooling:attendees", scene.standing.uuid), who="muster")
    one = scene.url("pooling:attendee", scene.attended.attendees.all()[0].pk)
    yield Stop("seats", "somebody else", one, who="muster")
    yield Stop("seats", "somebody else, sent empty", one, who="muster", send={}, status=422)
    yield Stop("seats", "the pledge, with who comes", scene.url("pooling:pledge", scene.attended.uuid), who="muster")


def desk(barcamp: Meeting, over: Meeting, off: Meeting, draft: Meeting) -> Iterator[Stop]:
    yield Stop("admin", "meetings", reverse("meetings_desk"), who="operator")
    yield Stop("admin", "meetings, past", reverse("meetings_desk") + "?when=past", who="operator")
    yield Stop("admin", "meeting, new", reverse("meeting_new"), who="operator")
    yield Stop("admin", "meeting, new, sent empty", reverse("meeting_new"), who="operator", send={"kind": ""})
    yield Stop("admin", "meeting, edit", reverse("meeting_edit", args=[barcamp.pk]), who="operator")
    for name, meeting in (("to come", barcamp), ("over", over), ("called off", off), ("draft", draft)):
        yield Stop("admin", f"meeting, {name}", reverse("meeting_desk", args=[meeting.pk]), who="operator")
    without_reason = reverse("meeting_desk", args=[barcamp.pk])
    yield Stop("admin", "meeting, off without a reason", without_reason, who="operator", send={"call_off": "yes"})


def add_meetings(scene: Scene) -> None:
    """A draft, one that was called off and one that has begun; and who comes to a workshop."""
    add_attendees(scene)
    scene.draft = write(scene, days=30)
    scene.off, scene.begun_meeting = (publish(meeting=write(scene, days=n), now=scene.now) for n in (31, 32))
    sent: dict[str, Any] = {"organisation": organisation("muster"), "by": scene.people["muster"], "now": scene.now}
    for meeting in (scene.off, scene.begun_meeting):
        register(meeting=meeting, name="Maria Muster", email="", **sent)
    scene.off = call_off(meeting=scene.off, reason="Die Moderation ist krank.", now=scene.now)
    Meeting.objects.filter(pk=scene.begun_meeting.pk).update(
        starts_at=(scene.now - timedelta(hours=1)).replace(microsecond=0)
    )


def add_attendees(scene: Scene) -> None:
    """Two people on the three seats of a pledge."""
    scene.attended = scene.pledge_of(pool_of("data-protection-practice"), "muster")
    sent: dict[str, Any] = {"pledge": scene.attended, "by": scene.people["muster"], "now": scene.now}
    name_attendee(name="Maria Muster", email="maria.muster@example.org", **sent)
    name_attendee(name="Karl Muster", email="", **sent)


def write(scene: Scene, *, days: int) -> Meeting:
    starts_at = (scene.now + timedelta(days=days)).replace(second=0, microsecond=0)
    details = {"kind": "barcamp", "language": "de", "place": "Haus Beispiel, Bern", "online_url": "", "capacity": 9}
    moments = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    return write_meeting(details=details | moments, texts=TEXTS, now=scene.now)

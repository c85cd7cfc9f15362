"""What the tour shows of the network: the directory, writing to those in it, and needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from members.needs.actions import write_need
from members.needs.deciding import close
from members.needs.models import Need
from members.notices.kinds import Kind
from members.notices.links import ALL_COLLECTED, sign
from portal.demo.network import organisation

from .stop import Stop

if TYPE_CHECKING:
    from .scene import Scene


def network(scene: Scene) -> Iterator[Stop]:
    directory = scene.url("members:directory")
    yield Stop("network", "directory", directory)
    yield Stop("network", "directory, filtered", f"{directory}?canton=BE&language=de")
    yield Stop("network", "directory, nothing fits", f"{directory}?q=xyzzy")
    listed = organisation("exemple").entry.slug
    contact = scene.url("members:contact", listed)
    yield Stop("network", "entry", scene.url("members:directory_entry", listed))
    yield Stop("network", "contact", contact)
    yield Stop("network", "contact, sent empty", contact, send={}, status=422)
    yield Stop("network", "contact, sent", scene.url("members:contact_sent", listed))
    for key in ("exemple", "modello"):
        own = scene.url("members:own_entry", organisation(key).uuid)
        yield Stop("network", f"own entry of {key}", own, who=key)
    yield Stop("network", "own entry, without a sentence", own, who=key, send={"is_listed": "on"}, status=422)
    yield from needs(scene)
    yield from notices(scene)


def needs(scene: Scene) -> Iterator[Stop]:
    of = {need.title.split()[0]: need for need in Need.objects.all()}
    wanted, answered = of["Eine"], of["Was"]
    page, write = scene.url("needs:needs"), scene.url("needs:write")
    yield Stop("needs", "list", page)
    yield Stop("needs", "list, nothing fits", f"{page}?state=closed&language=it")
    for who in ("", "modele", "muster", "beispiel"):
        yield Stop("needs", f"need, seen by {who or 'a visitor'}", scene.url("needs:need", wanted.pk), who=who)
    yield Stop("needs", "answered", scene.url("needs:need", answered.pk))
    yield Stop("needs", "closed", scene.url("needs:need", scene.closed_need.pk))
    too_long = {"support": "yes", "sentence": "x" * 301}
    need = scene.url("needs:need", wanted.pk)
    yield Stop("needs", "too long a sentence", need, who="modele", send=too_long, status=422)
    yield Stop("needs", "write", write, who="modele")
    yield Stop("needs", "write, sent empty", write, who="modele", send={}, status=422)
    like = {"title": wanted.title, "text": wanted.text, "language": "de"}
    yield Stop("needs", "write, there are similar ones", write, who="modele", send=like)
    yield Stop("needs", "write, nobody to write for", write, who="newcomer", status=403)
    yield Stop("admin", "needs", reverse("needs_desk"), who="operator")
    yield Stop("admin", "needs, none", reverse("needs_desk") + "?state=workshop", who="operator")
    for name, each in (("open", wanted), ("answered", answered), ("closed", scene.closed_need)):
        yield Stop("admin", f"need, {name}", reverse("need_desk", args=[each.pk]), who="operator")
    desk = reverse("need_desk", args=[wanted.pk])
    yield Stop("admin", "need, closed without a reason", desk, who="operator", send={"close": "yes"})


def notices(scene: Scene) -> Iterator[Stop]:
    choose, me = scene.url("notices:settings"), scene.people["modele"]
    yield Stop("notices", "choose", choose, who="modele")
    yield Stop("notices", "choose, sent wrong", choose, who="modele", send={"needs": "hourly"}, status=422)
    yield Stop("notices", "choose, staff", choose, who="operator")
    one_click = {"List-Unsubscribe": "One-Click"}
    for what in (Kind.WORKSHOPS, ALL_COLLECTED):
        yield Stop("notices", f"end {what}", scene.url("notices:stop", sign(me, what)))
    yield Stop("notices", "end what waits", scene.url("notices:stop", sign(scene.people["operator"], Kind.STAFF)))
    never = scene.url("notices:stop", sign(me, Kind.RESOURCES))
    yield Stop("notices", "end what never comes", never)
    yield Stop("notices", "ended", scene.url("notices:stop", sign(me, Kind.MEETINGS)), send=one_click)
    yield Stop("notices", "end, broken link", scene.url("notices:stop", "x"), status=404)


def add_needs(scene: Scene) -> None:
    """One that was closed."""
    of = organisation("muster")
    said = {"title": "Ein Kurs im Zehnfingersystem", "text": "Wir tippen zu langsam.", "language": "de"}
    made = write_need(organisation=of, topic=None, by=scene.people["muster"], now=scene.now, **said)
    scene.closed_need = close(need=made, reason="Das bietet jede Klubschule an.", now=scene.now)

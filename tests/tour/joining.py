"""What the tour shows of joining: applications and invitations, and the links of their letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from members.actions.applications import apply, confirm, decline
from members.actions.invitations import invite
from members.models import Application, Invitation, Membership, Role, User
from portal.demo.files import read_yaml
from portal.demo.network import APPLICATION_FIELDS, organisation
from tests.members.factories import OrganisationFactory

from .stop import Stop

if TYPE_CHECKING:
    from .scene import Scene


def applied(scene: Scene, email: str) -> Application:
    entry = read_yaml("applications.yaml")[0]
    details = {name: entry[name] for name in APPLICATION_FIELDS} | {"language": scene.language}
    return apply(details=details, topics=[], email=email, now=scene.now)


def add_joining(scene: Scene, joined: User) -> None:
    """An application in each state, invitations to somebody new and to somebody known, and an organisation that has
    just joined, for which `joined` acts: it has nothing yet, and nothing to do.
    """
    scene.people["joined"] = joined
    newest = OrganisationFactory(name="Beispiel am Anfang", language=scene.language)
    Membership.objects.create(organisation=newest, person=joined, role=Role.ADMINISTRATOR)
    scene.unconfirmed = applied(scene, "neu@org.example").new_token()
    confirmed, declined = applied(scene, "da@org.example"), applied(scene, "nein@org.example")
    scene.confirmed = confirmed.new_token()
    for application in (confirmed, declined):
        confirm(token=application.new_token() if application is declined else scene.confirmed, now=scene.now)
    by, text = scene.people["operator"], "Der Sitz ist nicht in der Schweiz."
    scene.declined_application = decline(application=declined, reason=text, by=by, now=scene.now)
    scene.invited_new = invited(scene, "nora@org.example", Role.ADMINISTRATOR)
    scene.invited_known = invited(scene, scene.people["newcomer"].email, Role.MEMBER)


def invited(scene: Scene, email: str, role: Role) -> str:
    """The end of the link in the letter."""
    made: Invitation = invite(
        organisation=organisation("beispiel"),
        email=email,
        role=role,
        language=scene.language,
        by=scene.people["beispiel"],
        now=scene.now,
    )
    return made.new_token()


def joining(scene: Scene) -> Iterator[Stop]:
    join = scene.url("members:join")
    yield Stop("joining", "application", join)
    yield Stop("joining", "application, sent empty", join, send={}, status=422)
    yield Stop("joining", "application, sent", scene.url("members:application_sent"))
    yield Stop("joining", "confirm the address", scene.url("members:application_confirm", scene.unconfirmed))
    yield Stop("joining", "address confirmed", scene.url("members:application_confirm", scene.confirmed))
    over = scene.url("members:application_confirm", "x")
    yield Stop("joining", "link is over", over, status=410)
    new, known = (scene.url("members:invitation", end) for end in (scene.invited_new, scene.invited_known))
    yield Stop("joining", "invitation", new)
    yield Stop("joining", "invitation, sent empty", new, send={}, status=422)
    yield Stop("joining", "invitation, has an account", known)
    yield Stop("joining", "invitation, logged in", known, who="newcomer")
    yield Stop("joining", "invitation to somebody else", new, who="newcomer")
    people = scene.url("members:people", organisation("beispiel").uuid)
    yield Stop("joining", "people", people, who="beispiel")
    yield Stop("joining", "people, sent empty", people, who="beispiel", send={}, status=422)
    yield Stop("joining", "people, as a member sees them", people, who="member")
    mine = organisation("beispiel").memberships.get(person=scene.people["member"])
    end = scene.url("members:membership_end", organisation("beispiel").uuid, mine.pk)
    yield Stop("joining", "leave", end, who="member")
    yield Stop("joining", "remove", end, who="beispiel")
    waiting = Application.objects.waiting().order_by("pk")[0]
    decide = reverse("application", args=[waiting.uuid])
    decided = reverse("application", args=[scene.declined_application.uuid])
    yield Stop("admin", "applications", reverse("applications"), who="operator")
    yield Stop("admin", "applications that were decided", reverse("applications") + "?decided", who="operator")
    yield Stop("admin", "application", decide, who="operator")
    yield Stop("admin", "application, declined without a reason", decide, who="operator", send={"decline": "yes"})
    yield Stop("admin", "application that was declined", decided, who="operator")

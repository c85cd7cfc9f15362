"""The steps that load who takes part: example organisations, and the people who can log in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group

from home.content_files.markdown import stable_id
from home.content_files.pages import Progress
from home.models import Topic
from members.actions.applications import apply, confirm
from members.actions.directory import set_entry
from members.models import Application, DirectoryEntry, Membership, Organisation, Role, User
from members.needs.actions import support, write_need
from members.needs.deciding import answer, translate
from members.needs.models import Need

from .files import read_yaml

# For the demo only: these settings let no demo run in production (DEMO_ALLOWED).
PASSWORD = "demo-up2gether"  # noqa: S105  # it opens nothing but a demo
ORGANISATION_FIELDS = (
    "name",
    "legal_form",
    "uid",
    "street",
    "house_number",
    "postcode",
    "town",
    "canton",
    "language",
    "website",
)
ROLES = {"administrator": Role.ADMINISTRATOR, "member": Role.MEMBER}
GROUPS = {"editor": "Editor", "translator": "Translator", "network manager": "Network manager"}
APPLICATION_FIELDS = (*ORGANISATION_FIELDS, "size", "why", "first_name", "last_name")


def load_organisations(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("organisations.yaml"):
        fields = {name: entry[name] for name in ORGANISATION_FIELDS}
        if Organisation.objects.filter(uid=fields["uid"]).exists():
            progress.note(entry["key"], changed=False)
            continue
        organisation = Organisation(**fields)
        organisation.full_clean()
        organisation.save()
        progress.note(entry["key"], changed=True)


def load_people(progress: Progress, *, now: datetime) -> None:
    for entry in read_yaml("people.yaml"):
        is_new = not User.objects.filter(email=entry["email"]).exists()
        if is_new:
            make_person(entry)
        progress.note(entry["email"], changed=is_new)


def make_person(entry: dict[str, Any]) -> User:
    """A person with the demo's password, in their role."""
    role = entry["role"]
    user = User.objects.create_user(
        entry["email"],
        PASSWORD,
        first_name=entry["first_name"],
        last_name=entry["last_name"],
        language=entry["language"],
        is_staff=role in {"superuser", *GROUPS},
        is_superuser=role == "superuser",
    )
    if role in GROUPS:
        user.groups.add(Group.objects.get(name=GROUPS[role]))
    if role in ROLES:
        Membership.objects.create(organisation=organisation(entry["organisation"]), person=user, role=ROLES[role])
    return user


def load_directory(progress: Progress, *, now: datetime) -> None:
    """What organisations show of themselves. Those without topics prefer not to be found."""
    for entry in read_yaml("organisations.yaml"):
        of = organisation(entry["key"])
        is_new = "topics" in entry and not DirectoryEntry.objects.filter(organisation=of).exists()
        if is_new:
            topics = Topic.objects.filter(locale__language_code="de", slug__in=entry["topics"])
            pks = list(topics.values_list("pk", flat=True))
            by = of.administrators()[0]
            set_entry(organisation=of, is_listed=True, about=entry["description"], topics=pks, by=by)
        progress.note(entry["key"], changed=is_new)


def load_needs(progress: Progress, *, now: datetime) -> None:
    """What organisations lack, and which others need it too."""
    for entry in read_yaml("needs.yaml"):
        of = organisation(entry["organisation"])
        is_new = not Need.objects.filter(organisation=of, title=entry["title"]).exists()
        if is_new:
            topic = Topic.objects.get(locale__language_code="de", slug=entry["topic"])
            texts = {name: entry[name] for name in ("title", "text", "language")}
            written = {"organisation": of, "topic": topic.pk, "by": of.administrators()[0]}
            need = write_need(**written, **texts, now=now - timedelta(days=entry["days_ago"]))
            for key, sentence in entry.get("too", {}).items():
                other = organisation(key)
                by = other.administrators()[0]
                support(need=need, organisation=other, sentence=sentence, by=by, now=now)
            for language, said in entry.get("translations", {}).items():
                translate(need=need, language=language, **said)
            if key := entry.get("answer"):
                answer(need=need, page_key=UUID(stable_id(f"resources/{key}")), now=now)
        progress.note(f"{entry['organisation']}: {entry['title']}", changed=is_new)


def load_applications(progress: Progress, *, now: datetime) -> None:
    """Organisations that would like to take part, their addresses confirmed: staff decide."""
    for entry in read_yaml("applications.yaml"):
        is_new = not Application.objects.filter(email=entry["email"]).exists()
        if is_new:
            details = {name: entry[name] for name in APPLICATION_FIELDS}
            topics = Topic.objects.filter(locale__language_code=entry["language"], slug__in=entry["topics"])
            pks = list(topics.values_list("pk", flat=True))
            application = apply(details=details, topics=pks, email=entry["email"], now=now)
            confirm(token=application.new_token(), now=now)
            Application.objects.filter(pk=application.pk).update(letter="")  # nobody reads that mailbox
        progress.note(entry["email"], changed=is_new)


def organisation(key: str) -> Organisation:
    """The example organisation with `key`."""
    uid = next(entry["uid"] for entry in read_yaml("organisations.yaml") if entry["key"] == key)
    return Organisation.objects.get(uid=uid)


def logins() -> list[str]:
    """A line for each demo log-in: who, with which role, and the address."""
    names = {entry["key"]: entry["name"] for entry in read_yaml("organisations.yaml")}
    lines = []
    for entry in read_yaml("people.yaml"):
        where = f" of {names[entry['organisation']]}" if "organisation" in entry else ""
        lines.append(f"{entry['email']:<52} {entry['role']}{where}")
    return [*lines, f"Everybody's password: {PASSWORD}"]

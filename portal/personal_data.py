"""What the account itself and Wagtail's admin keep of a person: ways to log in, sessions, and what they did as staff.

Pages are the portal's, not their writer's: they keep the number of who wrote them. The log of the admin does so too.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from wagtail.admin.models import EditingSession, FormState
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    Comment,
    CommentReply,
    ModelLogEntry,
    Page,
    PageLogEntry,
    PageSubscription,
    Revision,
    TaskState,
    UploadedFile,
    WorkflowState,
)
from wagtail.users.models import UserProfile
from wagtail_localize.models import SegmentOverride, StringTranslation

from members.models import User
from members.naming import Naming
from members.personal_data import moment

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore

# What staff made or changed, and the field that says who. It stays, with the number of whoever did it.
BY_STAFF: dict[str, list[tuple[type[Model], str]]] = {
    "pages": [(Page, "owner"), (Page, "locked_by")],
    "versions of pages": [(Revision, "user")],
    "translated texts": [(StringTranslation, "last_translated_by"), (SegmentOverride, "last_translated_by")],
    "images": [(get_image_model(), "uploaded_by_user")],
    "documents": [(get_document_model(), "uploaded_by_user")],
    "comments": [(Comment, "user"), (Comment, "resolved_by"), (CommentReply, "user")],
    "decisions in workflows": [(WorkflowState, "requested_by"), (TaskState, "finished_by")],
}
# What is of use to nobody once the person is gone.
OF_THE_ADMIN: list[tuple[type[Model], str]] = [
    (EditingSession, "user"),
    (FormState, "user"),
    (PageSubscription, "user"),
    (UploadedFile, "uploaded_by_user"),
]


def second_factor(kept: Authenticator) -> str:
    """Its kind, and of a passkey the name that the person gave it."""
    kind = str(kept.get_type_display())
    return f"{kind}: {kept.wrap().name}" if kept.type == Authenticator.Type.WEBAUTHN else kind


def about(person: User) -> dict[str, Any]:
    """Addresses, second factors, sessions, rights, and how much of what was done in the admin."""
    profile = UserProfile.objects.filter(user=person).first()
    return {
        "ways to log in": {
            "e-mail addresses": list(EmailAddress.objects.filter(user=person).values_list("email", flat=True)),
            "second factors": [second_factor(each) for each in Authenticator.objects.filter(user=person)],
            "rights": sorted(group.name for group in person.groups.all()),
            "sessions": [
                {"name": session.user_agent, "since": moment(session.created_at)}
                for session in UserSession.objects.filter(user=person).order_by("pk")
            ],
        },
        "admin": {
            "language": profile.get_preferred_language() if profile and profile.preferred_language else None,
            "picture": bool(profile and profile.avatar),
            **{
                name: sum(model._default_manager.filter(**{field: person}).count() for model, field in made)
                for name, made in BY_STAFF.items()
            },
        },
        "log of the admin": [
            {"what": entry.action, "of": entry.label, "on": moment(entry.timestamp)}
            for model in (PageLogEntry, ModelLogEntry)
            for entry in model.objects.filter(user_id=person.pk).order_by("pk")
        ],
    }


def forget(person: User, *, now: datetime) -> None:
    """Nobody can log in any more, and what the admin wrote down no longer names the person."""
    naming = Naming.of(person)
    for key in sessions_of(person, naming=naming):
        SessionStore(key).delete()
    UserSession.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    addresses = EmailAddress.objects.filter(Q(user=person) | naming.has())
    EmailConfirmation.objects.filter(email_address__in=addresses).delete()
    addresses.delete()
    for profile in UserProfile.objects.filter(user=person):
        if profile.avatar:
            profile.avatar.delete(save=False)
        profile.delete()
    for model, field in OF_THE_ADMIN:
        model._default_manager.filter(**{field: person}).delete()
    forget_in_logs(person, naming)


def forget_in_logs(person: User, naming: Naming) -> None:
    """Entries about the person are called by their number, and no other entry names them."""
    about_them = ModelLogEntry.objects.for_instance(person)
    about_them.update(label=str(person.pk), data={})
    logs: list[QuerySet[Any]] = [PageLogEntry.objects.all(), ModelLogEntry.objects.all()]
    for log in logs:
        naming.take_out(log, "label")
        for entry in log.exclude(data={}).iterator():
            redacted = without(entry.data, naming)
            if redacted != entry.data:
                log.filter(pk=entry.pk).update(data=redacted)
    naming.take_out(Revision.objects.all(), "object_str")
    naming.take_out(Comment.objects.all(), "text")
    naming.take_out(CommentReply.objects.all(), "text")
    naming.take_out(TaskState.objects.all(), "comment")


def without(value: Any, naming: Naming) -> Any:
    """JSON in which no text names the person."""
    if isinstance(value, str):
        return naming.out_of(value)
    if isinstance(value, dict):
        return {key: without(each, naming) for key, each in value.items()}
    if isinstance(value, list):
        return [without(each, naming) for each in value]
    return value


def sessions_of(person: User, *, naming: Naming | None = None) -> list[str]:
    """The keys of their sessions; with `naming` also of those of visitors in which one of their addresses stands."""
    found = []
    for session in Session.objects.iterator():
        kept = session.get_decoded()
        is_theirs = kept.get("_auth_user_id") == str(person.pk)
        if is_theirs or (naming is not None and naming.is_in(str(kept))):
            found.append(session.session_key)
    return found

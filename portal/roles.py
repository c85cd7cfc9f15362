"""What staff may do: the groups of editors, translators and those who look after the money, there after every migrate.

docs/roles.md says it in words.

Someone may give a group more in the admin; that stays. What is listed here comes back. Superusers need no group.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models.signals import post_migrate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from home.models import HomePage

EDITOR = "Editor"
TRANSLATOR = "Translator"
FINANCE = "Finance"
NETWORK_MANAGER = "Network manager"
ADMINISTRATOR = "Administrator"

# Each permission as app.codename.
ADMIN = ["wagtailadmin.access_admin"]
TRANSLATING = ["wagtail_localize.submit_translation", "wagtail_localize.change_translation"]
SNIPPETS = [
    f"{app}.{action}_{model}"
    for app, model in [("home", "topic"), ("workshops", "expert"), ("wagtailredirects", "redirect")]
    for action in ("add", "change", "delete")
]
FILES = [
    f"{app}.{action}_{model}"
    for app, model in [("wagtailimages", "image"), ("wagtaildocs", "document")]
    for action in ("add", "change", "choose")
]

TRANSLATION_ROLE = {
    "everywhere": [*ADMIN, *TRANSLATING, "home.change_topic", "workshops.change_expert"],
    "pages": ["wagtailcore.change_page", "wagtailcore.publish_page"],
    "files": ["wagtailimages.choose_image", "wagtaildocs.choose_document"],
}
# Who translates into one language, and publishes there. In the others they change nothing (home/localising/access.py).
OF_ONE_LANGUAGE = {"Translator German": "de", "Translator French": "fr", "Translator Italian": "it"}

ROLES: dict[str, dict[str, list[str]]] = {
    EDITOR: {
        "everywhere": [
            *ADMIN,
            *TRANSLATING,
            *SNIPPETS,
            "letters.change_letter",
            "pooling.view_pledge",
            "needs.change_need",
            "meetings.change_meeting",
        ],
        "pages": ["wagtailcore.add_page", "wagtailcore.change_page", "wagtailcore.publish_page"],
        "files": FILES,
    },
    # Imports the bank's files, says what payments are for, and transfers refunds.
    FINANCE: {"everywhere": [*ADMIN, "pooling.import_bankfile"], "pages": [], "files": []},
    # Decides who takes part, keeps organisations' details right, and looks after needs and meetings.
    NETWORK_MANAGER: {
        "everywhere": [
            *ADMIN,
            "members.change_application",
            "needs.change_need",
            "meetings.change_meeting",
            *(f"members.{action}_organisation" for action in ("view", "add", "change")),
        ],
        "pages": [],
        "files": [],
    },
    **dict.fromkeys(OF_ONE_LANGUAGE, TRANSLATION_ROLE),
    # Writes translations of pages and snippets in all languages. An editor publishes them.
    TRANSLATOR: {
        "everywhere": [*ADMIN, *TRANSLATING, "home.change_topic", "workshops.change_expert"],
        "pages": ["wagtailcore.change_page"],
        "files": ["wagtailimages.choose_image", "wagtaildocs.choose_document"],
    },
}
# All of the above, and people, collections and whom payments go to. Superusers, groups, sites and languages are the
# operator's: nobody gives themselves more (portal/people_desk.py).
ROLES[ADMINISTRATOR] = {
    part: sorted({code for role in ROLES.values() for code in role[part]}) for part in ("everywhere", "pages", "files")
}
ROLES[ADMINISTRATOR]["everywhere"] += [
    f"{app}.{action}_{model}"
    for app, model in [("members", "user"), ("pooling", "creditor")]
    for action in ("view", "add", "change", "delete")
]
ROLES[ADMINISTRATOR]["files"] += [f"wagtailcore.{action}_collection" for action in ("add", "change", "delete")]
APPS = [
    "auth",
    "wagtailadmin",
    "wagtailcore",
    "wagtailimages",
    "wagtaildocs",
    "wagtail_localize",
    "wagtailredirects",
    "home",
    "pooling",
    "workshops",
    "letters",
    "members",
    "needs",
    "meetings",
]


def connect() -> None:
    """Have the roles made at the end of every migrate, once all other apps have made what is theirs."""
    last = [config for config in current_apps.get_app_configs() if config.models_module][-1]
    post_migrate.connect(make_roles_after_migrate, sender=last, dispatch_uid="portal.roles")


def make_roles_after_migrate(*, apps: Any = current_apps, using: str = "default", **kwargs: Any) -> None:
    """Receives post_migrate. Does nothing as long as tables are missing, since some migrations have not run yet."""
    migrated = {config.label for config in apps.get_app_configs() if list(config.get_models())}
    if not migrated.issuperset(APPS):
        return
    for label in APPS:
        create_permissions(current_apps.get_app_config(label), verbosity=0, using=using)
    make_roles()


def admin_login(request: HttpRequest) -> HttpResponse:
    """Where Wagtail's admin sends whoever may not enter: to our log-in; and who has logged in already is told no.

    Sent to our log-in, they would be sent back to the admin at once, and so on for ever. Staff who kept this address
    among their bookmarks are in already.
    """
    if request.user.has_perm("wagtailadmin.access_admin"):
        return redirect("wagtailadmin_home")
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("wagtailadmin_home"))


@transaction.atomic
def make_roles() -> None:
    """Make the groups of ROLES with their permissions on all pages and files. Making them again changes nothing."""
    if not Group.objects.filter(name__in=ROLES).exists():
        # Wagtail's own two say nearly the same with other rights.
        Group.objects.filter(name__in=["Editors", "Moderators"], user=None).delete()
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    homes = {page.locale.language_code: page for page in HomePage.objects.select_related("locale").order_by("-path")}
    for name, role in ROLES.items():
        page = homes.get(OF_ONE_LANGUAGE[name]) if name in OF_ONE_LANGUAGE else root
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*(permission(code) for code in role["everywhere"]))
        for code in role["pages"] if page else []:
            GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission(code))
        for code in role["files"] if collection else []:
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=collection, permission=permission(code)
            )


def permission(code: str) -> Permission:
    """The permission called app.codename. Raises Permission.DoesNotExist."""
    app, codename = code.split(".")
    if code == "wagtail_localize.submit_translation":
        # A migration of wagtail-localize makes it and nothing makes it again, for example after a test's flush.
        kind, _created = ContentType.objects.get_or_create(app_label=app, model="translation")
        return Permission.objects.get_or_create(
            content_type=kind, codename=codename, defaults={"name": "Can submit translations"}
        )[0]
    return Permission.objects.get(content_type__app_label=app, codename=codename)

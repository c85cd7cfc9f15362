"""What the addresses of the table lead to: for each blank of a route something that is there."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from wagtail.admin.models import EditingSession
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    Locale,
    PageViewRestriction,
    Site,
    UploadedFile,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)
from wagtail_localize.models import Translation

from home.models import StandardPage, Topic
from members.meetings.models import Registration
from members.models import Application, Invitation, User
from members.needs.models import Need, NeedState
from members.notices.kinds import Kind
from members.notices.links import sign
from pooling.models import CreditNote, Creditor, SeatGift
from pooling.workshops.models import Expert, WorkshopPage
from portal.demo.network import organisation
from portal.handbook import chapters
from resources.models import ResourceIndexPage, ResourcePage
from tests.browser.people import pool_of, workshop
from tests.tour.scene import Scene

from .addresses import Address

BLANK = re.compile(r"<(?:\w+:)?(\w+)>")


class Places:
    """Fills the blanks of routes in the order of `rules`: the first that starts like the route and knows the blank."""

    def __init__(self, scene: Scene, people: dict[str, User]) -> None:
        self.scene, self.superuser = scene, people["superuser"]
        self.reader = people["member"]
        self.exact = dict(self.whole_paths())
        self.rules = [*self.of_members(), *self.of_pooling(), *self.of_admin(), *self.anywhere()]

    def path(self, address: Address) -> str:
        """Where the address leads. Raises KeyError for a blank that no rule fills."""
        if address.route in self.exact:
            return "/" + self.exact[address.route]

        def fill(blank: re.Match[str]) -> str:
            for start, values in self.rules:
                if address.route.startswith(start) and blank[1] in values:
                    return str(values[blank[1]])
            raise KeyError(f"{address.route}: nothing says what to write for <{blank[1]}>")

        path = BLANK.sub(fill, address.german)
        return "/" + path + self.query.get(address.route, "")

    @cached_property
    def resource(self) -> ResourcePage:
        return ResourcePage.objects.live().filter(locale__language_code="de").order_by("pk")[0]

    @cached_property
    def library(self) -> ResourceIndexPage:
        return ResourceIndexPage.objects.get(locale__language_code="de")

    @cached_property
    def document(self) -> Any:
        return get_document_model().objects.create(title="Access", file=ContentFile(b"access", name="access.txt"))

    @cached_property
    def image(self) -> Any:
        return get_image_model().objects.create(title="Access", file=get_test_image_file())

    @cached_property
    def workflow(self) -> Workflow:
        """Three approve: the resource waits for the first."""
        made = Workflow.objects.create(name="Access")
        task = GroupApprovalTask.objects.create(name="Access")
        task.groups.add(Group.objects.get(name="Editor"))
        WorkflowTask.objects.create(workflow=made, task=task)
        WorkflowPage.objects.create(workflow=made, page=self.resource)
        self.resource.save_revision()
        self.state = made.start(self.resource, self.superuser)
        return made

    @cached_property
    def restriction(self) -> PageViewRestriction:
        page = StandardPage.objects.filter(locale__language_code="fr").order_by("pk")[0]
        return PageViewRestriction.objects.create(page=page, restriction_type="password", password="x")

    @property
    def query(self) -> dict[str, str]:
        """What an address is asked with, where it answers nothing without."""
        pages = f"?id={self.resource.pk}"
        return {
            "admin/bulk/<str:app_label>/<str:model_name>/<str:action>/": pages,
            "admin/choose-page/chosen-multiple/": pages,
            "admin/documents/chooser/chosen-multiple/": f"?id={self.document.pk}",
            "admin/images/chooser/chosen-multiple/": f"?id={self.image.pk}",
            "admin/snippets/choose/home/topic/chosen-multiple/": f"?id={Topic.objects.all()[0].pk}",
            "admin/snippets/choose/workshops/expert/chosen-multiple/": f"?id={Expert.objects.all()[0].pk}",
            "admin/tag-autocomplete/": "?term=a",
            "admin/images/<int:image_id>/generate_url/output/": "",
            "LANGUAGE/search/": "?q=Datenschutz",
        }

    def whole_paths(self) -> dict[str, str]:
        """Routes that are patterns and no blanks."""
        latest = self.resource.latest_revision.pk
        return {
            r"admin/pages/(\d+)/revisions/compare/(live|earliest|\d+)\.\.\.(live|latest|\d+)/": (
                f"admin/pages/{self.resource.pk}/revisions/compare/{latest}...latest/"
            ),
            "admin/.*/": "admin/there-is-no-such-page/",
            r"documents/(\d+)/(.*)": f"documents/{self.document.pk}/{self.document.filename}",
            r"LANGUAGE/((?:[\w\-]+/)*)": self.resource.get_url().lstrip("/"),
        }

    def of_members(self) -> list[tuple[str, dict[str, Any]]]:
        beispiel = organisation("beispiel")
        membership = beispiel.memberships.get(person=self.scene.people["member"])
        invitation = Invitation.objects.filter(organisation=beispiel).order_by("pk")[0]
        listed = organisation("exemple").entry
        need = Need.objects.filter(state=NeedState.OPEN).order_by("pk")[0]
        entry = Registration.objects.filter(organisation=beispiel, meeting__starts_at__gt=self.scene.now)[0]
        uid, key = self.scene.reset_link.rstrip("/").split("/")[-1].split("-", 1)
        return [
            ("LANGUAGE/take-part/confirm/", {"token": self.scene.unconfirmed}),
            ("LANGUAGE/invitation/", {"token": self.scene.invited_new}),
            ("LANGUAGE/organisations/<uuid:uuid>/people/<int:pk>/", {"pk": membership.pk}),
            ("LANGUAGE/organisations/<uuid:uuid>/invitations/", {"pk": invitation.pk}),
            ("LANGUAGE/organisations/", {"uuid": beispiel.uuid}),
            ("LANGUAGE/directory/", {"slug": listed.slug}),
            ("LANGUAGE/needs/", {"pk": need.pk}),
            ("admin/needs/", {"pk": need.pk}),
            ("LANGUAGE/notices/end/", {"token": sign(self.reader, Kind.RESOURCES)}),
            ("LANGUAGE/meetings/people/", {"pk": entry.pk}),
            ("LANGUAGE/meetings/", {"pk": entry.meeting_id}),
            ("admin/meetings/", {"pk": entry.meeting_id}),
            ("LANGUAGE/account/organisation/", {"uuid": beispiel.uuid}),
            ("LANGUAGE/account/security/passkeys/", {"pk": self.scene.passkey.pk}),
            ("LANGUAGE/account/e-mail/", {"key": self.scene.confirmation}),
            ("LANGUAGE/account/password/", {"uidb36": uid, "key": key}),
            ("LANGUAGE/_util/", {"page_view_restriction_id": self.restriction.pk, "page_id": self.restriction.page_id}),
        ]

    def of_pooling(self) -> list[tuple[str, dict[str, Any]]]:
        scene = self.scene
        muster = organisation("muster")
        credited = CreditNote.objects.all()[0].invoice.charge.pledge
        given = SeatGift.objects.get(pledge=scene.paid)
        token = scene.offer_link().rstrip("/").split("/")[-1]
        mend = scene.mend_link(scene.asked.pledge).rstrip("/").split("/")[-1]
        approval = scene.approval_link(scene.approval).rstrip("/").split("/")[-1]
        return [
            ("LANGUAGE/pledges/new/<uuid:uuid>/waiting-list/", {"uuid": scene.full.pool.uuid}),
            ("LANGUAGE/pledges/new/", {"uuid": pool_of("homepage-brief").uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/offer/", {"uuid": scene.offered.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/leave/", {"uuid": scene.waiting.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/payment-method/", {"uuid": scene.pending.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/back/", {"uuid": scene.pending.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/invoice.pdf", {"uuid": scene.invoiced.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/credit-note.pdf", {"uuid": credited.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/receipt.pdf", {"uuid": scene.paid.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/approval/", {"uuid": scene.approval.pledge.uuid}),
            ("LANGUAGE/pledges/people/", {"pk": scene.attended.attendees.all()[0].pk}),
            ("LANGUAGE/pledges/<uuid:uuid>/people/", {"uuid": scene.attended.uuid}),
            ("LANGUAGE/pledges/<uuid:uuid>/seats/", {"uuid": scene.paid.uuid}),
            ("LANGUAGE/pledges/", {"uuid": scene.standing.uuid}),
            ("LANGUAGE/pools/", {"uuid": scene.standing.pool.uuid}),
            ("LANGUAGE/payment-methods/", {"uuid": muster.uuid, "pk": scene.standing.method.pk}),
            ("LANGUAGE/seats/", {"uuid": given.uuid}),
            ("LANGUAGE/offers/", {"uuid": scene.offer.uuid}),
            ("LANGUAGE/offer/", {"token": token}),
            ("LANGUAGE/approval/", {"token": approval}),
            ("LANGUAGE/payment/", {"token": mend}),
            ("LANGUAGE/sandbox/", {"ref": scene.payment_page.rstrip("/").split("/")[-1]}),
            ("LANGUAGE/feedback/", {"pk": self.resource.pk, "said": "helped"}),
        ]

    def of_admin(self) -> list[tuple[str, dict[str, Any]]]:
        """Pages, snippets and settings of Wagtail's, and our own pages beside them."""
        scene, resource, library = self.scene, self.resource, self.library
        funded: WorkshopPage = workshop("online-counselling-start", "de")
        books = Translation.objects.get(source__object_id=scene.begun.translation_key, target_locale=scene.begun.locale)
        topic, expert = (model.objects.filter(locale__language_code="de")[0] for model in (Topic, Expert))
        task = self.workflow.tasks.all()[0]
        uploaded = {
            model: UploadedFile.objects.create(
                uploaded_by_user=self.superuser, for_content_type=ContentType.objects.get_for_model(model), file=file
            )
            for model, file in (
                (get_document_model(), ContentFile(b"access", name="access.txt")),
                (get_image_model(), get_test_image_file()),
            )
        }
        collection = Collection.get_first_root_node().add_child(name="Access")
        redirect = Redirect.objects.create(old_path="/access", redirect_link="https://example.org")
        a_resource = {"app_label": "resources", "model_name": "resourcepage", "object_id": resource.pk}
        a_topic = {"app_label": "home", "model_name": "topic", "pk": topic.pk}
        session = EditingSession.objects.create(user=self.superuser, content_object=resource, last_seen_at=scene.now)
        of_localize = {
            "translation_id": books.pk,
            "translation_source_id": books.source_id,
            "string_segment_id": books.source.stringsegment_set.all()[0].pk,
            "overridable_segment_id": 0,  # the demo has none
            "mode": "default",
            "page_id": resource.pk,
        }
        return [
            ("admin/bulk/", {"app_label": "wagtailcore", "model_name": "page", "action": "move"}),
            ("admin/applications/", {"uuid": Application.objects.waiting().order_by("pk")[0].uuid}),
            (
                "admin/workshops/",
                {"page_id": funded.pk, "uuid": scene.invoiced.uuid, "kind": "invoice", "slug": "guarantee"},
            ),
            ("admin/finance/bank/files/", {"pk": scene.bank_line.file_id}),
            ("admin/finance/bank/lines/", {"pk": scene.bank_line.pk}),
            ("admin/finance/receivables/", {"uuid": scene.invoiced.charges.get().uuid}),
            ("admin/finance/pools/", {"pk": funded.pool.pk}),
            ("admin/handbook/", {"slug": chapters("de")[0].slug}),
            ("admin/finance/documents/", {"uuid": scene.invoiced.uuid, "kind": "invoice"}),
            ("admin/creditor/", {"pk": Creditor.objects.all()[0].pk}),
            ("admin/organisations/", {"pk": organisation("beispiel").pk}),
            ("admin/localize/submit/snippet/", a_topic),
            ("admin/localize/api/snippets/", a_topic),
            ("admin/localize/", of_localize),
            ("admin/translations/", {**of_localize, "language": "fr"}),
            ("admin/pages/workflow/", {"action_name": "approve", "task_state_id": self.state.current_task_state_id}),
            ("admin/pages/workflow/", {"task_id": task.pk}),
            ("admin/pages/<int:page_id>/workflow_history/", {"workflow_state_id": self.state.pk}),
            ("admin/pages/<int:page_id>/revisions/", {"revision_id": resource.latest_revision.pk}),
            ("admin/pages/", {"content_type_app_name": "resources", "content_type_model_name": "resourcepage"}),
            ("admin/pages/create/", {"app_label": "resources", "model_name": "resourcepage"}),
            ("admin/pages/", {"destination_id": library.pk}),
            ("admin/api/main/pages/", {"pk": resource.pk, "action_name": "copy"}),
            ("admin/api/main/documents/", {"pk": self.document.pk}),
            ("admin/api/main/images/", {"pk": self.image.pk}),
            ("admin/choose-page/", {"parent_page_id": library.pk}),
            ("admin/tag-autocomplete/", {"app_name": "taggit", "model_name": "tag"}),
            ("admin/collections/", {"pk": collection.pk, "collection_id": collection.pk}),
            ("admin/workflows/tasks/add/", {"app_label": "wagtailcore", "model_name": "groupapprovaltask"}),
            ("admin/workflows/tasks/", {"pk": task.pk}),
            ("admin/workflows/task_chooser/", {"task_id": task.pk}),
            ("admin/workflows/", {"pk": self.workflow.pk, "workflow_pk": self.workflow.pk, "page_pk": resource.pk}),
            ("admin/editing-sessions/", {**a_resource, "session_id": session.pk}),
            ("admin/redirects/", {"redirect_id": redirect.pk}),
            ("admin/documents/chooser/", {"pk": self.document.pk}),
            ("admin/documents/", {"document_id": self.document.pk, "doc_id": self.document.pk}),
            ("admin/documents/", {"uploaded_file_id": uploaded[get_document_model()].pk}),
            ("admin/images/chooser/", {"pk": self.image.pk}),
            ("admin/images/", {"image_id": self.image.pk, "filter_spec": "width-100"}),
            ("admin/images/", {"uploaded_file_id": uploaded[get_image_model()].pk}),
            ("admin/snippets/home/topic/", {"pk": topic.pk}),
            ("admin/snippets/choose/home/topic/", {"pk": topic.pk}),
            ("admin/snippets/workshops/expert/", {"pk": expert.pk}),
            ("admin/snippets/choose/workshops/expert/", {"pk": expert.pk}),
            ("admin/locales/", {"pk": Locale.objects.get(language_code="it").pk}),
            ("admin/sites/", {"pk": Site.objects.get().pk}),
            ("admin/users/", {"pk": self.reader.pk}),
            ("admin/people/", {"pk": self.reader.pk}),
            ("admin/groups/", {"pk": Group.objects.get(name="Finance").pk}),
            ("admin/password_reset/", {"uidb64": "x", "token": "x-x"}),
            ("admin/settings/", {"app_name": "home", "model_name": "there_is_none", "pk": 1}),
            ("documents/authenticate_with_password/", {"restriction_id": self.restriction.pk}),
            ("api/v2/pages/", {"pk": resource.pk}),
        ]

    def anywhere(self) -> list[tuple[str, dict[str, Any]]]:
        page = self.resource.pk
        return [("admin/", {"page_id": page, "page_to_move_id": page, "parent_page_id": self.library.pk})]

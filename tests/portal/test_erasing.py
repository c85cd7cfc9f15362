"""Erasing a person: no trace of name and address anywhere, and the books as they were."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from members.actions.directory import set_entry
from members.letters.models import Letter
from members.models import Membership, Organisation, Role, User
from members.needs.models import Need
from pooling.accounts.journal import journal
from pooling.actions.pools import cancel_pool
from pooling.models import Acceptance, Approval, ApprovalState, Invoice, Pledge, Pool, PoolEvent
from portal.account.everything import LastSuperuser, StillBound, erase
from tests.members.factories import OrganisationFactory, UserFactory
from tests.pooling import factories as make
from tests.pooling.factories import NOW

from .whole_person import EMAIL, TRACES, traces, with_everything

pytestmark = pytest.mark.django_db

# Where she is named before. What is no longer among them tests nothing any more.
NAMED_IN = {
    *("members_user.email", "members_user.first_name", "members_user.last_name"),
    *("members_application.email", "members_application.first_name", "members_application.why"),
    *("members_invitation.email", "members_invitation.first_name", "members_directoryentry.about_de"),
    *("letters_letter.text", "letters_letter.html", "letters_letter.reply_to"),
    "notices_news.facts",
    *("needs_need.text", "needs_need.stems", "needs_support.sentence"),
    *("pooling_approval.email", "pooling_approval.name", "pooling_seatgift.email", "pooling_seatgift.name"),
    *("pooling_transfer.email", "pooling_pledge.customer_reference"),
    *("account_emailaddress.email", "session", "wagtailusers_userprofile.avatar"),
    *("wagtailcore_modellogentry.label", "wagtailcore_pagelogentry.data", "wagtailcore_comment.text"),
    "wagtailadmin_formstate.data",
}


def money() -> list[tuple[object, ...]]:
    """Everything that the books say."""
    return [
        *PoolEvent.objects.order_by("pk").values_list(),
        *Invoice.objects.order_by("pk").values_list(),
        *Acceptance.objects.order_by("pk").values_list(),
        *Pledge.objects.order_by("pk").values_list("pk", "state", "shares", "placed_by", "method"),
    ]


def served(client: Client) -> str:
    """What exports, lists and the search answer, in one text. Accents in what is asked make no difference to what is
    found, and tell it from what a page repeats of the question.
    """
    call_command("rebuild_search")
    answers = [
        client.get("/de/suche/", {"q": "Zurbúchen"}),
        client.get("/de/verzeichnis/", {"q": "Philoména"}),
        client.get("/de/bedarf/", {"q": "Philoména"}),
        client.get(reverse("desk_journal"), {"since": "2020-01-01", "until": "2040-12-31", "export": "csv"}),
        *(client.get(reverse("pooling:cost_sheet", args=[pool.uuid])) for pool in Pool.objects.all()),
    ]
    entries = [str(vars(entry)) for entry in journal()]
    return "\n".join([*(answer.content.decode() for answer in answers), *entries]).lower()


def test_no_trace_is_left_and_the_books_are_as_before() -> None:
    person = with_everything()
    assert set(traces()) >= NAMED_IN
    before = money()
    call_command("check_money")
    erase(person=person, now=NOW)
    assert traces() == []
    assert money() == before
    call_command("check_money")
    left = User.objects.get(pk=person.pk)
    assert left.erased_at == NOW
    assert not left.is_active
    assert not left.has_usable_password()
    assert Need.objects.filter(written_by=left).exists()


def test_exports_and_the_search_no_longer_find_the_person() -> None:
    person, client = with_everything(), Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert "philomena" in served(client)
    erase(person=person, now=NOW)
    text = served(client)
    assert [trace for trace in TRACES if trace in text] == []


def test_letters_to_others_still_leave_without_the_name() -> None:
    person = with_everything()
    unsent = set(Letter.objects.filter(sent_at=None).exclude(person=person).values_list("pk", flat=True))
    erase(person=person, now=NOW)
    left = Letter.objects.filter(pk__in=unsent)
    assert left.exists()
    assert not left.filter(text="").exists()
    assert all("[…]" in letter.text for letter in left.filter(template="members/letters/contact.txt"))


def test_a_request_for_approval_that_nobody_can_answer_any_more_ends_its_link() -> None:
    person = with_everything()
    asked = Approval.objects.get(email=EMAIL, state=ApprovalState.ASKED)
    erase(person=person, now=NOW)
    left = Approval.objects.get(pk=asked.pk)
    assert left.link == asked.link + 1
    assert left.letter == ""
    assert not Approval.objects.to_remind(now=left.expires_at).filter(pk=left.pk).exists()


def test_erasing_again_changes_nothing() -> None:
    person = UserFactory()
    erase(person=person, now=NOW)
    again = erase(person=person, now=make.terms()["closes_at"])
    assert again.erased_at == NOW


def test_namesakes_keep_their_names_and_letters() -> None:
    erased, namesake = (
        UserFactory(first_name="Eva", last_name="Meier"),
        UserFactory(first_name="Eva", last_name="Meier"),
    )
    erase(person=erased, now=NOW)
    namesake.refresh_from_db()
    assert namesake.get_full_name() == "Eva Meier"


class TestWhoIsNeeded:
    def alone(self) -> tuple[Organisation, User, Pool]:
        pool = make.opened()
        own = make.organisation()
        make.pledge(pool, by=own)
        return own, make.administrator(own), pool

    def test_the_last_administrator_of_an_organisation_with_running_pledges_stays(self) -> None:
        own, person, _pool = self.alone()
        with pytest.raises(StillBound, match=own.name):
            erase(person=person, now=NOW)
        person.refresh_from_db()
        assert person.erased_at is None
        assert person.first_name

    def test_once_somebody_else_binds_it_they_may_go(self) -> None:
        own, person, _pool = self.alone()
        Membership.objects.create(organisation=own, person=UserFactory(), role=Role.ADMINISTRATOR)
        assert erase(person=person, now=NOW).erased_at == NOW

    def test_a_member_binds_nothing(self) -> None:
        own, person, _pool = self.alone()
        Membership.objects.create(organisation=own, person=UserFactory(), role=Role.MEMBER)
        with pytest.raises(StillBound):
            erase(person=person, now=NOW)

    def test_once_nothing_runs_any_more_they_may_go(self) -> None:
        _own, person, pool = self.alone()
        cancel_pool(pool=pool, reason="abgesagt", by=make.staff(), now=NOW)
        assert erase(person=person, now=NOW).erased_at == NOW

    def test_the_only_one_who_may_do_everything_stays(self) -> None:
        person = UserFactory(is_superuser=True, is_staff=True)
        with pytest.raises(LastSuperuser):
            erase(person=person, now=NOW)
        UserFactory(is_superuser=True, is_staff=True)
        assert erase(person=person, now=NOW).erased_at == NOW


def test_an_organisation_without_people_is_no_longer_in_the_directory() -> None:
    own, person = OrganisationFactory(), UserFactory()
    Membership.objects.create(organisation=own, person=person, role=Role.ADMINISTRATOR)
    entry = set_entry(organisation=own, is_listed=True, about={"de": "Wir helfen."}, topics=[], by=person)
    erase(person=person, now=NOW)
    entry.refresh_from_db()
    assert not entry.is_listed

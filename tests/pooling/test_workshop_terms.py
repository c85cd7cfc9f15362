"""The terms of a pool in the admin: who may write them, what bad input gets, and what an open pool shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime

from pooling.actions.settlement import collect_due_charges
from pooling.models import Pool, PoolState
from pooling.workshops.figures import meaning_of_typed
from pooling.workshops.forms import PoolTermsForm, RappenFormField
from pooling.workshops.models import WorkshopPage
from portal.roles import TRANSLATOR
from tests.members.factories import UserFactory
from tests.pooling.factories import NOW, pledge
from tests.pooling.workshop_factories import (
    draft_for,
    editor,
    french,
    in_german,
    logged_in,
    workshop,
    workshop_with_pool,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SOUND = {
    "cost": "CHF 3'200.00",
    "subsidy": "800",
    "ceiling": "300.00",
    "seats_per_share": "1",
    "pricing": "fixed",
    "minimum": "6",
    "capacity": "14",
    "closes_at": "21.03.2027 18:00",
    "starts_at": "20.05.2027 09:00",
    "surplus_rule": "payers",
    "invoice_days": "30",
    "mending_days": "7",
    "tax_rate": "",
}


@pytest.fixture
def made() -> WorkshopPage:
    """A workshop without a pool."""
    return workshop()


@pytest.fixture
def client() -> Client:
    return logged_in(editor())


def address(page: WorkshopPage, name: str = "workshop_pool") -> str:
    return reverse(name, args=[page.pk])


def send(client: Client, page: WorkshopPage, **changes: str) -> Any:
    return client.post(address(page), SOUND | changes)


# Who may


@pytest.mark.parametrize("name", ["workshop_pool", "workshop_pool_call_off"])
def test_who_is_not_logged_in_is_asked_to(made: Any, name: str) -> None:
    response = Client().get(address(made, name))
    assert response.status_code == 302
    assert "login" in response.headers["Location"]


@pytest.mark.parametrize("name", ["workshop_pool", "workshop_pool_call_off"])
def test_a_member_is_told_no(made: Any, name: str) -> None:
    response = logged_in(UserFactory()).get(address(made, name), follow=True)
    assert response.status_code == 403


def test_staff_who_may_not_edit_the_page_are_told_no(made: Any) -> None:
    person = editor()
    person.groups.get().page_permissions.all().delete()
    client = logged_in(person)
    assert client.get(address(made), follow=True).redirect_chain[-1][0] == reverse("wagtailadmin_home")
    assert client.post(address(made), SOUND).status_code == 302
    assert client.post(address(made, "workshop_pool_meaning"), SOUND).status_code == 302
    assert not Pool.objects.exists()


def test_a_page_that_is_no_workshop_has_no_financing(client: Any, made: Any) -> None:
    address = reverse("workshop_pool", args=[made.get_parent().pk])
    assert client.get(address, follow=True).status_code == 404


# Writing terms


def test_terms_are_saved_as_a_draft(client: Any, made: Any) -> None:
    assert send(client, made).status_code == 302
    pool = Pool.objects.get()
    assert pool.page_key == made.page_key
    assert pool.state == PoolState.DRAFT
    assert (pool.cost, pool.subsidy, pool.ceiling, pool.threshold) == (320_000, 80_000, 30_000, 8)
    assert pool.closes_at == datetime(2027, 3, 21, 18, 0, tzinfo=ZoneInfo("Europe/Zurich"))
    assert pool.tax_rate is None


def test_terms_can_be_changed_until_the_pool_opens(client: Any, made: Any) -> None:
    draft_for(made)
    shown = client.get(address(made)).content.decode()
    assert 'value="900.00"' in shown
    send(client, made, ceiling="250", tax_rate="8.1")
    pool = Pool.objects.get()
    assert (pool.ceiling, pool.tax_rate) == (25_000, 810)


def test_a_translation_leads_to_the_same_pool(client: Any, made: Any) -> None:
    send(client, french(made))
    assert Pool.objects.get().page_key == made.page_key


CLOCKS_CHANGE = "In the night in which clocks change, this hour is missing or comes twice. Please choose another time."


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("cost", "abc", "Please write an amount in francs, for example 1'250.00."),
        ("cost", "-5", "Please write an amount in francs, for example 1'250.00."),
        ("cost", "999999999999", "This amount is too large."),
        ("subsidy", "3200", "The subsidy must be lower than the cost."),
        ("ceiling", "0.20", "A share must cost at least CHF 0.50."),
        (
            "capacity",
            "7",
            "With this ceiling and these shares the cost can't be reached. More shares or a higher ceiling are needed.",
        ),
        ("closes_at", "28.02.2027 18:00", "The closing time has passed. Please choose a later one."),
        ("closes_at", "28.03.2027 02:30", CLOCKS_CHANGE),  # there is no such hour
        ("closes_at", "31.10.2027 02:30", CLOCKS_CHANGE),  # there are two of them
        ("closes_at", "morgen", "Please write day and time, for example 31.12.2027 18:00."),
        (
            "closes_at",
            "19.05.2027 18:00",
            "Between closing time and the start there must be room for the invoice term and the mending window.",
        ),
    ],
)
def test_wrong_input_stays_in_the_form_with_a_sentence(
    client: Any, made: Any, field: str, typed: str, sentence: str
) -> None:
    response = send(client, made, **{field: typed})
    assert response.status_code == 200
    html = response.content.decode()
    assert f'value="{typed}"' in html
    assert in_german(sentence) in html
    assert not Pool.objects.exists()


@pytest.mark.parametrize("field", ["seats_per_share", "minimum", "capacity", "invoice_days", "mending_days"])
@pytest.mark.parametrize("typed", ["0", "-1", "99999999999999999999", "abc", ""])
def test_numbers_out_of_range_are_refused(field: str, typed: str) -> None:
    form = PoolTermsForm(SOUND | {field: typed}, pool=None, now=NOW)
    assert field in form.errors


def test_only_working_it_out_saves_nothing(client: Any, made: Any) -> None:
    response = client.post(address(made), SOUND | {"work-out": "1"})
    assert response.status_code == 200
    assert response.context["meaning"].threshold == 8
    assert not Pool.objects.exists()


def test_what_terms_mean_is_worked_out_while_they_are_typed(client: Any, made: Any) -> None:
    response = client.post(address(made, "workshop_pool_meaning"), SOUND | {"starts_at": ""})
    meaning = response.context["meaning"]
    assert (meaning.to_raise, meaning.threshold, meaning.at_threshold, meaning.at_most) == (
        240_000,
        8,
        240_000,
        420_000,
    )
    assert localtime(meaning.settles_by) == localtime(meaning.closes_at) + timedelta(days=37)  # the same hour
    assert "<html" not in response.content.decode()
    assert not Pool.objects.exists()


def test_terms_that_do_not_work_out_are_shown_with_their_figures(client: Any, made: Any) -> None:
    meaning = send(client, made, capacity="7").context["meaning"]
    assert (meaning.threshold, meaning.capacity) == (8, 7)


@pytest.mark.parametrize("missing", ["cost", "ceiling", "capacity", "minimum"])
def test_nothing_is_worked_out_of_half_a_form(missing: str) -> None:
    form = PoolTermsForm(SOUND | {missing: ""}, pool=None, now=NOW)
    assert not form.is_valid()
    assert meaning_of_typed(form.typed) is None


@pytest.mark.parametrize(("typed", "rappen"), [("1'250.5", 125_050), ("CHF 1 250", 125_000), ("1250,50", 125_050)])
def test_an_amount_is_read_as_people_write_it(typed: str, rappen: int) -> None:
    assert RappenFormField().clean(typed) == rappen


def test_an_amount_is_required() -> None:
    with pytest.raises(ValidationError):
        RappenFormField().clean("")


def test_the_way_to_the_financing_is_where_the_workshops_page_is_edited(client: Any, made: Any) -> None:
    assert address(made) in client.get(reverse("wagtailadmin_pages:edit", args=[made.pk])).content.decode()


def test_the_way_to_the_financing_is_in_the_page_explorer_too(client: Any, made: Any) -> None:
    translated = french(made)  # wagtail-localize's own editor shows no buttons of ours
    html = client.get(reverse("wagtailadmin_explore", args=[translated.get_parent().pk])).content.decode()
    assert address(translated) in html


# Once open


def test_terms_are_frozen_once_the_pool_is_open(client: Any) -> None:
    page = workshop_with_pool()
    before = page.pool.ceiling
    response = client.get(address(page))
    assert "form" not in response.context
    send(client, page, ceiling="250")
    assert Pool.objects.get().ceiling == before


def test_an_open_pool_shows_its_pledges_payments_and_history(client: Any) -> None:
    page = workshop_with_pool()
    pledges = [pledge(page.pool, behaviour=behaviour) for behaviour in ("pays", "pays", "authenticates")]
    collect_due_charges(now=NOW)
    response = client.get(address(page))
    html = response.content.decode()
    for one in pledges:
        assert one.organisation.name in html
    assert in_german("waits for the organisation") in html
    assert response.context["money"].captured == 60_000
    sentences = [happening.sentence for happening in response.context["timeline"]]
    assert any(pledges[0].organisation.name in sentence and "CHF\u00a0300.00" in sentence for sentence in sentences)
    assert not any(sentence.startswith(("pool_", "pledge_", "charge_")) for sentence in sentences)


def test_the_page_takes_as_many_queries_for_two_pledges_as_for_five(client: Any) -> None:
    page = workshop_with_pool(capacity=30, cost=900_000)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address(page))
        return len(captured)

    pledge(page.pool, shares=2)
    pledge(page.pool)
    queries()  # fills caches
    few = queries()
    for _number in range(3):
        pledge(page.pool)
    assert queries() == few


def test_a_translator_sees_the_pool_and_may_not_call_off() -> None:
    made = workshop_with_pool()
    client = logged_in(editor(TRANSLATOR))
    response = client.get(address(made))
    assert response.status_code == 200
    assert response.context["why_not_to_call_off"]
    assert client.get(address(made, "workshop_pool_call_off")).status_code == 302
    assert client.post(address(made, "workshop_pool_call_off"), {"reason": "Nein"}).status_code == 302
    assert Pool.objects.get().state == PoolState.OPEN

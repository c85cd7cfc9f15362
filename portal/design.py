"""A page with every component in its states, for whoever works on the design. Development only."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from home.blocks import VideoBlock
from pooling.accounts import Money
from pooling.calendar import calendar_of
from pooling.charts import flow_of, history_of_shares
from pooling.models import Pool, PoolEvent, PoolState
from pooling.templatetags.pool_story import story_of

STATES = [
    ("info", "Zusagen möglich"),
    ("wait", "Zahlung fehlt"),
    ("done", "Findet statt"),
    ("over", "Nicht zustande gekommen"),
    ("trouble", "Abgesagt"),
]
FIELDS = [
    {"standing": 0, "pending": 0, "threshold": 8, "capacity": 14},
    {"standing": 3, "pending": 0, "threshold": 8, "capacity": 14},
    {"standing": 7, "pending": 1, "threshold": 8, "capacity": 12},
    {"standing": 10, "pending": 0, "threshold": 9, "capacity": 15, "paid": 6},
    {"standing": 12, "pending": 0, "threshold": 8, "capacity": 12, "paid": 12},
    {"standing": 21, "pending": 3, "threshold": 27, "capacity": 44},
    {"standing": 30, "pending": 2, "threshold": 40, "capacity": 56},
    {"standing": 77, "pending": 5, "threshold": 90, "capacity": 150},
    {"standing": 180, "pending": 12, "threshold": 240, "capacity": 400},
]


OPENED = datetime(2026, 11, 2, 9, tzinfo=UTC)
SHARES = [2, 1, 3, 1, 2]  # pledged one after the other, a few days apart


def sample_pool(days: int) -> tuple[Pool, list[PoolEvent]]:
    """A pool that so many days ago opened, with its events; nothing of it is saved."""
    pool = Pool(
        cost=270_000,
        subsidy=30_000,
        ceiling=30_000,
        capacity=12,
        minimum=1,
        state=PoolState.OPEN,
        opened_at=OPENED,
        closes_at=OPENED + timedelta(days=30),
        starts_at=OPENED + timedelta(days=75),
    )
    events = [PoolEvent(kind="pool_opened", at=OPENED)]
    for number, shares in enumerate(SHARES, 1):
        at = OPENED + timedelta(days=4 * number)
        if at > OPENED + timedelta(days=days):
            break
        events.append(PoolEvent(kind="pledge_standing", pledge_id=number, at=at, figures={"shares": shares}))
        pool.standing += shares
        if pool.standing >= pool.threshold and pool.funded_at is None:
            pool.state, pool.funded_at = PoolState.FUNDED, at
    return pool, events


def stories() -> list[dict[str, Any]]:
    """The charts and the calendar of a pool when it opened, amid its time, and when payments come in."""
    found = []
    for days, paid in [(1, 0), (13, 0), (20, 150_000)]:
        pool, events = sample_pool(days)
        now = OPENED + timedelta(days=days)
        money = Money(pool.to_raise, pool.standing * pool.ceiling, paid, 0, 0)
        story = story_of(pool, history_of_shares(pool, events, now=now), flow_of(pool, money))
        found.append({**story, "moments": calendar_of(pool, now=now)})
    return found


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name der Organisation", max_length=80)
    mail = forms.EmailField(
        label="E-Mail-Adresse", help_text="Dorthin schreiben wir, sobald die Schwelle erreicht ist."
    )
    shares = forms.IntegerField(
        label="Anzahl Anteile", min_value=1, help_text="Ein Anteil kostet höchstens CHF 300.00 und enthält einen Platz."
    )
    canton = forms.ChoiceField(
        label="Kanton",
        choices=[("", "Bitte wählen"), ("BE", "Bern"), ("VD", "Waadt"), ("TI", "Tessin")],
        required=False,
    )
    method = forms.ChoiceField(
        label="Zahlungsmittel",
        choices=[
            ("1", "Visa, endet auf 4242, bereits gespeichert"),
            ("new", "Auf der nächsten Seite eine Karte angeben"),
        ],
        widget=forms.RadioSelect,
        help_text="Belastet wird erst, wenn die Schwelle erreicht ist.",
    )
    topics = forms.MultipleChoiceField(
        label="Themen",
        choices=[("web", "Homepage"), ("data", "Datenschutz")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(label="Bemerkung", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    accept = forms.BooleanField(
        label="Ich darf diese Organisation verpflichten und nehme die Bedingungen dieses Finanzierungspools an."
    )


def videos() -> list[Any]:
    """One that can be shown in the page, and one that stays a link."""
    block = VideoBlock()
    values = [
        {"title": "Barrierefreie Dokumente in fünf Minuten", "url": "https://vimeo.com/1", "minutes": 5},
        {"title": "Zehn kurze Filme", "url": "https://www.w3.org/WAI/perspective-videos/", "text": "Wer was braucht."},
    ]
    return [block.normalize({"minutes": None, "text": "", **value}) for value in values]


@require_http_methods(["GET", "HEAD", "POST"])
def components(request: HttpRequest) -> HttpResponse:
    """Every component. Sending the form empty shows it with its errors."""
    form = SampleForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "states": STATES, "fields": FIELDS, "stories": stories(), "videos": videos()}
    return render(request, "portal/design.html", context)

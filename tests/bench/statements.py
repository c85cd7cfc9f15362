"""How many statements a pledge takes, in the action and over HTTP. BEGIN, COMMIT and savepoints are not counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from pooling.actions.pledges import confirm_pledge, place_pledge
from pooling.models import Pool
from tests.bench.say import say
from tests.pooling import factories as make

MOST_IN_ACTION, MOST_OVER_HTTP = 6, 12
AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def statements(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        do()
    return sum(not query["sql"].startswith(AROUND) for query in captured.captured_queries)


def roomy_pool(now: datetime) -> Pool:
    """Open for a long time; its threshold is out of reach."""
    far = {"closes_at": now + timedelta(days=20), "starts_at": now + timedelta(days=80)}
    return make.opened(now=now, cost=10_000_000, ceiling=50, minimum=200_000, capacity=1_000_000, **far)


def report() -> None:
    now = timezone.now()
    say("Statements for a pledge, without BEGIN, COMMIT and savepoints")
    for name, count in counts(roomy_pool(now), now):
        say(f"  {name:46} {count:3}")
    say(f"  aims: {MOST_IN_ACTION} in the action, {MOST_OVER_HTTP} over HTTP\n")


def counts(pool: Pool, now: datetime) -> Iterator[tuple[str, int]]:
    def place(method: Any, organisation: Any) -> Callable[[], Any]:
        by = make.administrator(organisation)
        return lambda: place_pledge(
            pool=pool, organisation=organisation, shares=2, by=by, language="de", now=now, method=method
        )

    first, second = make.organisation(), make.organisation()
    yield "place_pledge, held until the method is there", statements(place(None, first))
    held, method = first.pledges.get(), make.method(first)
    yield "confirm_pledge, its method is there", statements(lambda: confirm_pledge(pledge=held, method=method, now=now))
    yield "place_pledge, with a saved method", statements(place(make.method(second), second))
    third = make.organisation()
    client = Client()
    client.force_login(make.administrator(third), backend="allauth.account.auth_backends.AuthenticationBackend")
    with translation.override("de"):
        address = reverse("pooling:pledge_new", args=[pool.uuid])
    typed = {"organisation": str(third.uuid), "shares": "2", "method": make.method(third).pk, "accept": "on"}
    client.get(address)  # whatever is made once only
    yield "over HTTP, with a saved method", statements(lambda: client.post(address, typed))
    third.pledges.get()  # it was taken

"""Pledges per second on one hot pool, as a ratio to what PostgreSQL does in the same run: lock a row, look, write.

Each client is a process with a connection of its own, as gunicorn's workers are. The bare pledges are pgbench's, from
PostgreSQL itself; rounds take turns, and ratios are taken round by round: they bear a noisy machine.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import statistics
import subprocess
import tempfile
import time
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import connection, connections
from django.utils import timezone

from members.models import Membership, Organisation, User
from pooling.actions.pledges import place_pledge
from pooling.invariants import capacity_is_kept
from pooling.models import Pool, SavedMethod
from tests.bench.crowd import multiply, settle_down
from tests.bench.say import say
from tests.bench.statements import roomy_pool
from tests.pooling import factories as make
from tests.postgresql import program

ROUNDS, SECONDS = 3, 4
FEW, MANY = 8, 32
AIM, AIM_OF_MANY = 0.25, 0.8
ENOUGH = 2_000  # organisations per client and round

TABLES = """
DROP TABLE IF EXISTS bare_pledge; DROP TABLE IF EXISTS bare_pool;
CREATE TABLE bare_pool (id int PRIMARY KEY, capacity int NOT NULL, held int NOT NULL);
CREATE TABLE bare_pledge (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pool_id int NOT NULL REFERENCES bare_pool,
    organisation_id int NOT NULL, shares int NOT NULL, placed_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON bare_pledge (pool_id);
CREATE INDEX ON bare_pledge (organisation_id);
INSERT INTO bare_pool VALUES (1, 2000000000, 0);
"""
BARE = r"""
\set organisation random(1, 1000000)
BEGIN;
SELECT capacity - held AS room FROM bare_pool WHERE id = 1 FOR NO KEY UPDATE;
INSERT INTO bare_pledge (pool_id, organisation_id, shares) VALUES (1, :organisation, 1);
UPDATE bare_pool SET held = held + 1 WHERE id = 1;
COMMIT;
"""


def report() -> None:
    pool = roomy_pool(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    crowd = Crowd()
    rounds = [one_round(pool, crowd) for _round in range(ROUNDS)]
    names = list(rounds[0])
    say(f"Pledges per second on one pool, median of {ROUNDS} rounds of {SECONDS} s; aims: {AIM} of the bare ones with")
    say(f"{FEW} clients, and with {MANY} clients {AIM_OF_MANY} of the rate with {FEW}")
    for name in names:
        say(f"  {name:34} {statistics.median(each[name] for each in rounds):7.0f} /s")
    for name in (HELD, STANDING):
        of_bare = statistics.median(each[f"{name}, {FEW} clients"] / each[f"bare, {FEW} clients"] for each in rounds)
        of_few = statistics.median(each[f"{name}, {MANY} clients"] / each[f"{name}, {FEW} clients"] for each in rounds)
        say(f"  {name}: {of_bare:.2f} of the bare ones; with {MANY} clients {of_few:.2f} of the rate with {FEW}")
    if wrong := list(capacity_is_kept()):
        raise SystemExit("\n".join(wrong))
    say()


HELD, STANDING = "held", "with a saved method"


def one_round(pool: Pool, crowd: Crowd) -> dict[str, float]:
    rates = {}
    for clients in (FEW, MANY):
        rates[f"bare, {clients} clients"] = bare(clients)
        rates[f"{HELD}, {clients} clients"] = ours(pool, crowd, clients, with_method=False)
        rates[f"{STANDING}, {clients} clients"] = ours(pool, crowd, clients, with_method=True)
    return rates


def bare(clients: int) -> float:
    """What pgbench manages."""
    address = urlsplit(os.environ["DATABASE_URL"])
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(BARE)
        script.flush()
        run = subprocess.run(
            [
                *(str(program("pgbench")), "-n", "-M", "prepared", "-f", script.name),
                *("-c", str(clients), "-j", "2", "-T", str(SECONDS)),
                *("-h", parse_qs(address.query)["host"][0], "-U", address.username or "postgres"),
                str(connection.settings_dict["NAME"]),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"^tps = ([\d.]+)", run.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(f"pgbench printed no rate\n{run.stdout}{run.stderr}")
    return float(found[1])


class Crowd:
    """Organisations with an administrator and a saved method each; nobody pledges twice."""

    def __init__(self) -> None:
        one = make.organisation()
        make.method(one)
        need = ROUNDS * 2 * (FEW + MANY) * ENOUGH
        acting = Membership.objects.filter(organisation=one)
        people = User.objects.filter(memberships__in=acting)
        methods = SavedMethod.objects.filter(organisation=one)
        multiply([people, Organisation.objects.filter(pk=one.pk), acting, methods], need)
        settle_down()
        self.left = iter(list(Membership.objects.exclude(organisation=one).values_list("organisation", "person")))

    def some(self) -> list[tuple[int, int]]:
        return [next(self.left) for _each in range(ENOUGH)]


def ours(pool: Pool, crowd: Crowd, clients: int, *, with_method: bool) -> float:
    """What so many processes manage by our action."""
    parts = [crowd.some() for _client in range(clients)]
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier, counted = context.Barrier(clients), context.Queue()
    now = timezone.now()
    jobs = [
        context.Process(target=pledge_away, args=(pool, part, with_method, now, barrier, counted)) for part in parts
    ]
    for job in jobs:
        job.start()
    total = sum(counted.get(timeout=600) for _job in jobs)
    for job in jobs:
        job.join()
    return total / SECONDS


def pledge_away(
    pool: Pool, part: list[tuple[int, int]], with_method: bool, now: datetime, barrier: Any, counted: Any
) -> None:
    """One client: a pledge after the other for so many seconds, each for another organisation."""
    organisations = Organisation.objects.in_bulk([organisation for organisation, _person in part])
    people = User.objects.in_bulk([person for _organisation, person in part])
    methods = {each.organisation_id: each for each in SavedMethod.objects.filter(organisation__in=organisations)}
    barrier.wait()
    end, done = time.monotonic() + SECONDS, 0
    for organisation, person in part:
        if time.monotonic() >= end:
            break
        place_pledge(
            pool=pool,
            organisation=organisations[organisation],
            shares=1,
            by=people[person],
            language="de",
            now=now,
            method=methods[organisation] if with_method else None,
        )
        done += 1
    counted.put(done)
    connections.close_all()

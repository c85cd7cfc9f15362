"""Requests per second of some addresses, measured in turns, as ratios to the first: ratios bear a noisy machine."""

from __future__ import annotations

import re
import statistics
import subprocess
from dataclasses import dataclass

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 8


@dataclass(frozen=True)
class Speed:
    """`rate`: requests per second, median of the rounds; `ratio`: to the first address, median of each round's."""

    name: str
    rate: float
    ratio: float


def rate_of(url: str) -> float:
    """By wrk. Raises SystemExit if any answer was an error."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if wrong := re.search(r"Non-2xx or 3xx responses: \d+", printed):
        raise SystemExit(f"{url}: {wrong[0]}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if found is None:
        raise SystemExit(f"{url}: wrk printed no rate\n{printed}")
    return float(found[1])


def compare(targets: dict[str, str]) -> list[Speed]:
    """Every address in every round, forwards and backwards in turn."""
    rates: dict[str, list[float]] = {name: [] for name in targets}
    for number in range(ROUNDS):
        order = list(targets.items())
        for name, url in order if number % 2 == 0 else order[::-1]:
            rates[name].append(rate_of(url))
    base = rates[next(iter(targets))]
    return [
        Speed(
            name,
            statistics.median(of),
            statistics.median(rate / static for rate, static in zip(of, base, strict=True)),
        )
        for name, of in rates.items()
    ]

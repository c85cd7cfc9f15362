"""What a share costs as more organisations join in, for those who are about to pledge (DESIGN.md section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from pooling.models import Pool


@dataclass(frozen=True)
class Rung:
    """So many shares stand, and the dearest of them costs `price` Rappen; nothing while they are too few."""

    kind: str
    shares: int
    price: int | None


def ladder_of(pool: Pool, *, shares: int) -> list[Rung]:
    """The price of a share now, with `shares` more, and with one and two organisations more that pledge one share each.

    As far as the capacity reaches, and with the threshold at the end where all of them are below it.
    """
    steps = [("now", 0), ("with_you", shares), ("one_more", shares + 1), ("two_more", shares + 2)]
    rungs = [rung(pool, kind, pool.standing + more) for kind, more in steps if pool.standing + more <= pool.capacity]
    return rungs if any(each.price for each in rungs) else [*rungs, rung(pool, "threshold", pool.threshold)]


def rung(pool: Pool, kind: str, shares: int) -> Rung:
    return Rung(kind, shares, pool.price_at(shares) if shares >= pool.threshold else None)

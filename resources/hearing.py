"""Hears what readers say: counts each address once per day, resource and sentence, and keeps no address.

What is kept to know an address again is a keyed hash of it, in the cache only, until the day is over; the key has the
day in it, so that the hash means nothing afterwards. IPv6 addresses count by their first 64 bits, which a household
shares.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.timezone import localtime

from .models import ResourcePage
from .readers import ReaderCount, Said

MOST_PER_ADDRESS = 40  # sentences a day: an office shares one address


class SaidTooMuch(Exception):  # what happened
    """This address has said as much today as anybody may."""


@transaction.atomic
def hear(*, page: ResourcePage, said: Said, language: str, address: str, now: datetime) -> bool:
    """Count one more reader of `page`. Returns False if this address has said so today already.

    `language` is what the portal was read in, `address` the reader's IP address. Raises SaidTooMuch.
    """
    today = localtime(now).date()
    left = seconds_of_day_left(now)
    who = known_today_as(address, day=str(today))
    of_address = f"readers:{who}"
    cache.add(of_address, 0, timeout=left)
    if cache.incr(of_address) > MOST_PER_ADDRESS:
        raise SaidTooMuch
    if not cache.add(f"{of_address}:{page.translation_key}:{said}", True, timeout=left):
        return False
    # Neither of these tells the page cache of a change, which there is none of on any page.
    key = {"page_key": page.translation_key, "language": language, "said": said, "day": today}
    ReaderCount.objects.bulk_create([ReaderCount(**key)], ignore_conflicts=True)
    ReaderCount.objects.filter(**key).update(number=F("number") + 1)
    return True


def known_today_as(address: str, *, day: str) -> str:
    """A keyed hash that can't be turned back, and is another one tomorrow."""
    return salted_hmac(f"resources.hearing.{day}", network_of(address), algorithm="sha256").hexdigest()[:32]


def network_of(address: str) -> str:
    """Whose an address is: an IPv4 address itself, the /64 around an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)


def seconds_of_day_left(now: datetime) -> int:
    here = localtime(now)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - here).total_seconds()))

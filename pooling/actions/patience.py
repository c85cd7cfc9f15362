"""How long we wait for a provider, and when we ask again (STRIPE.md, "How we talk to it")."""

from datetime import timedelta

# Whoever sends a request records its answer within this time, or is taken for dead. Longer than all the retries of one
# call.
LEASE = timedelta(minutes=2)
# From this age on a key may be forgotten at the provider: never send again blindly, look into its books first. Keys are
# kept for 24 hours.
STALE = timedelta(hours=23)
LONGEST = timedelta(hours=1)
# From this try on the provider's books are read first: the same key may answer nothing but the same 500 for a day,
# whatever it did.
BOOKS_FIRST = 3


def after(tries: int) -> timedelta:
    """The wait before the next look: 10 s, 20 s, 40 s ... up to an hour."""
    return min(timedelta(seconds=10 * 2 ** min(tries, 12) / 2), LONGEST)

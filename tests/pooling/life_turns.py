"""Every change of a state that the database saw, counted by the database itself: inside one action, too."""

from __future__ import annotations

from collections import Counter

from django.db import connection

# The table of rows that have a state, as the model calls them.
WATCHED = {"pledge": "pooling_pledge", "charge": "pooling_charge", "refund": "pooling_refund"}

WATCH = """
CREATE TEMPORARY TABLE turn (of text, before text, after text);
CREATE FUNCTION pg_temp.write_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO turn VALUES (TG_ARGV[0], CASE WHEN TG_OP = 'UPDATE' THEN OLD.state ELSE '' END, NEW.state);
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER watch_new AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION pg_temp.write_turn('{of}');
CREATE TRIGGER watch_turns AFTER UPDATE ON {table} FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION pg_temp.write_turn('{of}');
"""


def watch_turns() -> None:
    """From now on, until the transaction is rolled back, each turn of a pledge, a payment or a refund is written down.

    What an example wrote goes with its rows, so read `turns_taken` before.
    """
    with connection.cursor() as cursor:
        cursor.execute(WATCH)
        for of, table in WATCHED.items():
            cursor.execute(TRIGGER.format(of=of, table=table))


def turns_taken() -> Counter[tuple[str, str, str]]:
    """What took a turn, from which state ("" where it began) to which, and how often."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT of, before, after, count(*) FROM turn GROUP BY of, before, after")
        return Counter({(of, before, after): count for of, before, after, count in cursor.fetchall()})

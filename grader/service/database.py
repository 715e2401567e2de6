"""The database: one address, two kinds of transaction, the same code on SQLite and Postgres."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

from grader.errors import UsageError

_MIGRATIONS = Path(__file__).parent / "migrations"
# FULL: a committed row outlives the machine's power, not only its process (R1).
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON")


class Database:
    """Sessions on one database; may be shared by threads, not by processes."""

    def __init__(self, url: str) -> None:
        self.url = checked(url)
        self.engine = _engine(self.url)
        self._writing = self.engine.execution_options(grader_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Have a session for looking things up; nothing of it is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Have one transaction: committed at the end of the block, undone by an exception."""
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def checked(url: str) -> str:
    """Return the address with the driver that we use; raises UsageError for another database."""
    kind, colon, rest = url.partition("://")
    if kind == "sqlite" and colon:
        return url
    if kind in ("postgresql", "postgres", "postgresql+psycopg") and colon:
        return f"postgresql+psycopg://{rest}"
    raise UsageError(
        f"the database's address begins with {kind!r}; expected postgresql://… or sqlite:///…"
    )


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database's tables to a version, making them if there are none."""
    command.upgrade(_config(url), to)


def downgrade(url: str, to: str) -> None:
    """Bring the database's tables back to an older version; `base` has none."""
    command.downgrade(_config(url), to)


def knows(revision: str) -> bool:
    """Return whether this version of the service knows how to go on from these tables."""
    known = ScriptDirectory(str(_MIGRATIONS)).walk_revisions()
    return revision in {script.revision for script in known}


def unmigrated(url: str) -> list[Any]:
    """Return in what the database's tables differ from `tables`, as Alembic sees it."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from grader.service.tables import Table

    engine = _engine(checked(url))
    with engine.connect() as connection:
        found = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), Table.metadata
        )
    engine.dispose()
    return list(found)


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = _engine(checked(url))
    return config


def _engine(url: str) -> Engine:
    # What is asked for may be a name or a hash of a secret: it is in no message of an error.
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=30, hide_parameters=True
        )
    # A connection for each thread that answers requests: they wait for the file, not for us.
    engine = create_engine(url, pool_size=40, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # `_begin` begins, not the driver
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Begin as a writer where it will write: a reader that turns writer may find itself too late.

    SQLite refuses that at once, whatever its patience.
    """
    writes = connection.get_execution_options().get("grader_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

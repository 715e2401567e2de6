"""Databases for the service's tests: each engine, made by the migrations."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.service import database
from grader.service.database import Database
from tests import postgres
from tests.conftest import CourseFolder
from tests.postgres import Server
from tests.service import running
from tests.service.running import Service

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A running Postgres; for tests marked `needs("postgres")`."""
    try:
        with postgres.server() as found:
            yield found
    except postgres.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'service.sqlite'}"
    server: Server = request.getfixturevalue("postgres_server")
    return server.new_database(f"test{next(_numbers)}")


@pytest.fixture
def base(empty: str) -> Iterator[Database]:
    """A database with all tables and no rows."""
    database.upgrade(empty)
    found = Database(empty)
    yield found
    found.close()


@pytest.fixture
def course(tmp_path: Path) -> CourseFolder:
    """A course with time."""
    return running.patient_course(tmp_path / "course")


@pytest.fixture
def service(course: CourseFolder, tmp_path: Path) -> Iterator[Service]:
    """A service on SQLite, without web pages and workers."""
    with running.service(tmp_path / "data", course.path) as found:
        yield found


@pytest.fixture
def each_service(course: CourseFolder, tmp_path: Path, empty: str) -> Iterator[Service]:
    """The same, on each kind of database."""
    address = "" if empty.startswith("sqlite") else empty
    with running.service(tmp_path / "data", course.path, address) as found:
        yield found

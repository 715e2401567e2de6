"""The tables: made and unmade by migrations, on both engines, as the models say."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from grader.errors import UsageError
from grader.service import database
from grader.service.database import Database
from grader.service.tables import Course, Membership, Person, Table


def table_names(url: str) -> set[str]:
    base = Database(url)
    with base.engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names())
    base.close()
    return names - {"alembic_version"}


def test_migrations_go_up_and_down(empty: str) -> None:
    """An operator can go back to the version before."""
    database.upgrade(empty)
    assert table_names(empty) == set(Table.metadata.tables)

    database.downgrade(empty, "base")
    assert table_names(empty) == set()

    database.upgrade(empty)
    assert table_names(empty) == set(Table.metadata.tables)


def test_migrations_make_what_the_models_say(empty: str) -> None:
    database.upgrade(empty)

    assert database.unmigrated(empty) == []


def test_a_difference_from_the_models_is_found(empty: str) -> None:
    """Else the test above could not fail."""
    database.upgrade(empty)
    base = Database(empty)
    with base.writing() as session:
        session.execute(sa.text("DROP TABLE audit"))
    base.close()

    assert database.unmigrated(empty) != []


def test_moments_keep_their_place_in_time(base: Database) -> None:
    east = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    with base.writing() as session:
        session.add(Person(login="ann", name="Ann", created=east))

    with base.reading() as session:
        found = session.scalars(sa.select(Person.created)).one()
    assert found == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


def test_a_row_of_nobody_is_refused(base: Database) -> None:
    with base.writing() as session:
        session.add(Course(id=1, name="one", title="One"))

    with pytest.raises(sa.exc.IntegrityError), base.writing() as session:
        session.add(Membership(person_id=99, course_id=1, role="student"))


def test_an_exception_undoes_the_whole_block(base: Database) -> None:
    def fail_half_way() -> None:
        with base.writing() as session:
            session.add(Person(login="ann", name="Ann"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()

    with base.reading() as session:
        assert session.scalars(sa.select(Person)).all() == []


def test_writers_that_read_first_wait_for_each_other(base: Database) -> None:
    """SQLite would fail all but one of them, had they begun as readers."""
    with base.writing() as session:
        session.add(Course(id=1, name="one", title="0"))
    failed: list[BaseException] = []

    def count_up() -> None:
        try:
            for _ in range(20):
                with base.writing() as session:
                    course = session.get_one(Course, 1, with_for_update=True)
                    course.title = str(int(course.title) + 1)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with base.reading() as session:
        assert session.get_one(Course, 1).title == "80"


@pytest.mark.parametrize("url", ["mysql://host/name", "service.sqlite", ""])
def test_another_database_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UsageError, match=r"expected postgresql://… or sqlite:///…"):
        Database(url)

"""Backups: made of a running service, whole or not at all, restored into an empty place."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from grader.cli.main import main
from grader.errors import UsageError
from grader.report import Report
from grader.service import attempts, backup, jobs, people
from grader.service.access import Viewer
from grader.service.database import Database
from grader.service.jobs import Job, Jobs
from grader.service.place import Place
from grader.service.shelf import Shelf
from grader.service.tables import Course, Submission, Table, Upload
from tests.conftest import ADD, SCALE, CourseFolder
from tests.postgres import Server
from tests.service import running
from tests.service.running import PATIENCE, Service, is_gone


def all_rows(base: Database) -> dict[str, list[Any]]:
    with base.reading() as rows:
        return {
            table.name: sorted((tuple(row) for row in rows.execute(sa.select(table))), key=repr)
            for table in Table.metadata.sorted_tables
        }


def other_place(service: Service, folder: Path, database: str = "") -> Place:
    return Place(folder, service.place.course, database)


@pytest.fixture
def another(request: pytest.FixtureRequest, each_service: Service) -> str:
    """The address of an empty database of the same kind as the service's; a file has none."""
    if not each_service.place.database:
        return ""
    server: Server = request.getfixturevalue("postgres_server")
    return server.new_database(f"other{random.randrange(10**9)}")


def test_what_is_restored_is_what_was(
    each_service: Service, another: str, graded: Callable[..., Report], tmp_path: Path
) -> None:
    """Every row of every table and every upload; new rows get numbers that none has."""
    id = each_service.submit()
    attempts.claim(each_service.base, Job(id, 1), "one")
    attempts.finish(each_service.base, Job(id, 1), graded(add=ADD, scale=SCALE))
    with each_service.base.writing() as rows:
        people.new_token(rows, each_service.ann.person, "laptop · ü")
        people.note(rows, None, "did", "this")
    made = backup.save(each_service.place, tmp_path / "one.zip")

    place = other_place(each_service, tmp_path / "restored", another)
    backup.restore(place, tmp_path / "one.zip")

    base = Database(place.url)
    assert all_rows(base) == all_rows(each_service.base)
    assert {kept.rows for kept in made.tables.values()} > {0, 1}
    for file in each_service.place.store.folder.rglob("?" * 64):
        assert place.store.get(file.name) == file.read_bytes()
    with base.writing() as rows:
        assert people.new_person(rows, "bob", "Bob").id > each_service.ann.person
    base.close()
    assert place.data.stat().st_mode & 0o077 == 0
    assert (tmp_path / "one.zip").stat().st_mode & 0o077 == 0


@pytest.mark.needs("postgres")
def test_a_service_moves_from_a_file_to_postgres(
    service: Service, postgres_server: Server, tmp_path: Path
) -> None:
    service.submit()
    backup.save(service.place, tmp_path / "one.zip")
    address = postgres_server.new_database(f"moved{random.randrange(10**9)}")

    backup.restore(other_place(service, tmp_path / "moved", address), tmp_path / "one.zip")

    base = Database(address)
    assert all_rows(base) == all_rows(service.base)
    base.close()


@pytest.mark.needs("walls")
def test_a_restored_service_grades_what_was_waiting(
    each_service: Service, another: str, tmp_path: Path
) -> None:
    """Also what a worker had in hand, which is not there any more."""
    waiting, held = each_service.submit(), each_service.submit(running.RIGHT)
    assert attempts.claim(each_service.base, Job(held, 1), "of another machine") is not None
    with each_service.base.writing() as rows:
        rows.add(attempts.Worker(id="of another machine", host="there", process=1))
    backup.save(each_service.place, tmp_path / "one.zip")
    place = other_place(each_service, tmp_path / "restored", another)
    backup.restore(place, tmp_path / "one.zip")
    jobs.prepare(place.jobs_url)

    base, queue = Database(place.url), Jobs(place.jobs_url)
    restored = Service(
        place, base, queue, Shelf(place.course), each_service.links, each_service.ann
    )
    with running.worker(place):
        results = restored.results([waiting, held])
    queue.close()
    base.close()

    assert [result.score for result in results] == ["10.0", "10.0"]


@pytest.fixture
def submitting(each_service: Service) -> Iterator[threading.Event]:
    """Many people submit, each time other files, until the event is set."""
    ending = threading.Event()
    failed: list[BaseException] = []

    def submit(number: int) -> None:
        with each_service.base.writing() as rows:
            course = rows.scalars(sa.select(Course.id)).one()
            person = people.new_person(rows, f"person{number}", "P")
            people.join(rows, person.id, course, "student")
            viewer = Viewer(person.id, person.login, roles={course: "student"})
        try:
            while not ending.is_set():
                text = f"{ADD}\n# {random.random()}"
                each_service.submit({"add.py": text, "scale.py": SCALE}, viewer)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=submit, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    yield ending
    ending.set()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_backup_of_a_busy_service_is_of_one_moment(
    each_service: Service, another: str, submitting: threading.Event, tmp_path: Path
) -> None:
    """Each submission in it has all of its files, whatever came in meanwhile."""
    running.await_(lambda: len(all_rows(each_service.base)["submission"]) >= 20)
    made = backup.save(each_service.place, tmp_path / "one.zip")
    submitting.set()
    place = other_place(each_service, tmp_path / "restored", another)

    backup.restore(place, tmp_path / "one.zip")

    assert made.missing == []
    base = Database(place.url)
    with base.reading() as rows:
        submissions = rows.scalars(sa.select(Submission.id)).all()
        uploads = rows.scalars(sa.select(Upload)).all()
    base.close()
    assert len(submissions) >= 20
    assert len(uploads) == 2 * len(submissions)
    assert {upload.submission_id for upload in uploads} == set(submissions)
    for upload in uploads:
        assert len(place.store.get(upload.sha256)) == upload.size


def command(*arguments: str | Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "grader", *map(str, arguments)], stdout=subprocess.DEVNULL
    )


def struck(start: Callable[[], "subprocess.Popen[bytes]"], traces: Callable[[], bool]) -> None:
    """Kill the command at a moment in its work: once it has left something to see."""
    process = start()
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and not traces():
        assert time.monotonic() < deadline
        time.sleep(0.001)
    time.sleep(random.random() / 20)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert is_gone(process.pid)


def test_a_killed_backup_is_none(service: Service, tmp_path: Path) -> None:
    for number in range(40):
        service.submit({"add.py": f"{ADD}# {random.randbytes(100_000).hex()} {number}"})
    out = tmp_path / "backups" / "one.zip"
    out.parent.mkdir()

    for _ in range(3):
        struck(
            lambda: command("backup", out, "--data", service.place.data),
            lambda: any(out.parent.iterdir()),
        )
        if out.exists():  # it was done already
            break

    if not out.exists():
        assert command("backup", out, "--data", service.place.data).wait() == 0
    restored = other_place(service, tmp_path / "restored")
    assert backup.restore(restored, out).uploads == 40


def test_after_a_killed_restore_there_is_no_half_a_service(
    each_service: Service, another: str, tmp_path: Path
) -> None:
    for number in range(40):
        each_service.submit({"add.py": f"{ADD}# {random.randbytes(100_000).hex()} {number}"})
    out = tmp_path / "one.zip"
    backup.save(each_service.place, out)
    place = other_place(each_service, tmp_path / "place" / "restored", another)
    place.data.parent.mkdir()
    options = ["--data", place.data, *(["--database", another] if another else [])]

    struck(lambda: command("restore", out, *options), lambda: any(place.data.parent.iterdir()))

    if place.data.exists() and not another:  # with a file as database all comes at once
        base = Database(place.url)
        assert all_rows(base) == all_rows(each_service.base)
        base.close()
    elif place.data.exists():  # what is missing is missed: it is not taken for empty
        with pytest.raises(UsageError, match="is not empty"):
            backup.restore(place, out)
    else:
        backup.restore(place, out)


# ---- what is refused ---------------------------------------------------------------------------


def test_only_an_empty_place_is_filled(each_service: Service, another: str, tmp_path: Path) -> None:
    out = tmp_path / "one.zip"
    backup.save(each_service.place, out)

    with pytest.raises(UsageError, match="is not empty"):
        backup.restore(each_service.place, out)
    if another:
        taken = other_place(each_service, tmp_path / "new", each_service.place.database)
        with pytest.raises(UsageError, match="has tables already"):
            backup.restore(taken, out)
        assert not taken.data.exists()


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda name, data: data[:-1] if name == "rows/person.jsonl" else data, "rows of person"),
        (lambda name, data: None if name == "rows/audit.jsonl" else data, "its tables are not"),
        (lambda name, data: data + b" " if "store/" in name else data, "2 uploads are not"),
        (lambda name, data: None if "store/" in name else data, "uploads are not as they were"),
        (lambda name, data: None if name == "backup.json" else data, "is no backup of this"),
        (lambda name, data: data.replace(b'"revision": "', b'"revision": "9'), "made by grader"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_changed(
    service: Service, tmp_path: Path, change: Callable[[str, bytes], bytes | None], sentence: str
) -> None:
    service.submit()
    backup.save(service.place, tmp_path / "one.zip")
    rewritten(tmp_path / "one.zip", tmp_path / "damaged.zip", change)
    place = other_place(service, tmp_path / "restored")

    with pytest.raises(UsageError, match=sentence):
        backup.restore(place, tmp_path / "damaged.zip")

    assert not place.data.exists()


def test_a_file_cut_short_is_refused(service: Service, tmp_path: Path) -> None:
    out = tmp_path / "one.zip"
    backup.save(service.place, out)
    out.write_bytes(out.read_bytes()[: out.stat().st_size // 2])

    done = CliRunner().invoke(main, ["restore", str(out), "--data", str(tmp_path / "new")])

    assert done.exit_code == 2
    assert "is no backup, or a damaged one" in done.output
    assert not (tmp_path / "new").exists()


def test_a_missing_upload_is_said_and_the_rest_is_kept(service: Service, tmp_path: Path) -> None:
    service.submit()
    damaged = next(service.place.store.folder.rglob("?" * 64))
    damaged.write_bytes(b"rotten")
    out = tmp_path / "one.zip"

    done = CliRunner().invoke(main, ["backup", str(out), "--data", str(service.place.data)])

    assert done.exit_code == 1
    assert (
        f"1 uploads are missing or damaged in the store, and so in the backup: {damaged.name}"
        in done.output
    )
    place = other_place(service, tmp_path / "restored")
    assert backup.restore(place, out).missing == [damaged.name]


def test_a_backup_never_replaces_another(service: Service, tmp_path: Path) -> None:
    out = tmp_path / "one.zip"
    out.write_text("of yesterday")

    with pytest.raises(UsageError, match="exists already"):
        backup.save(service.place, out)

    assert out.read_text() == "of yesterday"


def test_what_cannot_be_written_is_one_sentence(service: Service, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        backup.save(service.place, tmp_path / "none" / "one.zip")
    with pytest.raises(UsageError, match="no service has its data here"):
        backup.save(Place(tmp_path / "none", tmp_path), tmp_path / "one.zip")
    assert os.listdir(tmp_path) == ["course", "data"] or not list(tmp_path.glob("*.zip"))


def test_an_older_backup_is_brought_to_this_version(
    service: Service, course: CourseFolder, tmp_path: Path
) -> None:
    """Its tables are made as they were, filled, and then taken on."""
    from grader.service import database

    service.submit()
    database.downgrade(service.place.url, "0001")
    backup.save(service.place, tmp_path / "old.zip")
    place = other_place(service, tmp_path / "restored")

    backup.restore(place, tmp_path / "old.zip")

    assert database.unmigrated(place.url) == []

"""Workers as processes, killed for real: what was accepted ends with exactly one result."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.report import Report
from grader.service import first_start
from grader.service.tables import StaffReport, Worker
from tests import postgres
from tests.conftest import CourseFolder
from tests.postgres import Server
from tests.service import running
from tests.service.running import SLOW, Service, await_, descendants, is_gone, worker


def test_a_submission_gets_the_report_that_the_command_line_gives(
    each_service: Service, tmp_path: Path, course: CourseFolder
) -> None:
    files = {"add.py": "def add(a, b): return a + b if a < 50 else 0"}
    (tmp_path / "ann-1").mkdir()
    (tmp_path / "ann-1" / "add.py").write_text(files["add.py"])
    id = each_service.submit(files)

    with worker(each_service.place):
        [result] = each_service.results([id])
    command = ["grade", "sums", str(tmp_path / "ann-1"), "--course", str(course.path)]
    by_hand = Report.model_validate_json(
        subprocess.run(
            [*(sys.executable, "-m", "grader"), *command, "--json"],
            capture_output=True,
            check=True,
        ).stdout
    )
    ours = Report.model_validate_json(result.report)
    assert ours.score == by_hand.score == 3.0
    assert ours.submission.sha256 == by_hand.submission.sha256
    assert ours.assignment == by_hand.assignment
    assert [
        (test.id, test.verdict, test.feedback) for task in ours.tasks for test in task.tests
    ] == [(test.id, test.verdict, test.feedback) for task in by_hand.tasks for test in task.tests]
    assert ours.submission.students == ["ann"]


def test_a_killed_worker_loses_nothing_and_leaves_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = Path(tempfile.mkdtemp())  # not tmp_path: a socket's name has to be short
    monkeypatch.setenv("TMPDIR", str(temporary))
    with worker(service.place) as first:
        service.results([service.submit()])  # the judge is warm
        id = service.submit(SLOW)
        service.await_state(id, "grading")
        family = descendants(first.pid)
        first.kill()
        first.wait()

        assert len(family) >= 3  # the bench, a judge, a zygote
        await_(lambda: all(is_gone(process) for process in family))
        temporary.rmdir()

    monkeypatch.undo()
    with worker(service.place):
        [result] = service.results([id])

    assert (result.kind, result.score) == ("report", "10.0")
    assert service.submission(id).starts == 2


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_a_bench_that_ends_or_hangs_loses_nothing(service: Service, fault: int) -> None:
    id = service.submit(SLOW)
    with worker(service.place) as process:
        service.await_state(id, "grading")
        bench = next(
            own
            for own in descendants(process.pid)
            if b"grader.service.bench" in Path(f"/proc/{own}/cmdline").read_bytes()
        )
        os.kill(bench, fault)

        [result] = service.results([id])
        assert is_gone(bench)

    assert (result.kind, result.score) == ("report", "10.0")
    assert service.submission(id).starts == 2


def test_a_worker_that_was_paused_and_wakes_up_writes_nothing(service: Service) -> None:
    id = service.submit(SLOW)
    with worker(service.place) as paused:
        service.await_state(id, "grading")
        paused.send_signal(signal.SIGSTOP)
        with worker(service.place):
            [before] = service.results([id])
            paused.send_signal(signal.SIGCONT)
            with service.base.reading() as rows:
                first = rows.scalars(select(Worker).order_by(Worker.started)).first()
            assert first is not None

            def it_beats_again() -> bool:
                with service.base.reading() as rows:
                    return rows.get_one(Worker, first.id).beats > first.beats + 5

            await_(it_beats_again)

    [after] = service.results([id])
    assert (before.kind, before.finished) == ("report", after.finished)
    assert service.submission(id).generation == 2


def test_killed_again_and_again_it_grades_all_once(service: Service) -> None:
    """At whatever moment; the moments are not chosen for it."""
    ids = [service.submit(SLOW) for _ in range(3)] + [service.submit() for _ in range(5)]
    dice = random.Random()
    for _ in range(2):  # a third time could make three starts of one: a failure, and right so
        with worker(service.place) as process:
            await_(lambda: any(service.submission(id).state != "waiting" for id in ids))
            time.sleep(dice.random())
            process.kill()
            process.wait()
    with worker(service.place):
        results = service.results(ids)

    assert sorted(result.submission_id for result in results) == sorted(ids)
    assert {(result.kind, result.score) for result in results} == {("report", "10.0")}


def test_what_cannot_be_graded_stops_and_the_rest_goes_on(
    service: Service, course: CourseFolder
) -> None:
    solution = course.private / "add.py"
    right = solution.read_text()
    solution.unlink()
    poison = service.submit()
    with worker(service.place):
        [failed] = service.results([poison])
        solution.write_text(right)
        [graded] = service.results([service.submit()])

    assert (failed.kind, failed.report, graded.kind) == ("failure", "", "report")
    assert service.submission(poison).starts == 3
    with service.base.reading() as rows:
        assert "task 'add' needs it" in rows.get_one(StaffReport, poison).detail
    assert str(course.path) not in failed.reason


def test_a_changed_hidden_test_is_used_at_once(service: Service, course: CourseFolder) -> None:
    """The warm judge of the old ones must not answer."""
    with worker(service.place):
        [before] = service.results([service.submit()])
        tests = course.private / "test_add.py"
        tests.write_text(tests.read_text().replace("== 7", "== 8"))
        [after] = service.results([service.submit()])

    assert (before.score, after.score) == ("10.0", "9.0")
    assert (
        Report.model_validate_json(before.report).assignment.sha256
        != Report.model_validate_json(after.report).assignment.sha256
    )


def test_told_to_stop_it_ends_what_it_has_begun(service: Service) -> None:
    """And begins nothing more: what it has at hand is the next worker's."""
    ids = [service.submit(SLOW) for _ in range(3)]
    with worker(service.place, slots=1) as process:
        service.await_state(ids[0], "grading")
        process.terminate()

        assert process.wait() == 0

    states = [service.submission(id).state for id in ids]
    assert states[0] == "done"
    assert set(states) <= {"done", "waiting"}  # none is left half-way
    with service.base.reading() as rows:
        assert rows.scalars(select(Worker.has_ended)).all() == [True]
    with worker(service.place):
        results = service.results(ids)
    assert [result.kind for result in results] == ["report"] * 3
    assert [service.submission(id).starts for id in ids] == [1, 1, 1]


def test_a_queue_that_is_lost_loses_nothing(service: Service) -> None:
    """Our tables are the truth; the queue is made anew and told all that waits."""
    ids = [service.submit(), service.submit()]
    service.jobs.close()
    for path in service.place.data.glob("jobs.sqlite*"):
        path.unlink()
    assert first_start.prepare(service.place) is None

    with worker(service.place):
        results = service.results(ids)

    assert [(result.kind, result.score) for result in results] == [("report", "10.0")] * 2


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that a test may kill."""
    try:
        with postgres.server() as found:
            yield found
    except postgres.Missing as missing:
        pytest.skip(str(missing))


@pytest.mark.needs("postgres")
def test_a_killed_database_loses_nothing(
    course: CourseFolder, tmp_path: Path, own_postgres: Server
) -> None:
    """Workers wait for it, and go on."""
    address = own_postgres.new_database("service")
    with running.service(tmp_path / "data", course.path, address) as service, worker(service.place):
        service.results([service.submit()])  # all is warm
        ids = [service.submit(SLOW), service.submit()]
        service.await_state(ids[0], "grading")
        own_postgres.kill()
        own_postgres.start()
        results = service.results(ids)

    assert [(result.kind, result.score) for result in results] == [("report", "10.0")] * 2

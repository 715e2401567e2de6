"""Errands of workers: their share beside submissions, and done once whatever is killed."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from grader.errors import UsageError
from grader.report import Report
from grader.service import attempts, errands, regrades, troubles
from grader.service.anew import Regraded as Anew
from grader.service.errands import EVERY_SECONDS, EVERY_SUBMISSIONS, MAX_STARTS, Share
from grader.service.jobs import Job
from grader.service.regrades import Preview
from grader.service.tables import (
    Errand,
    Likeness,
    PastResult,
    Regraded,
    StaffReport,
    Submission,
    Table,
)
from tests.conftest import ADD
from tests.service.running import SLOW, Service, await_, descendants, is_gone, worker
from tests.service.test_regrades import graded_one, looked, result, started

Graded = Callable[..., Report]
Ask = Callable[[], object]
# Nobody waits for it to end: its workers are killed.
SLOWER = {name: text.replace("0.5", "3") for name, text in SLOW.items()}


def errands_in(service: Service, *states: str) -> int:
    with service.base.reading() as rows:
        return rows.scalar(select(func.count()).where(Errand.state.in_(states))) or 0


def count(service: Service, table: type[Table]) -> int:
    with service.base.reading() as rows:
        return rows.scalar(select(func.count()).select_from(table)) or 0


def previewed(service: Service, regrade: int) -> Preview:
    with service.base.reading() as rows:
        return regrades.preview(rows, regrade)


# ---- whose turn it is --------------------------------------------------------------------------


def test_an_errand_is_due_after_some_submissions_or_some_time() -> None:
    share = Share(now=100.0)
    assert not share.is_due(100.0 + EVERY_SECONDS - 1)
    assert share.is_due(100.0 + EVERY_SECONDS)
    for _ in range(EVERY_SUBMISSIONS - 1):
        share.note_submission()
    assert not share.is_due(100.0)
    share.note_submission()
    assert share.is_due(100.0)

    share.note_errand(100.0)

    assert not share.is_due(100.0)


def never_idle(service: Service) -> None:
    """Have something in the table that waits as long as the test: no queue was told of it."""
    id = service.submit()
    with service.base.writing() as rows:
        row = rows.get_one(Submission, id)
        row.enqueued = row.generation + 99
        row.generation += 1  # what the queue was told before is overtaken


def test_errands_are_done_though_submissions_never_cease(
    each_service: Service, graded: Graded
) -> None:
    service = each_service
    graded_one(service, graded(add=ADD))
    graded_one(service, graded(add=ADD))
    never_idle(service)
    regrade = started(service)
    assert errands.claim(service.base, "one") is None
    done: list[int] = []

    def is_done() -> bool:
        """Whether both are; the queue has more than one submission at every look."""
        if sum(service.submission(id).state == "waiting" for id in done[-3:]) < 2:
            done.append(service.submit())
        return previewed(service, regrade).waiting == 0

    with worker(service.place):
        await_(is_done)

    assert len(previewed(service, regrade).looked) == 2


# ---- killed ------------------------------------------------------------------------------------


def kill_in_the_middle(service: Service, process: "subprocess.Popen[bytes]", ask: Ask) -> Any:
    """Return what is asked for; the worker is killed while it is at that.

    Its bench is stopped meanwhile, so that nothing of it can be done.
    """
    [bench] = [
        own
        for own in descendants(process.pid)
        if b"grader.service.bench" in Path(f"/proc/{own}/cmdline").read_bytes()
    ]
    os.kill(bench, signal.SIGSTOP)
    try:
        asked = ask()
        await_(lambda: errands_in(service, errands.DOING) == 1)
        process.kill()
        process.wait()
    finally:
        os.kill(bench, signal.SIGCONT)
    await_(lambda: is_gone(bench))
    return asked


def test_a_regrade_whose_worker_is_killed_is_done_once(each_service: Service) -> None:
    service = each_service
    with worker(service.place) as first:
        service.results([service.submit()])
        regrade = kill_in_the_middle(service, first, lambda: started(service))
    assert count(service, Regraded) == 0

    with worker(service.place):
        await_(lambda: previewed(service, regrade).waiting == 0)

    assert previewed(service, regrade).troubles == {}
    with service.base.reading() as rows:
        [row] = rows.scalars(select(Errand)).all()
    assert (row.state, row.starts, row.generation) == ("done", 2, 2)
    assert count(service, Regraded) == 1
    with pytest.raises(UsageError, match="Nothing changes for anybody"):
        regrades.commit(service.base, service.ann.person, regrade, {}, 0)
    assert count(service, PastResult) == 0
    assert (result(service, 1).score, service.count_of_results()) == ("10.0", 1)


def test_a_comparison_whose_worker_is_killed_is_done_once(each_service: Service) -> None:
    service = each_service
    other = service.viewer("bob")
    with worker(service.place) as first:
        service.results([service.submit(), service.submit(viewer=other)])
        page = f"/assignments/{service.given.id}/similar"
        staff = service.browser("assistant")
        kill_in_the_middle(service, first, lambda: staff.post(page))
    assert count(service, Likeness) == 0

    with worker(service.place):
        await_(lambda: errands_in(service, "waiting", errands.DOING) == 0)

    assert errands_in(service, errands.DONE) == 1
    assert count(service, Likeness) == 1


def test_an_errand_that_kills_its_workers_ends_and_staff_see_why(service: Service) -> None:
    with worker(service.place):
        service.results([service.submit(SLOWER)])
    regrade = started(service)
    for start in range(1, MAX_STARTS + 1):
        with worker(service.place) as process:
            await_(lambda start=start: errand_of(service).starts == start)
            await_(lambda: errand_of(service).state == errands.DOING)
            process.kill()
            process.wait()

    with worker(service.place):
        await_(lambda: errands_in(service, errands.FAILED) == 1)
        [graded] = service.results([service.submit()])

    assert graded.kind == "report"
    assert "ended while it was at it" in previewed(service, regrade).troubles[1]
    assert count(service, Regraded) == 0
    with service.base.reading() as rows:
        assert troubles.count(rows, service.given.id).errands == 1
    staff = service.browser("assistant")
    assert "1 errand of staff came to nothing" in staff.get("/").text


def errand_of(service: Service) -> Errand:
    with service.base.reading() as rows:
        return rows.scalars(select(Errand)).one()


# ---- delivered twice ---------------------------------------------------------------------------


def test_an_errand_is_one_workers_at_a_time(each_service: Service, graded: Graded) -> None:
    """Of workers that reach for the same errands at once, each gets others."""
    service = each_service
    for _ in range(6):
        graded_one(service, graded())
    started(service)
    taken: list[int] = []
    failed: list[BaseException] = []

    def take_all(name: str) -> None:
        try:
            while errands_in(service, "waiting"):
                held = errands.claim(service.base, name)
                if held is not None:
                    taken.append(held.id)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=take_all, args=(f"worker {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 6


def test_an_errand_that_is_done_twice_is_kept_once(each_service: Service, graded: Graded) -> None:
    service = each_service
    id = graded_one(service, graded())
    started(service)
    held = errands.claim(service.base, "one")
    assert held is not None
    with service.base.reading() as rows:
        old = rows.get_one(StaffReport, id).report
    new: Anew = looked(graded(add=ADD))

    assert regrades.keep(service.base, held, old, new)
    assert not regrades.keep(service.base, held, old, new)
    errands.give_back(service.base, held, "too late")

    assert count(service, Regraded) == 1
    assert errand_of(service).state == errands.DONE
    assert not attempts.finish(service.base, Job(id, 1), graded())

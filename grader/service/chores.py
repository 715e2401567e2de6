"""Errands, done: what a worker does when it has claimed one. Students' code runs on the bench."""

import logging
import time
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from threading import Event, Semaphore

import msgspec
from sqlalchemy.orm import Session

from grader.assignment import load
from grader.errors import GraderError
from grader.service import anew, deciding, errands, regrades
from grader.service.bench import Bench
from grader.service.database import Database
from grader.service.errands import Held, Share
from grader.service.standing import shown_in
from grader.service.tables import Assignment, Errand, Likeness

_log = logging.getLogger("grader.worker")


class Chores:
    """A worker's errands, one at a time. slots: shared with the grading of what comes in."""

    def __init__(
        self,
        base: Database,
        bench: Bench,
        course: Path,
        worker: str,
        slots: Semaphore,
        stopping: Event,
        share: Share,
    ) -> None:
        self._base = base
        self._bench = bench
        self._course = course
        self._worker = worker
        self._slots = slots
        self._stopping = stopping
        self._share = share

    def __call__(self) -> None:
        """Do one errand after the other, until there is none."""
        errands.release_lost(self._base, self._worker)
        while not self._stopping.is_set():
            is_due = self._share.is_due(time.monotonic())
            held = errands.claim(self._base, self._worker, is_due=is_due)
            if held is None:
                return
            if held.kind != errands.AT_ONCE:
                self._share.note_errand(time.monotonic())
            self._try(held)

    def _try(self, held: Held) -> None:
        try:
            self._do(held)
        except (GraderError, OSError) as fault:
            _log.warning("errand %s: %s", held.id, fault)
            errands.give_back(self._base, held, str(fault))
        except Exception as error:  # a fault of ours must not hold the errand for ever
            _log.exception("errand %s came to nothing", held.id)
            errands.give_back(self._base, held, f"{type(error).__name__}: {error}")

    def _do(self, held: Held) -> None:
        if held.kind == "decisions":
            deciding.carry(self._base, held.assignment, self._points(held.assignment))
            with self._base.writing() as rows:
                errands.end(rows, held)
            return
        with self._slots:
            if held.kind == "regrade":
                self._regrade(held)
            else:
                self._compare(held)

    def _regrade(self, held: Held) -> None:
        with self._base.reading() as rows:
            regrade = rows.get_one(Errand, held.id).regrade_id
            assert regrade is not None
            request = regrades.asked(rows, held, regrade)
        regrades.keep(self._base, held, request.old, self._bench.regrade(request))

    def _compare(self, held: Held) -> None:
        with self._base.reading() as rows:
            request = _class_of(rows, held.assignment)
        found = self._bench.compare(request)
        with self._base.writing() as rows:
            if errands.end(rows, held):
                text = msgspec.json.encode(found).decode()
                rows.add(Likeness(errand_id=held.id, found=text))

    def _points(self, assignment: int) -> Mapping[str, Fraction]:
        with self._base.reading() as rows:
            name = rows.get_one(Assignment, assignment).name
        return points_of(self._course, name)


def points_of(course: Path, name: str) -> dict[str, Fraction]:
    """Return the exact points of an assignment's tasks, from its public folder."""
    return {task.id: task.points for task in load(name, course).tasks}


def _class_of(rows: Session, assignment: int) -> anew.Compare:
    """Return the attempts of a class that stand for their students."""
    given = rows.get_one(Assignment, assignment)
    ids = [one.id for one in shown_in(rows, given).values()]
    return anew.Compare(given.name, regrades.attempts_for_bench(rows, ids))

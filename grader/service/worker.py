"""The worker: takes jobs, has them graded on its bench, and keeps what became of them."""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import func, select, update
from sqlalchemy.exc import SQLAlchemyError

from grader.sandbox.backends import Choice
from grader.service import attempts, jobs
from grader.service.bench import Bench, BenchFault, Request
from grader.service.chores import Chores, points_of
from grader.service.database import Database
from grader.service.errands import Share
from grader.service.jobs import Job, Jobs
from grader.service.place import Place
from grader.service.repeating import Outage, started
from grader.service.tables import Assignment, Submission, Worker

BEAT_SECONDS = 0.5
SWEEP_SECONDS = 1.0
ERRAND_SECONDS = 1.0
PATIENCE_SECONDS = 60.0  # with what has begun, when all else has ended
LOOK_SECONDS = 5.0
AT_HAND = 2  # jobs for each slot: the next one is there when one ends, not a poll later
RETRY_SECONDS = 0.5

_log = logging.getLogger("grader.worker")
_T = TypeVar("_T")


def run(place: Place, slots: int, sandbox: Choice) -> None:
    """Work until SIGTERM or SIGINT; what has begun then ends first. A second signal ends at once.

    Raises BenchFault if nothing can be graded here, SQLAlchemyError if there is no database.
    """
    stopping = _asked_to_stop()
    with ExitStack() as stack:
        # First of all: what the bench starts must not descend from a process with threads.
        base = Database(place.url)
        stack.callback(base.close)
        bench = Bench(place.course, place.store, sandbox, likely=_likely(base))
        stack.callback(bench.end)
        queue = Jobs(place.jobs_url)
        stack.callback(queue.close)
        outage = Outage()
        own = _Worker(base, bench, slots, stopping, place.course, outage)
        own.register()
        stack.callback(own.sign_off)
        # It beats until its last job is done, else that would be taken from it.
        stack.callback(started("beat", BEAT_SECONDS, own.beat, outage))
        stack.callback(started("look at the bench", LOOK_SECONDS, bench.look_after, outage))
        stack.enter_context(jobs.running(place.jobs_url, own.id, slots * AT_HAND, own.work))
        stack.callback(started("sweep", SWEEP_SECONDS, attempts.Sweep(base, queue), outage))
        stack.callback(started("errands", ERRAND_SECONDS, own.chores, outage))
        stopping.wait()


def _likely(base: Database) -> list[str]:
    """Return the assignments that are in use, the latest first; of a new service all."""
    with base.reading() as session:
        latest = func.max(Submission.id)
        return list(
            session.scalars(
                select(Assignment.name)
                .outerjoin(Submission, Submission.assignment_id == Assignment.id)
                .group_by(Assignment.name)
                .order_by(latest.desc().nulls_last(), Assignment.name)
            )
        )


def _asked_to_stop() -> threading.Event:
    """Return what is set by the first signal; the bench ends by itself with the second."""
    stopping = threading.Event()

    def stop(*_: object) -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    return stopping


class _Worker:
    """This process, as the tables know it."""

    def __init__(
        self,
        base: Database,
        bench: Bench,
        slots: int,
        stopping: threading.Event,
        course: Path,
        outage: Outage,
    ) -> None:
        self.id = uuid4().hex
        self._base = base
        self._bench = bench
        self._slots = threading.BoundedSemaphore(slots)
        self._stopping = stopping
        self._course = course
        self._outage = outage
        self._at_work: set[Job] = set()
        self._share = Share(time.monotonic())
        self.chores = Chores(base, bench, course, self.id, self._slots, stopping, self._share)

    def register(self) -> None:
        with self._base.writing() as session:
            session.add(Worker(id=self.id, host=socket.gethostname(), process=os.getpid()))

    def beat(self) -> None:
        """Show that it lives, also to whoever has taken it for dead; let go of what is lost."""
        with self._base.writing() as session:
            session.execute(
                update(Worker)
                .where(Worker.id == self.id)
                .values(beats=Worker.beats + 1, has_ended=False)
            )
        attempts.release_forgotten(self._base, self.id, self._at_work)

    def sign_off(self) -> None:
        with self._base.writing() as session:
            session.execute(update(Worker).where(Worker.id == self.id).values(has_ended=True))

    def work(self, job: Job) -> None:
        """Do one job; whatever happens, somebody comes back to what has no result."""
        with self._slots:
            # What is not begun when we are told to stop is left to others, or to the next start.
            if not self._stopping.is_set():
                self._work(job)

    def _work(self, job: Job) -> None:
        self._at_work.add(job)
        try:
            claimed = self._patiently(lambda: attempts.claim(self._base, job, self.id))
            if claimed is not None:
                self._grade(claimed)
        except Exception:  # the sweep, or our own beat, finds what it has left
            _log.exception("job %s came to nothing", job.id)
        finally:
            self._at_work.discard(job)
            self._share.note_submission()

    def _grade(self, claimed: attempts.Claimed) -> None:
        request = Request(
            claimed.assignment,
            claimed.login,
            claimed.number,
            claimed.received,
            list(claimed.files),
            list(claimed.students),
        )
        start = time.monotonic()
        try:
            report = self._bench.grade(request)
        except BenchFault as fault:
            reason = str(fault)
            _log.warning("submission %s: %s", claimed.job.submission, reason)
            self._patiently(lambda: attempts.release(self._base, claimed.job, reason))
        else:
            seconds = time.monotonic() - start
            is_open = report.status == "needs_review"
            points = points_of(self._course, claimed.assignment) if is_open else {}
            self._patiently(
                lambda: attempts.finish(self._base, claimed.job, report, points, seconds)
            )

    def _patiently(self, step: Callable[[], _T]) -> _T:
        """Return what a step comes to, once the database lets it: it may be gone for a while."""
        while True:
            name = threading.current_thread().name
            try:
                done = step()
            except SQLAlchemyError as error:
                if self._stopping.is_set():
                    raise
                self._outage.failed(name, error)
                time.sleep(RETRY_SECONDS)
            else:
                self._outage.worked(name)
                return done

"""The life of an accepted submission: waiting, grading, done. Each step is one transaction.

Whoever changes a submission names the generation that they mean; if it is another by now, they
have been overtaken and nothing happens. So duplicate and late workers do no harm, and a submission
has one result, whose key is its own.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.orm import Session

from grader.errors import UsageError
from grader.report import Report
from grader.service import durations, groups, people, results, webhooks
from grader.service.database import Database
from grader.service.handed_in import File, files_of
from grader.service.jobs import Job, Jobs
from grader.service.tables import (
    DONE,
    FAILURE,
    GRADING,
    WAITING,
    Assignment,
    Person,
    Result,
    StaffReport,
    Submission,
    Worker,
    now,
)

MAX_STARTS = 3
LEASE_SECONDS = 6.0
AUDIT_SECONDS = 30.0
GIVEN_UP = "The grader failed on this submission, which is no fault of yours. Staff have been told."


@dataclass(frozen=True)
class Claimed:
    """What a worker needs to know of the submission that it has claimed.

    login: who submitted it. students: whose it is.
    """

    job: Job
    assignment: str
    login: str
    number: int
    received: datetime
    files: tuple[File, ...]
    students: tuple[str, ...]


def claim(base: Database, job: Job, worker: str) -> Claimed | None:
    """Have a waiting submission for oneself; None if it no longer waits, or was overtaken."""
    with base.writing() as session:
        begun = session.execute(
            update(Submission)
            .where(_is(job), Submission.state == WAITING)
            .values(state=GRADING, worker_id=worker, starts=Submission.starts + 1)
            .returning(Submission.id)
        ).first()
        if begun is None:
            return None
        row, assignment, login = session.execute(
            select(Submission, Assignment.name, Person.login)
            .join(Assignment, Assignment.id == Submission.assignment_id)
            .join(Person, Person.id == Submission.person_id)
            .where(Submission.id == job.submission)
        ).one()
        files = tuple(files_of(session, row.id))
        logins = groups.logins_of(session, row.assignment_id, row.person_id)
        return Claimed(job, assignment, login, row.number, row.received, files, logins)


def finish(
    base: Database,
    job: Job,
    report: Report,
    points: Mapping[str, Fraction] | None = None,
    seconds: float | None = None,
) -> bool:
    """Keep the report as the submission's result; False, and nothing kept, if overtaken.

    What staff have decided on its text answers is carried into it. points: of its tasks, exact.
    seconds: how long it was graded, if that is known.
    """
    with base.writing() as session:
        if not _end(session, job):
            return False
        decided = results.with_staffs_decisions(session, job.submission, report, points or {})
        results.add(session, job.submission, decided)
        received = session.get_one(Submission, job.submission).received
        took: dict[durations.What, float] = {"wait": (now() - received).total_seconds()}
        durations.note(session, took if seconds is None else took | {"grading": seconds})
        return True


def release(base: Database, job: Job, reason: str) -> bool:
    """Let a submission wait again, after MAX_STARTS end it as a failure of ours.

    reason: for staff. False, and nothing changed, if it was overtaken.
    """
    with base.writing() as session:
        starts = session.scalar(
            select(Submission.starts).where(_is(job), Submission.state == GRADING).with_for_update()
        )
        if starts is None:
            return False
        if starts < MAX_STARTS:
            return _renew(session, job, GRADING)
        _end(session, job)
        failure = Result(submission_id=job.submission, kind=FAILURE, reason=GIVEN_UP)
        session.add(failure)
        session.flush()
        webhooks.note_failed(session, failure)
        session.add(StaffReport(submission_id=job.submission, detail=reason))
        return True


def again(base: Database, by: int, id: int) -> None:
    """Let a submission wait anew that had ended as a failure of ours.

    Raises UsageError if it had not: a report is never taken back here.
    """
    with base.writing() as session:
        failure = session.get(Result, id, with_for_update=True)
        if failure is None or failure.kind != FAILURE:
            raise UsageError("This submission did not end as a failure; there is nothing to mend.")
        session.execute(delete(StaffReport).where(StaffReport.submission_id == id))
        session.delete(failure)
        session.execute(
            update(Submission)
            .where(Submission.id == id)
            .values(state=WAITING, starts=0, generation=Submission.generation + 1)
        )
        people.note(session, by, "had it graded again", f"submission {id}")


def enqueue(base: Database, jobs: Jobs, job: Job, priority: int) -> None:
    """Tell the queue of a submission, and keep that it knows."""
    jobs.enqueue(job, priority)
    with base.writing() as session:
        session.execute(update(Submission).where(_is(job)).values(enqueued=job.generation))


class Watch:
    """Which workers are alive, told by this observer's own clock and by nobody's time of day."""

    def __init__(self, lease_seconds: float = LEASE_SECONDS) -> None:
        self._lease = lease_seconds
        self._seen: dict[str, tuple[int, float]] = {}

    def dead(self, beats: Iterable[tuple[str, int]], now: float) -> set[str]:
        """Return the workers whose count of beats has not moved for the length of a lease.

        now: of a monotonic clock, in seconds.
        """
        current = dict(beats)
        for worker, count in current.items():
            known = self._seen.get(worker)
            if known is None or known[0] != count:
                self._seen[worker] = count, now
        self._seen = {worker: seen for worker, seen in self._seen.items() if worker in current}
        return {worker for worker, (_, since) in self._seen.items() if now - since >= self._lease}


class Sweep:
    """Finds what nobody works on any more, and puts it back into the queue; runs anywhere."""

    def __init__(self, base: Database, jobs: Jobs, watch: Watch | None = None) -> None:
        self._base = base
        self._jobs = jobs
        self._watch = watch or Watch()
        self._audited = float("-inf")

    def __call__(self, now: float | None = None) -> None:
        """Look once. now: of a monotonic clock; other than the true one for tests alone."""
        now = time.monotonic() if now is None else now
        dead = self._bury(now)
        self._release_of_dead()
        if dead or now - self._audited >= AUDIT_SECONDS:
            self._renew_lost()
            self._jobs.tidy(self._alive)
            self._audited = now
        self._enqueue_new()

    def _bury(self, now: float) -> set[str]:
        with self._base.reading() as session:
            rows = session.execute(
                select(Worker.id, Worker.beats).where(Worker.has_ended.is_(False))
            ).all()
        beats = {row.id: row.beats for row in rows}
        dead = self._watch.dead(beats.items(), now)
        for worker in dead:
            with self._base.writing() as session:
                session.execute(
                    update(Worker)
                    .where(Worker.id == worker, Worker.beats == beats[worker])
                    .values(has_ended=True)
                )
        return dead

    def _alive(self) -> set[str]:
        with self._base.reading() as session:
            return set(session.scalars(select(Worker.id).where(Worker.has_ended.is_(False))))

    def _release_of_dead(self) -> None:
        with self._base.reading() as session:
            held = session.execute(
                select(Submission.id, Submission.generation, Submission.worker_id)
                .join(Worker, Worker.id == Submission.worker_id)
                .where(Submission.state == GRADING, Worker.has_ended.is_(True))
            ).all()
        for id, generation, worker in held:
            release(self._base, Job(id, generation), f"worker {worker} ended while it was graded")

    def _renew_lost(self) -> None:
        """Give what waits, and what the queue will never deliver, another generation."""
        with self._base.reading() as session:
            waiting = session.execute(
                select(Submission.id, Submission.generation).where(
                    Submission.state == WAITING, Submission.enqueued == Submission.generation
                )
            ).all()
        found = [Job(id, generation) for id, generation in waiting]
        for job in set(found) - self._jobs.held(found, self._alive()):
            with self._base.writing() as session:
                _renew(session, job, WAITING)

    def _enqueue_new(self) -> None:
        with self._base.reading() as session:
            new = session.execute(
                select(Submission.id, Submission.generation, Submission.priority)
                .where(Submission.state == WAITING, Submission.enqueued < Submission.generation)
                .order_by(Submission.priority, Submission.id)
            ).all()
        for id, generation, priority in new:
            enqueue(self._base, self._jobs, Job(id, generation), priority)


def release_forgotten(base: Database, worker: str, at_work: Collection[Job]) -> None:
    """Release what a worker holds in the table, and no longer in its hands."""
    with base.reading() as session:
        held = session.execute(
            select(Submission.id, Submission.generation).where(
                Submission.state == GRADING, Submission.worker_id == worker
            )
        ).all()
    for id, generation in held:
        if Job(id, generation) not in at_work:
            release(base, Job(id, generation), f"worker {worker} lost hold of it")


def _is(job: Job) -> ColumnElement[bool]:
    return and_(Submission.id == job.submission, Submission.generation == job.generation)


def _end(session: Session, job: Job) -> bool:
    return (
        session.execute(
            update(Submission)
            .where(_is(job), Submission.state == GRADING)
            .values(state=DONE)
            .returning(Submission.id)
        ).first()
        is not None
    )


def _renew(session: Session, job: Job, state: str) -> bool:
    return (
        session.execute(
            update(Submission)
            .where(_is(job), Submission.state == state)
            .values(state=WAITING, worker_id="", generation=Submission.generation + 1)
            .returning(Submission.id)
        ).first()
        is not None
    )

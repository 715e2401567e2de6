"""What workers do besides grading what comes in: rows that they take, oldest first, one at a time.

No queue stands before them: nobody watches an errand by the second. As with submissions, whoever
changes one names the generation that they mean, so that late and dead workers do no harm.
"""

import threading
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, exists, select, true, update
from sqlalchemy.orm import Session

from grader.service.database import Database
from grader.service.tables import WAITING, Errand, Submission, Worker

DOING, DONE, FAILED, DROPPED = "doing", "done", "failed", "dropped"
MAX_STARTS = 3
Kind = Literal["decisions", "regrade", "similar"]
AT_ONCE: Kind = "decisions"  # takes moments; the rest waits until no submission does, or its turn
EVERY_SUBMISSIONS = 10
EVERY_SECONDS = 60.0


@dataclass(frozen=True)
class Held:
    """An errand that a worker has claimed. submission: 0 if it is about none."""

    id: int
    generation: int
    kind: str
    assignment: int
    submission: int


class Share:
    """What one worker owes to errands that take long; threads may count at once.

    Submissions go first. But after EVERY_SUBMISSIONS of them, or EVERY_SECONDS, one errand is begun
    although others wait: where submissions never cease to come, errands would never be done.
    """

    def __init__(self, now: float) -> None:
        """Begin to count. now: of a monotonic clock, in seconds, here as everywhere below."""
        self._lock = threading.Lock()
        self._submissions = 0
        self._since = now

    def note_submission(self) -> None:
        """Count a submission that the worker has been at."""
        with self._lock:
            self._submissions += 1

    def note_errand(self, now: float) -> None:
        """Begin to count anew, as an errand is begun."""
        with self._lock:
            self._submissions, self._since = 0, now

    def is_due(self, now: float) -> bool:
        """Return whether an errand is begun although submissions wait."""
        return self._submissions >= EVERY_SUBMISSIONS or now - self._since >= EVERY_SECONDS


def ask(
    rows: Session,
    kind: Kind,
    assignment: int,
    *,
    regrade: int | None = None,
    submission: int | None = None,
) -> Errand:
    """Return a new errand, added."""
    row = Errand(kind=kind, assignment_id=assignment, regrade_id=regrade, submission_id=submission)
    rows.add(row)
    rows.flush()
    return row


def claim(base: Database, worker: str, *, is_due: bool = False) -> Held | None:
    """Have the errand for oneself whose turn it is; None if there is none now.

    Submissions go first: while one waits, nothing is begun that takes long. is_due: unless it is
    the turn of an errand, see `Share`.
    """
    is_quiet = true() if is_due else ~exists().where(Submission.state == WAITING)
    next_one = (
        select(Errand)
        .where(Errand.state == WAITING, (Errand.kind == AT_ONCE) | is_quiet)
        .order_by(Errand.kind != AT_ONCE, Errand.id)
        .limit(1)
    )
    with base.reading() as rows:
        if rows.scalars(next_one).first() is None:
            return None  # as a rule, and a reader holds nobody up
    with base.writing() as rows:
        row = rows.scalars(next_one.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.state, row.worker_id, row.starts = DOING, worker, row.starts + 1
        return Held(row.id, row.generation, row.kind, row.assignment_id, row.submission_id or 0)


def end(rows: Session, held: Held, trouble: str = "") -> bool:
    """Say that it is done, or that it came to nothing and why; False if overtaken."""
    state = FAILED if trouble else DONE
    return _set(rows, held, state=state, trouble=trouble)


def give_back(base: Database, held: Held, reason: str) -> None:
    """Let it wait again; after MAX_STARTS it has failed, and staff read the reason."""
    with base.writing() as rows:
        row = rows.get_one(Errand, held.id, with_for_update=True)
        if (row.state, row.generation) != (DOING, held.generation):
            return
        row.generation += 1
        row.worker_id = ""
        row.state, row.trouble = (WAITING, "") if row.starts < MAX_STARTS else (FAILED, reason)


def again(rows: Session, row: Errand) -> bool:
    """Let an errand wait anew that had failed; False if it had not."""
    if row.state != FAILED:
        return False
    row.state, row.trouble, row.worker_id = WAITING, "", ""
    row.starts, row.generation = 0, row.generation + 1
    return True


def release_lost(base: Database, worker: str) -> None:
    """Let wait again what a worker held that has ended, and what this one has lost hold of.

    Asked by a worker that is at no errand.
    """
    with base.reading() as rows:
        held = rows.execute(
            select(Errand, Worker.id)
            .join(Worker, Worker.id == Errand.worker_id)
            .where(Errand.state == DOING, Worker.has_ended.is_(True) | (Worker.id == worker))
        ).all()
    for row, holder in held:
        own = Held(row.id, row.generation, row.kind, row.assignment_id, row.submission_id or 0)
        give_back(base, own, f"worker {holder} ended while it was at it")


def _set(rows: Session, held: Held, **values: str) -> bool:
    return (
        rows.execute(
            update(Errand)
            .where(
                and_(
                    Errand.id == held.id,
                    Errand.generation == held.generation,
                    Errand.state == DOING,
                )
            )
            .values(**values)
            .returning(Errand.id)
        ).first()
        is not None
    )

"""How busy the service is: the queue, and what each worker does. Nothing of a course is in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.service import errands
from grader.service.tables import GRADING, WAITING, Errand, Submission, Worker, now

MOST_ENDED = 5  # workers that have ended, the latest first


@dataclass(frozen=True)
class Busy:
    """What there is to do, and who does it.

    waiting: submissions. oldest_seconds: since the oldest of them came; None if none waits.
    grading: how many, by worker. alive, ended: workers. asked: errands that wait, by kind. doing:
    the errand that a worker is at, by worker.
    """

    waiting: int
    oldest_seconds: int | None
    grading: Mapping[str, int]
    alive: Sequence[Worker]
    ended: Sequence[Worker]
    asked: Mapping[str, int]
    doing: Mapping[str, str]


def busy(rows: Session) -> Busy:
    """Return how busy the service is now; six queries."""
    waiting, oldest = rows.execute(
        select(func.count(Submission.id), func.min(Submission.id)).where(
            Submission.state == WAITING
        )
    ).one()
    received = rows.get_one(Submission, oldest).received if oldest else None
    seconds = None if received is None else max(0, int((now() - received).total_seconds()))
    grading = rows.scalars(select(Submission.worker_id).where(Submission.state == GRADING))
    alive = select(Worker).where(Worker.has_ended.is_(False)).order_by(Worker.started)
    ended = (
        select(Worker)
        .where(Worker.has_ended.is_(True))
        .order_by(Worker.started.desc())
        .limit(MOST_ENDED)
    )
    left = rows.execute(
        select(Errand.kind, Errand.state, Errand.worker_id).where(
            Errand.state.in_([WAITING, errands.DOING])
        )
    ).all()
    return Busy(
        waiting=waiting,
        oldest_seconds=seconds,
        grading=Counter(grading),
        alive=rows.scalars(alive).all(),
        ended=rows.scalars(ended).all(),
        asked=Counter(row.kind for row in left if row.state == WAITING),
        doing={row.worker_id: row.kind for row in left if row.state == errands.DOING},
    )

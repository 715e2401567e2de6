"""Where each unfinished submission stands, looked up once for all who watch."""

import threading
import time
from dataclasses import dataclass

from sqlalchemy import select

from grader.service.database import Database
from grader.service.tables import DONE, GRADING, Submission

FRESH_SECONDS = 0.25


@dataclass(frozen=True)
class Stage:
    """Where a submission stands. before: how many are graded first."""

    is_done: bool
    is_grading: bool = False
    before: int = 0

    @property
    def words(self) -> str:
        """What a student reads of it."""
        if self.is_done:
            return "Done."
        if self.is_grading:
            return "Being graded …"
        if self.before == 0:
            return "Waiting, next in line …"
        return f"Waiting, {self.before} before yours …"


DONE_STAGE = Stage(is_done=True)


class Stages:
    """The unfinished submissions of the whole service; threads may ask at once."""

    def __init__(self, base: Database) -> None:
        self._base = base
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._known: dict[int, Stage] = {}

    def fresh(self, submission: int) -> Stage | None:
        """Return where a submission stands if that is known already; never waits."""
        is_fresh = time.monotonic() - self._at < FRESH_SECONDS
        return self._known.get(submission) if is_fresh else None

    def of(self, submission: int) -> Stage:
        """Return where an accepted submission stands, no older than FRESH_SECONDS.

        While another thread looks, it is what was known before: hundreds may watch, and threads
        that wait here answer no pages. Of one that is done this is never said too early: it may be
        newer than what is known.
        """
        stage = self.fresh(submission)
        if stage is not None:
            return stage
        before = self._known.get(submission)
        if not self._lock.acquire(blocking=before is None):
            assert before is not None
            return before
        try:
            stage = self.fresh(submission)
            if stage is None:
                self._known = self._looked_up()
                self._at = time.monotonic()
                stage = self._known.get(submission, DONE_STAGE)
            return stage
        finally:
            self._lock.release()

    def _looked_up(self) -> dict[int, Stage]:
        with self._base.reading() as rows:
            found = rows.execute(
                select(Submission.id, Submission.state)
                .where(Submission.state != DONE)
                .order_by(Submission.priority, Submission.id)
            ).all()
        stages = {}
        before = 0
        for id, state in found:
            stages[id] = Stage(False, is_grading=state == GRADING, before=before)
            before += state != GRADING
        return stages

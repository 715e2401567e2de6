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

    def of(self, submission: int) -> Stage:
        """Return where an accepted submission stands, no older than FRESH_SECONDS.

        Of one that is done this is never said too early: it may be newer than what is known.
        """
        with self._lock:
            is_fresh = time.monotonic() - self._at < FRESH_SECONDS
            if not is_fresh or submission not in self._known:
                self._known = self._looked_up()
                self._at = time.monotonic()
            return self._known.get(submission, DONE_STAGE)

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

"""How often someone may do something: counted in the database, so all web processes count together.

A minute is one of the time of day. If that jumps, someone may do as much once more, or is counted
with what they did in that minute before; nobody is shut out for longer than a minute.
"""

import threading
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from grader.service.database import Database
from grader.service.tables import Tally

UPLOADS, REQUESTS = "uploads", "requests"
A_MINUTE = {UPLOADS: 30, REQUESTS: 600}
STEP = 10
_KEPT_MINUTES = 60


def is_too_much(base: Database, what: str, whose: str, now: datetime) -> bool:
    """Count that someone does something, and return whether that is more than they may."""
    return _count(base, what, whose, _minute(now), 1) > A_MINUTE[what]


def seconds_left(now: datetime) -> int:
    """Return after how many seconds another minute is counted, 1 to 60."""
    return 60 - int(now.timestamp()) % 60


class Pace:
    """Counts what is done often, for one process; may be shared by its threads.

    Most of it is counted in memory: only every tenth of a minute is written, ten at once, to the
    row that all processes share, and that answers with what all have done. So who does less than
    ten things a minute costs no write, and of several processes each may let nine through that the
    others do not know of yet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = 0
        self._here: dict[tuple[str, str], int] = {}  # since the last step
        self._all: dict[tuple[str, str], int] = {}  # by all processes, at the last step

    def is_too_much(self, base: Database, what: str, whose: str, now: datetime) -> bool:
        """Count that someone does something, and return whether that is more than they may."""
        key, minute = (what, whose), _minute(now)
        with self._lock:
            if minute != self._minute:
                self._minute, self._here, self._all = minute, {}, {}
            here, known = self._here.get(key, 0) + 1, self._all.get(key, 0)
            if known + here > A_MINUTE[what]:
                return True  # and is not counted: it was not done
            self._here[key] = here % STEP
            if here == STEP:
                self._all[key] = known + STEP
        if here < STEP:
            return False
        total = _count(base, what, whose, minute, STEP)
        with self._lock:
            if minute == self._minute:
                self._all[key] = max(total, self._all.get(key, 0))
        return total > A_MINUTE[what]


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60


def _count(base: Database, what: str, whose: str, minute: int, more: int) -> int:
    """Add to a row, and return what it holds then."""
    kind = postgresql if base.engine.dialect.name == "postgresql" else sqlite
    counted = (
        kind.insert(Tally)
        .values(what=what, whose=whose, minute=minute, count=more)
        .on_conflict_do_update(
            index_elements=["what", "whose", "minute"], set_={"count": Tally.count + more}
        )
        .returning(Tally.count)
    )
    with base.writing() as rows:
        count = rows.execute(counted).scalar_one()
        if count == more:
            rows.execute(delete(Tally).where(Tally.minute < minute - _KEPT_MINUTES))
    return int(count)

"""How often someone may do something: counted in the database, so all web processes count together.

A minute is one of the time of day. If that jumps, someone may do as much once more, or is counted
with what they did in that minute before; nobody is shut out for longer than a minute.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from grader.service.database import Database
from grader.service.tables import Tally

UPLOADS = "uploads"
A_MINUTE = {UPLOADS: 30}
_KEPT_MINUTES = 60


def is_too_much(base: Database, what: str, whose: str, now: datetime) -> bool:
    """Count that someone does something, and return whether that is more than they may."""
    minute = int(now.timestamp()) // 60
    kind = postgresql if base.engine.dialect.name == "postgresql" else sqlite
    counted = (
        kind.insert(Tally)
        .values(what=what, whose=whose, minute=minute, count=1)
        .on_conflict_do_update(
            index_elements=["what", "whose", "minute"], set_={"count": Tally.count + 1}
        )
        .returning(Tally.count)
    )
    with base.writing() as rows:
        count = rows.execute(counted).scalar_one()
        if count == 1:
            rows.execute(delete(Tally).where(Tally.minute < minute - _KEPT_MINUTES))
    return bool(count > A_MINUTE[what])

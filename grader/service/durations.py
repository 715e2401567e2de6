"""How long things took, counted for all time in rows: one for each bucket of a histogram.

A row counts up in the transaction that keeps what took so long. So each is counted once, whoever is
killed, all processes say the same, and nothing is forgotten at a restart.
"""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grader.service.tables import Duration

What = Literal["grading", "wait"]
WHATS: tuple[What, ...] = ("grading", "wait")
# Seconds. Between the first and a minute a deadline's rush is told from a quiet hour.
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)
INFINITE = "+Inf"


@dataclass(frozen=True)
class Histogram:
    """All durations of one kind. buckets: upper bound and how many were no longer; +Inf is last."""

    buckets: tuple[tuple[str, int], ...]
    seconds: float


def note(rows: Session, took: dict[What, float]) -> None:
    """Count durations, in seconds, one of each kind at most.

    To be the last thing of its transaction: others wait for the same rows until it ends. All take
    them in one order, so that no two wait for each other.
    """
    for what in WHATS:
        if what in took:
            _count(rows, what, max(0.0, took[what]))  # a clock may have been put back


def histogram(rows: Session, what: What) -> Histogram:
    """Return what has been counted of a kind."""
    found = rows.execute(
        select(Duration.bound, Duration.count.label("counted"), Duration.seconds).where(
            Duration.what == what
        )
    ).all()
    # Also bounds that an older version counted by.
    bounds = sorted({*(row.bound for row in found), *map(str, BOUNDS), INFINITE}, key=float)
    counts = {row.bound: row.counted for row in found}
    total, buckets = 0, []
    for bound in bounds:
        total += counts.get(bound, 0)
        buckets.append((bound, total))
    return Histogram(tuple(buckets), sum(row.seconds for row in found))


def _count(rows: Session, what: What, seconds: float) -> None:
    place = bisect_left(BOUNDS, seconds)
    bound = str(BOUNDS[place]) if place < len(BOUNDS) else INFINITE
    kind = postgresql if rows.get_bind().dialect.name == "postgresql" else sqlite
    rows.execute(
        kind.insert(Duration)
        .values(what=what, bound=bound, count=1, seconds=seconds)
        .on_conflict_do_update(
            index_elements=["what", "bound"],
            set_={"count": Duration.count + 1, "seconds": Duration.seconds + seconds},
        )
    )

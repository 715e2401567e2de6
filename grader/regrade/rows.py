"""What a regrade comes to, a row per submission: for the terminal, and as CSV."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from grader.pages import csv_text
from grader.regrade.one import Change, Regraded
from grader.report import Report

# In the order in which they are listed.
Fate = Literal[
    "loses",
    "gains",
    "changes",
    "reworded",
    "same",
    "not regraded",
    "refused",
    "no report",
    "no submission",
]
FATES: dict[Fate, str] = {
    "loses": "lose points",
    "gains": "gain points",
    "changes": "change otherwise",
    "reworded": "keep their points and read something else",
    "same": "stay the same",
    "not regraded": "could not be regraded",
    "refused": "refused",
    "no report": "without a report",
    "no submission": "reports without a submission",
}


@dataclass(frozen=True)
class Row:
    """One submission.

    score_before, score_now: None where there is none; open_now: points that a person may still
    give. note: why it was not regraded. graded: the
    tasks that were run.
    """

    id: str
    fate: Fate
    score_before: float | None = None
    score_now: float | None = None
    open_now: float = 0.0
    changes: tuple[Change, ...] = ()
    flickering: tuple[str, ...] = ()
    graded: tuple[str, ...] = ()
    note: str = ""

    @property
    def by(self) -> float | None:
        """The points gained; less than zero if lost, None where a score is missing."""
        if self.score_before is None or self.score_now is None:
            return None
        return round(self.score_now - self.score_before, 2)

    @property
    def why(self) -> tuple[str, ...]:
        """All that can have changed a test of it, in words."""
        return tuple(dict.fromkeys(reason for change in self.changes for reason in change.why))


def row_of(id: str, old: Report, regraded: Regraded) -> Row:
    """Return the row of a submission that was looked at."""
    if regraded.trouble:
        return Row(id, "not regraded", old.score, old.score, note=regraded.trouble)
    new = regraded.report or old
    return Row(
        id=id,
        fate=_fate(old, new, regraded.changes),
        score_before=old.score,
        score_now=new.score,
        open_now=new.pending,
        changes=regraded.changes,
        flickering=regraded.flickering,
        graded=regraded.graded,
    )


def _fate(old: Report, new: Report, changes: tuple[Change, ...]) -> Fate:
    if old.score is not None and new.score is not None and new.score != old.score:
        return "gains" if new.score > old.score else "loses"
    if old.score is None and new.score is not None:
        return "gains"
    if (old.status, old.max_score, old.pending) != (new.status, new.max_score, new.pending):
        return "changes"
    if any(change.is_of_verdict or change.is_of_points for change in changes):
        return "changes"
    return "reworded" if changes else "same"


def counted(rows: Iterable[Row]) -> str:
    """Return in one line how many have which fate."""
    counts = Counter(row.fate for row in rows)
    return ", ".join(f"{counts[fate]} {words}" for fate, words in FATES.items() if counts[fate])


def needs_staff(rows: Iterable[Row]) -> bool:
    """Return whether something would change or waits for a person."""
    return any(row.fate != "same" or row.flickering for row in rows)


HEAD = (
    *("id", "fate", "score_before", "score_now", "by", "open_now", "task", "test"),
    *("verdict_before", "verdict_now", "points_before", "points_now", "why", "note"),
)


def rows_csv(rows: Iterable[Row]) -> str:
    """Return a line per submission and changed test, one at least per submission."""
    table: list[list[str | float | None]] = []
    for row in rows:
        flickers = f"flickering: {', '.join(row.flickering)}" if row.flickering else ""
        note = "; ".join(text for text in (row.note, flickers) if text)
        head = [row.id, row.fate, row.score_before, row.score_now, row.by, row.open_now]
        for change in row.changes:
            of_test = [change.task, change.test, change.was, change.now]
            points = [change.points_before, change.points_now]
            table.append([*head, *of_test, *points, "; ".join(change.why), note])
        if not row.changes:
            table.append([*head, *([None] * 7), note])
    return csv_text(HEAD, table)

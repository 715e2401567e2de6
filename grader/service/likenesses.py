"""Comparisons of a class: asked for, waited for, looked at."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.pages import csv_text
from grader.service import errands, people
from grader.service.anew import Compared
from grader.service.tables import WAITING, Assignment, Errand, Likeness

KIND: errands.Kind = "similar"
HEAD = ("task", "first", "second", "percent of first", "percent of second")


def ask(rows: Session, by: int, assignment: int) -> Errand:
    """Have the attempts that count compared; return the errand, an earlier one if that is not over.

    Asked twice, a class is compared once.
    """
    rows.execute(select(Assignment.id).where(Assignment.id == assignment).with_for_update())
    for earlier in asked_for(rows, assignment):
        if is_at_work(earlier):
            return earlier
    people.note(rows, by, "asked for a comparison", f"assignment {assignment}")
    return errands.ask(rows, KIND, assignment)


def asked_for(rows: Session, assignment: int) -> Sequence[Errand]:
    """Return the comparisons of an assignment, the newest first, whatever became of them."""
    return rows.scalars(
        select(Errand)
        .where(Errand.assignment_id == assignment, Errand.kind == KIND)
        .order_by(Errand.id.desc())
    ).all()


def is_at_work(comparison: Errand) -> bool:
    """Return whether its pairs are still to come."""
    return comparison.state in (WAITING, errands.DOING)


def found_by(rows: Session, comparison: int) -> Compared | None:
    """Return what a comparison has found; None if it has not, or there is none."""
    row = rows.get(Likeness, comparison)
    return None if row is None else msgspec.json.decode(row.found, type=Compared)


def pairs_csv(found: Compared) -> str:
    """Return all pairs as a table."""
    rows: list[list[str | float]] = [
        [pair.task, *pair.owners, *(round(100 * share) for share in pair.shares)]
        for pair in found.pairs
    ]
    return csv_text(HEAD, rows)

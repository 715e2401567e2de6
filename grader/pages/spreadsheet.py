"""summary.csv: the class as rows that a spreadsheet, or a script, can read."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.pages.class_summary import ClassSummary, Row, TaskColumns
from grader.pages.rendering import points, visible

_HEAD = ["id", "students", "status", "score", "max_score", "pending"]
# A spreadsheet runs a cell that begins with one of these, also in their full-width forms. The
# same after a separator: where lists are written with semicolons, `a;=b` is two cells.
_FORMULA = re.compile(r"(^|[;,|] ?)(?=[=+\-@＝＋－＠])")
_MADE_SAFE = re.compile(r"(^|[;,|] ?)'(?=[=+\-@＝＋－＠])")


@dataclass(frozen=True)
class KnownRows:
    """What only the table knows of a class: who is in it, and who was refused and why."""

    ids: frozenset[str]
    refused: tuple[tuple[str, str], ...]

    def has_report(self, id: str) -> bool:
        """Return whether the submission of that id is in the table with its report."""
        return _safe(id) in self.ids


def summary_csv(summary: ClassSummary) -> str:
    """Return one row per submission, by id.

    id, students, status, score, max_score and pending, the points of each task, the verdict of
    each test, notes. A score that is not known is an empty cell, never 0. Cells that a
    spreadsheet would run begin with an apostrophe.
    """
    tasks = summary.tasks()
    tests = [f"{test.task}/{test.id}" for task in tasks for test in task.tests]
    head = [*_HEAD, *(task.id for task in tasks), *tests, "notes"]
    rows = [_row(row, tasks) for row in summary.rows()]
    rows += [
        [_safe(refusal.id), "", "refused", *([""] * (len(head) - 4)), _safe(refusal.reason)]
        for refusal in summary.refusals()
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_safe(name) for name in head)
    writer.writerows(sorted(rows))
    return text.getvalue()


def csv_text(head: Iterable[str], rows: Iterable[Iterable[str | float | None]]) -> str:
    """Return a table of text and numbers, None an empty cell, text such as no spreadsheet runs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_safe(name) for name in head)
    for row in rows:
        writer.writerow(_cell(value) for value in row)
    return text.getvalue()


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return _safe(value)
    return "" if value is None else points(value)


def known_rows(text: str) -> KnownRows:
    """Return who is in a table that `summary_csv` made.

    Raises ValueError naming the column that is missing, or the line that is cut short.
    """
    reader = csv.DictReader(io.StringIO(text))
    ids, refused = set(), []
    for name in ("id", "status", "notes"):
        if name not in (reader.fieldnames or ()):
            raise ValueError(f"no column {name}")
    try:
        for row in reader:
            if None in row.values():
                raise ValueError(f"line {reader.line_num} is cut short")
            if row["status"] == "refused":
                refused.append((_unsafe(row["id"]), _unsafe(row["notes"])))
            else:
                ids.add(row["id"])
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    return KnownRows(frozenset(ids), tuple(refused))


def _row(row: Row, tasks: list[TaskColumns]) -> list[str]:
    scores = {task: points(score) for task, score in row.by_task().items()}
    verdicts = row.by_test()
    return [
        _safe(row.id),
        _safe("; ".join(row.students)),
        row.status,
        "" if row.score is None else points(row.score),
        points(row.max_score),
        points(row.pending),
        *(scores.get(task.id, "") for task in tasks),
        *(verdicts.get((test.task, test.id), "") for task in tasks for test in task.tests),
        _safe("; ".join(row.notes)),
    ]


def _safe(text: str) -> str:
    """Return the text as one line that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1'", " ".join(visible(text).split()))


def _unsafe(text: str) -> str:
    """Return what `_safe` was given, but for blanks and characters that are not seen."""
    return _MADE_SAFE.sub(r"\1", text)

"""summary.csv: the class as rows that a spreadsheet, or a script, can read."""

import csv
import io
import re

from grader.pages.class_summary import ClassSummary, Row, TaskColumns
from grader.pages.rendering import points, visible

_HEAD = ["id", "students", "status", "score", "max_score", "pending"]
# A spreadsheet runs a cell that begins with one of these, also in their full-width forms. The
# same after a separator: where lists are written with semicolons, `a;=b` is two cells.
_FORMULA = re.compile(r"(^|[;,|] ?)(?=[=+\-@＝＋－＠])")


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

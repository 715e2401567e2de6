"""nbgrader: a table of grades with the columns of its own export.

Source: nbgrader/plugins/export.py. Unlike there, a cell that holds a comma is quoted, and who
handed nothing in, or has no final score, has no row in the place of a zero.
"""

from collections.abc import Iterable
from datetime import UTC

from grader.lms.graded import Graded, Settings, Written, final_score, scaled
from grader.lms.roster import Student
from grader.pages import csv_text
from grader.report import Report

HEAD = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def grade_table(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return a row per student with a final score; the assignment is called by our id."""
    rows: list[list[str | float | None]] = []
    for one in graded:
        report = one.report
        score = final_score(report)
        if score is None:
            continue
        found = scaled(score, report.max_score, settings.points)
        maximum = settings.points or report.max_score
        name = settings.column or report.assignment.id
        for student in one.students:
            rows.append(
                [
                    *(name, "", _timestamp(report)),
                    *(student.id, *names(student), student.email),
                    *(found, 0.0, found, maximum),
                ]
            )
    return Written(csv_text(HEAD, rows).encode("utf-8"))


def names(student: Student) -> tuple[str, str]:
    """Return last and first name, parted at a comma, else before the last word."""
    if "," in student.name:
        last, _, first = student.name.partition(",")
    else:
        first, _, last = student.name.strip().rpartition(" ")
    return last.strip(), first.strip()


def _timestamp(report: Report) -> str:
    """Return when the files were last changed, in UTC; empty if unknown."""
    received = report.submission.received
    return "" if received is None else str(received.astimezone(UTC).replace(tzinfo=None))

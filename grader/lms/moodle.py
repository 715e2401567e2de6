"""Moodle: the offline grading worksheet that Moodle itself made, filled in.

Source: Moodle's assignfeedback_offline. It needs Identifier, Grade and Last modified (grade), and
leaves a grade alone that was changed in Moodle after the worksheet was made.
"""

from collections.abc import Iterable
from html import escape

from grader.errors import UsageError
from grader.lms.graded import Graded, Settings, Written, grades
from grader.lms.sheet import check_maximum, needed
from grader.lms.words import in_full
from grader.pages import csv_text
from grader.report import Report

_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
_COMMENTS = "Feedback comments"


def worksheet(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return the worksheet's rows that have a final score, graded and commented.

    A comment that stands there already is kept. Raises UsageError if the roster is no worksheet
    or its maximum is another.
    """
    sheet = needed(settings.sheet, "the grading worksheet that Moodle made")
    places = {title: sheet.column(title) for title in _NEEDED}
    identifier, grade = places["Identifier"], places["Grade"]
    missing = [title for title, place in places.items() if place is None]
    if missing or identifier is None or grade is None:
        there = ", ".join(title.strip() for title in sheet.header)
        raise UsageError(
            f"{sheet.path}: has no column {missing[0]!r}; expected a grading worksheet that Moodle "
            f"made in English; there are: {there}"
        )
    found = grades(graded, settings, _comment)
    comments, most = sheet.column(_COMMENTS), sheet.column("Maximum grade")
    rows: list[list[str | float | None]] = []
    points = dict(found.points)
    for row in sheet.rows:
        own = settings.id_of(row[identifier])
        score = points.pop(own, None)
        if score is None:
            continue
        if most is not None:
            check_maximum(sheet, "Maximum grade", row[most].strip(), found.maximum)
        cells: list[str | float | None] = list(row)
        cells[grade] = score
        if comments is not None and not row[comments].strip():
            cells[comments] = found.comments[own]
        rows.append(cells)
    left_out = (f"{own}: is not in the worksheet" for own in points)
    head = [title.strip() for title in sheet.header]
    return Written(csv_text(head, rows).encode("utf-8"), tuple(left_out))


def _comment(report: Report) -> str:
    """Return the report as HTML, which is what Moodle takes a comment for."""
    return "<br>".join(escape(line) for line in in_full(report).splitlines())

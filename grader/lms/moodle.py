"""Moodle: the offline grading worksheet that Moodle itself made, filled in.

Source: Moodle's assignfeedback_offline. It needs Identifier, Grade and Last modified (grade), and
leaves a grade alone that was changed in Moodle after the worksheet was made. It looks for those
titles in its own language; so all of them stay as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from grader.errors import UsageError
from grader.lms.graded import Graded, Settings, Written, grades
from grader.lms.sheet import Sheet, check_maximum, needed
from grader.lms.words import in_full
from grader.lms.worksheet import recognised
from grader.pages import csv_text
from grader.report import Report

TABLE = "the grading worksheet that Moodle made"
_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
_COMMENTS = "Feedback comments"


@dataclass(frozen=True)
class _Places:
    identifier: int
    grade: int
    maximum: int | None
    comments: int | None
    taken: tuple[str, ...] = ()


def worksheet(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return the worksheet's rows that have a final score, graded and commented.

    A comment that stands there already is kept. Raises UsageError if the roster is no worksheet
    or its maximum is another.
    """
    sheet = needed(settings.sheet, TABLE)
    places = _places(sheet)
    found = grades(graded, settings, _comment)
    rows: list[list[str | float | None]] = []
    points = dict(found.points)
    for row in sheet.rows:
        own = settings.id_of(row[places.identifier])
        score = points.pop(own, None)
        if score is None:
            continue
        if places.maximum is not None:
            title = sheet.header[places.maximum].strip()
            check_maximum(sheet, title, row[places.maximum].strip(), found.maximum)
        cells: list[str | float | None] = list(row)
        cells[places.grade] = score
        if places.comments is not None and not row[places.comments].strip():
            cells[places.comments] = found.comments[own]
        rows.append(cells)
    left_out = (f"{own}: is not in the worksheet" for own in points)
    head = [title.strip() for title in sheet.header]
    return Written(csv_text(head, rows).encode("utf-8"), tuple(left_out), places.taken)


def _places(sheet: Sheet) -> _Places:
    """Return where the columns are: by their titles in English, else by what stands in them.

    Raises UsageError if neither tells.
    """
    identifier, grade, changed = map(sheet.column, _NEEDED)
    if identifier is not None and grade is not None and changed is not None:
        return _Places(identifier, grade, sheet.column("Maximum grade"), sheet.column(_COMMENTS))
    told = recognised(sheet.header, sheet.rows)
    if told is None:
        there = ", ".join(title.strip() for title in sheet.header)
        missing = next(title for title in _NEEDED if sheet.column(title) is None)
        raise UsageError(
            f"{sheet.path}: has no column {missing!r}, nor can another language's be told by what "
            "stands there; expected a grading worksheet that Moodle made, with a maximum grade; "
            f"there are: {there}"
        )
    title = [title.strip() for title in sheet.header]
    comments = "none" if told.comments is None else repr(title[told.comments])
    return _Places(
        *(told.identifier, told.grade, told.maximum, told.comments),
        taken=(
            f"{title[told.identifier]!r} for the identifier, {title[told.grade]!r} for the grade, "
            f"{title[told.maximum]!r} for the maximum, {comments} for comments",
        ),
    )


def _comment(report: Report) -> str:
    """Return the report as HTML, which is what Moodle takes a comment for."""
    return "<br>".join(escape(line) for line in in_full(report).splitlines())

"""Canvas: a grade CSV, made from the gradebook that Canvas itself exported.

Source: canvas-lms, lib/gradebook_importer.rb. It finds a student by ID, an assignment by the id in
its column's title, and makes a new assignment of a title that it does not know; so the title is
never ours.
"""

import re
from collections.abc import Iterable

from grader.errors import UsageError
from grader.lms.graded import Graded, Settings, Written, grades
from grader.lms.sheet import Sheet, check_maximum, needed, the_column
from grader.pages import csv_text

TABLE = "the gradebook that Canvas exported"
# What tells students apart; an option of Canvas's makes two columns of the first.
_OF_STUDENTS = ("Student", "ID", "Section")
_NAMES = (("Student",), ("LastName", "FirstName"), ("Last Name", "First Name"))
_MORE_OF_STUDENTS = ("SIS User ID", "SIS Login ID", "Integration ID", "Root Account")
_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_POINTS_POSSIBLE = "points possible"
# Grades that an import would undo, or that it would not take.
_UNTOUCHED = {
    "EX": "is excused (EX) in Canvas, and stays so",
    "N/A": "does not have this assignment in Canvas (N/A), which would take no score",
}


def gradebook(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return the columns of students and that of the assignment, a row for each final score.

    Rows that are not there, and so their grades, stay as they are in Canvas; so does `EX`.
    Raises UsageError if the roster is no exported gradebook, the column is not there or is read
    only, or the points possible are others.
    """
    sheet = needed(settings.sheet, TABLE)
    names, key, section = _names(sheet), sheet.column("ID"), sheet.column("Section")
    if not names or key is None or section is None:
        raise UsageError(
            f"{sheet.path}: has no columns {', '.join(_OF_STUDENTS)}; expected the gradebook that "
            "Canvas exported"
        )
    found = grades(graded, settings)
    place = _column(sheet, settings.column or found.title)
    second = _second_header(sheet, names[0], place, found.maximum)
    more = [column for title in _MORE_OF_STUDENTS if (column := sheet.column(title)) is not None]
    columns = [*sorted([*names, key, section, *more]), place]
    left_out = []
    rows: list[list[str | float | None]] = []
    if second is not None:
        rows.append([second[column] for column in columns])
    points = dict(found.points)
    for row in sheet.rows:
        student = settings.id_of(row[key])
        score = points.pop(student, None)
        if score is None:
            continue
        why = _UNTOUCHED.get(row[place].strip().upper())
        if why is not None:
            left_out.append(f"{student}: {why}")
            continue
        rows.append([*(row[column] for column in columns[:-1]), score])
    left_out += [f"{student}: is not in the gradebook" for student in points]
    head = [sheet.header[column].strip() for column in columns]
    return Written(csv_text(head, rows).encode("utf-8"), tuple(left_out))


def _names(sheet: Sheet) -> list[int]:
    """Return the places of the name, or of last and first name; none if it is in no column."""
    for titles in _NAMES:
        places = [place for title in titles if (place := sheet.column(title)) is not None]
        if len(places) == len(titles):
            return places
    return []


def _column(sheet: Sheet, wanted: str) -> int:
    """Return the assignment's column, which its title, its id or both may name."""

    def is_it(title: str) -> bool:
        own = _ASSIGNMENT.fullmatch(title)
        return own is not None and wanted.strip() in (title, own["title"].strip(), own["id"])

    known = [title.strip() for title in sheet.header if _ASSIGNMENT.fullmatch(title.strip())]
    return the_column(sheet, wanted, is_it, known)


def _second_header(sheet: Sheet, name: int, place: int, maximum: float) -> tuple[str, ...] | None:
    """Return the row of the points possible, where there is one; it says so in the first column."""
    second = next((row for row in sheet.rows if _is(row[name], _POINTS_POSSIBLE)), None)
    if second is None:
        return None
    possible = second[place].strip()
    if "read only" in possible:
        raise UsageError(
            f"{sheet.path}: {sheet.header[place].strip()!r} is read only in Canvas; name another "
            "with --column"
        )
    check_maximum(sheet, sheet.header[place].strip(), possible, maximum)
    return second


def _is(cell: str, what: str) -> bool:
    return cell.strip().casefold() == what

"""Brightspace: a grade CSV for the item that is meant.

Source: Brightspace's import of grades. Ids carry a leading `#`, as in its exports, so that no
spreadsheet takes away their zeros; every row ends with one.
"""

import re
from collections.abc import Iterable

from grader.errors import UsageError
from grader.lms.graded import Graded, Settings, Written, grades
from grader.lms.sheet import Sheet, check_maximum, needed, the_column
from grader.pages import csv_text

TABLE = "the grades that Brightspace exported"
_OF_STUDENTS = ("OrgDefinedId", "Username")
_ENDING = " Points Grade"
_ITEM = re.compile(rf"(?P<title>.*){_ENDING}(?: *<(?P<about>.*)>)?", re.DOTALL)
_MAXIMUM = re.compile(r"MaxPoints:([\d.,]+)")
_END = "End-of-Line Indicator"


def grade_file(graded: Iterable[Graded], settings: Settings) -> Written:
    """Return a row for each final score; who has none is left as in Brightspace.

    Raises UsageError if the roster has no column of ids as Brightspace writes them, or has other
    items than this one, or if the item's maximum is another.
    """
    sheet = needed(settings.sheet, TABLE)
    columns = [place for title in _OF_STUDENTS if (place := sheet.column(title)) is not None]
    if not columns:
        raise UsageError(
            f"{sheet.path}: has no column OrgDefinedId or Username; expected the grades that "
            "Brightspace exported"
        )
    found = grades(graded, settings)
    title = _title(sheet, settings.column or found.title, found.maximum)
    rows: list[list[str | float | None]] = []
    points = dict(found.points)
    for row in sheet.rows:
        score = points.pop(settings.id_of(row[columns[0]].strip().removeprefix("#")), None)
        if score is not None:
            rows.append([*(_hashed(row[place]) for place in columns), score, "#"])
    left_out = (f"{own}: is not in the grades" for own in points)
    head = [*(sheet.header[place].strip() for place in columns), title, _END]
    return Written(csv_text(head, rows).encode("utf-8"), tuple(left_out))


def _title(sheet: Sheet, wanted: str, maximum: float) -> str:
    """Return the title of the item's column: one of those there are, if there are any."""
    known = {title.strip(): _ITEM.fullmatch(title.strip()) for title in sheet.header}
    items = {title: own["title"].strip() for title, own in known.items() if own is not None}
    name = wanted.strip().removesuffix(_ENDING)
    if not items:
        return f"{name}{_ENDING}"
    place = the_column(sheet, name, lambda title: items.get(title) == name, items.values())
    title = sheet.header[place].strip()
    of_maximum = _MAXIMUM.search(title)
    if of_maximum is not None:
        check_maximum(sheet, name, of_maximum[1], maximum)
    return title


def _hashed(cell: str) -> str:
    own = cell.strip()
    return own if own.startswith("#") or not own else f"#{own}"

"""A table that a system exported, to be filled in and handed back: its header and its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.lms.roster import rows_of, text_of

MAX_NAMED = 12


@dataclass(frozen=True)
class Sheet:
    """The cells of a CSV as they stand there; a row that is too short is filled with empty ones."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, *titles: str) -> int | None:
        """Return the place of the first of these columns that there is; None if there is none."""
        places = {title.strip().casefold(): place for place, title in enumerate(self.header)}
        return next((places[title] for title in map(str.casefold, titles) if title in places), None)


def read(path: Path) -> Sheet:
    """Return the table in a CSV file; raises UsageError if it is none."""
    table = [tuple(cells) for _, cells in rows_of(path, text_of(path))]
    if not table:
        raise UsageError(f"{path}: is empty; expected a CSV with a header")
    header, *rows = table
    width = len(header)
    return Sheet(
        path, header, tuple(row[:width] + ("",) * (width - len(row)) for row in rows if any(row))
    )


def needed(sheet: Sheet | None, what: str) -> Sheet:
    """Return the sheet; raises UsageError naming what is expected if there is none."""
    if sheet is None:
        raise UsageError(f"there is no --roster; expected {what}")
    return sheet


def the_column(
    sheet: Sheet, wanted: str, is_it: Callable[[str], bool], known: Iterable[str]
) -> int:
    """Return the place of the one column that is meant.

    Raises UsageError naming those there are if none is, or those that are if several are.
    """
    places = [place for place, title in enumerate(sheet.header) if is_it(title.strip())]
    if len(places) == 1:
        return places[0]
    if places:
        found = _named(sheet.header[place].strip() for place in places)
        raise UsageError(f"{sheet.path}: {wanted!r} may be {found}; name one with --column")
    there = _named(known) or "none"
    raise UsageError(
        f"{sheet.path}: no column for the assignment {wanted!r}; there are: {there}. "
        "Name one with --column"
    )


def check_maximum(sheet: Sheet, title: str, found: str, maximum: float) -> None:
    """Raise UsageError if the system counts another number of points as full."""
    try:
        there = float(found.replace(",", "."))
    except ValueError:
        return
    if there != maximum:
        raise UsageError(
            f"{sheet.path}: {title!r} has {there:g} points, the reports {maximum:g}; expected the "
            f"same, or --points {there:g}, which scales every score"
        )


def _named(titles: Iterable[str]) -> str:
    every = [repr(title) for title in titles]
    more = len(every) - MAX_NAMED
    return ", ".join(every[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")

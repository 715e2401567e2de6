"""Moodle's grading worksheet in any language: its columns, told by what stands in them.

Source: moodle, mod/assign/gradingtable.php. The columns follow each other always so: a word and a
participant's number, the name, the grade, the most there is, …, two times of change, comments.
Their titles are Moodle's in the language of whoever downloaded it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Bounded, since a cell may be as long as what a student typed.
_PARTICIPANT = re.compile(r"(?P<word>\D{1,60}?) ?(?P<number>\d{1,20})")
_CHANGED = re.compile(r"[^(（]{1,100}[(（].{1,100}[)）]", re.DOTALL)  # Last modified (grade)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class Worksheet:
    """The places of its columns; None for what it has not, or what cannot be told."""

    identifier: int
    grade: int
    maximum: int
    name: int | None = None
    email: int | None = None
    comments: int | None = None


def recognised(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Worksheet | None:
    """Return the columns of a worksheet, None if it is none or leaves a doubt."""
    width = len(header)
    columns = [
        [row[place].strip() if place < len(row) else "" for row in rows] for place in range(width)
    ]
    identifier = next((place for place in range(width) if _are_participants(columns[place])), None)
    if identifier is None:
        return None
    maxima = [
        place
        for place in range(identifier + 2, width)
        if _is_maximum(columns[place]) and _are_grades(columns[place - 1], columns[place][0])
    ]
    changed = [place for place in range(width) if _CHANGED.fullmatch(header[place].strip())]
    if len(maxima) != 1 or not changed or changed[-1] < maxima[0]:
        return None
    # Behind the identifier: the name, unless marking is blind, and a state in any case.
    between = range(identifier + 1, maxima[0] - 2)
    return Worksheet(
        identifier=identifier,
        grade=maxima[0] - 1,
        maximum=maxima[0],
        name=next((place for place in between[:1] if _are_names(columns[place])), None),
        email=next((place for place in between if _are_mails(columns[place])), None),
        comments=changed[-1] + 1 if changed[-1] + 2 == width else None,
    )


def number(cell: str) -> str:
    """Return the participant's number that a cell says, "" if none."""
    match = _PARTICIPANT.fullmatch(cell.strip())
    return match["number"] if match else ""


def _are_participants(cells: Sequence[str]) -> bool:
    found = [_PARTICIPANT.fullmatch(cell) for cell in cells]
    known = [match for match in found if match is not None]
    numbers = {match["number"] for match in known}
    words = {match["word"] for match in known}
    is_word = all(any(map(str.isalpha, word)) for word in words)
    return len(numbers) == len(cells) > 0 and len(words) == 1 and is_word


def _is_maximum(cells: Sequence[str]) -> bool:
    value = _value(cells[0])
    return value is not None and value > 0 and len(set(cells)) == 1


def _are_grades(cells: Sequence[str], most: str) -> bool:
    values = [_value(cell) for cell in cells if cell]
    return all(value is not None and 0 <= value <= (_value(most) or 0) for value in values)


def _are_names(cells: Sequence[str]) -> bool:
    """Return whether each has its own, and none is an address: a state would repeat itself."""
    return all(cells) and len(set(cells)) == len(cells) > 1 and not any("@" in c for c in cells)


def _are_mails(cells: Sequence[str]) -> bool:
    return any(cells) and all(_MAIL.fullmatch(cell) for cell in cells if cell)


def _value(cell: str) -> float | None:
    own = cell.replace(",", ".")
    return float(own) if re.fullmatch(r"\d{1,12}(\.\d{1,12})?", own) else None

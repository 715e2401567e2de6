"""The roster: who is in the class, from a CSV as the course's own system writes one.

Columns are known by their names, as Canvas, Moodle, Brightspace, Gradescope, PrairieLearn and
nbgrader write them; Moodle's worksheet in another language by what stands in them. All cells stay
text, so that ids keep their leading zeros.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.errors import UsageError
from grader.lms import worksheet

MAX_BYTES = 16 * 1024 * 1024
MAX_STUDENTS = 100_000
MAX_LISTED = 12

_PARTICIPANT = "a participant's number"  # no title: told by what stands in a column
# By preference: Canvas names a submission's files after its own ID, not after the SIS's.
_IDS = (
    *("student id", "orgdefinedid", "id number", "id", "sid", "sis user id", "sis id"),
    *("lms user id", "identifier", "integration id", _PARTICIPANT),
)
_LOGINS = ("sis login id", "login id", "login", "username", "user name", "uid")
_EMAILS = ("email address", "email", "e mail address", "e mail", "mail")
_NAMES = ("full name", "name", "student", "student name", "display name")
_FIRST_NAMES = ("first name", "firstname", "given name")
_LAST_NAMES = ("last name", "lastname", "surname", "family name")
_SECTIONS = ("section", "sections")
_KNOWN = {*_IDS, *_LOGINS, *_EMAILS, *_NAMES, *_FIRST_NAMES, *_LAST_NAMES, *_SECTIONS}
_CANVAS_NAMES = {"student", "lastname", "last name"}
_HASHED = ("orgdefinedid", "username")  # Brightspace writes `#` before them
_DELIMITERS = ",;\t"
_EXPECTED = "expected a CSV with a header and a column of ids, such as student_id, ID or Username"


@dataclass(frozen=True)
class Student:
    """One student. further_ids: of other columns of ids: the SIS's, a participant's number."""

    id: str
    name: str = ""
    email: str = ""
    login: str = ""
    section: str = ""
    further_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the order of the file."""

    students: tuple[Student, ...]

    def find(self, text: str) -> Student | None:
        """Return who has exactly this id, further id, login or email, looked for in this order.

        What two students share in one of them names nobody.
        """
        return self._by_text.get(_clean(text))

    @cached_property
    def _by_text(self) -> dict[str, Student]:
        kinds: tuple[Callable[[Student], Sequence[str]], ...] = (
            lambda student: (student.id,),
            lambda student: student.further_ids,
            lambda student: (student.login,),
            lambda student: (student.email,),
        )
        found: dict[str, Student] = {}
        for own in kinds:
            of_kind = [(text, one) for one in self.students for text in set(own(one)) if text]
            count = Counter(text for text, _ in of_kind)
            for text, student in of_kind:
                if count[text] == 1:
                    found.setdefault(text, student)
        return found


def read(path: Path) -> Roster:
    """Return the roster in a CSV file.

    Raises UsageError if it cannot be read, is no CSV, has no column of ids, a row without an id,
    or two students with one id.
    """
    return of_text(path, text_of(path))


def of_text(path: Path, text: str) -> Roster:
    """Return the roster in a CSV file's text; raises UsageError as `read` does, naming the path."""
    rows = rows_of(path, text)
    first, header = next(rows, (1, []))
    columns = [_key(title) for title in header]
    twice = [title for title, count in Counter(columns).items() if count > 1 and title in _KNOWN]
    if twice:
        raise UsageError(f"{path}: has two columns {twice[0]!r}; expected every column once")
    body: list[tuple[int, list[str]]] = []
    for line, row in rows:
        if len(row) > len(columns) and any(map(_clean, row[len(columns) :])):
            raise UsageError(
                f"{path}: line {line} has {len(row)} cells, its header {len(columns)}; expected "
                "quotes around a cell that holds a comma"
            )
        if any(map(_clean, row)):
            body.append((line, row[: len(columns)]))
        if len(body) > MAX_STUDENTS:
            raise UsageError(f"{path}: has more than {MAX_STUDENTS} rows; expected one class")
    sheet = worksheet.recognised(header, [row for _, row in body])
    if sheet is not None:
        columns = _told_by_content(columns, sheet)
    if not {*_IDS, *_LOGINS} & set(columns):
        found = ", ".join(title.strip() for title in header[:MAX_LISTED])
        raise UsageError(f"{path}: line {first}: columns are {_shown(found, 300)}; {_EXPECTED}")
    table = []
    for line, row in body:
        cells = {title: _cell(title, text) for title, text in zip(columns, row, strict=False)}
        if sheet is not None:  # as a download of its submissions calls the participant
            cells[_PARTICIPANT] = f"Participant {worksheet.number(row[sheet.identifier])}"
        if not _is_second_header(cells):
            table.append((line, cells))
    return Roster(tuple(_students(path, columns, table)))


def _told_by_content(columns: Sequence[str], sheet: worksheet.Worksheet) -> list[str]:
    """Return the titles, those of a worksheet that are in another language in English."""
    found = list(columns)
    for titles, place in ((_NAMES, sheet.name), (_EMAILS, sheet.email)):
        if place is not None and found[place] not in _KNOWN and not {*titles} & set(found):
            found[place] = titles[0]
    if found[sheet.identifier] not in _KNOWN and "identifier" not in found:
        found[sheet.identifier] = "identifier"
    return found


def _students(
    path: Path, columns: Sequence[str], table: Sequence[tuple[int, dict[str, str]]]
) -> Iterator[Student]:
    """Yield the students; the id is of the first column of ids that has any."""
    present = [title for title in (*_IDS, *_LOGINS) if title in columns]
    filled = [title for title in present if any(cells.get(title) for _, cells in table)]
    id_column = (filled or present)[0]
    lines: dict[str, int] = {}
    for line, cells in table:
        own = cells.get(id_column, "")
        if not own:
            raise UsageError(
                f"{path}: line {line} has no {id_column!r}; expected an id for every student"
            )
        if own in lines:
            raise UsageError(
                f"{path}: lines {lines[own]} and {line} have the same {id_column!r}, "
                f"{_shown(own)}; expected one line for each student"
            )
        lines[own] = line
        further = (cells.get(title, "") for title in _IDS if title != id_column)
        yield Student(
            id=own,
            name=_first(cells, _NAMES) or _joined(cells),
            email=_first(cells, _EMAILS),
            login=_first(cells, _LOGINS),
            section=_first(cells, _SECTIONS),
            further_ids=tuple(dict.fromkeys(text for text in further if text and text != own)),
        )


def text_of(path: Path) -> str:
    """Return the text of a CSV file; raises UsageError if it is too large or no text."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); {_EXPECTED}") from error
    return decoded(path, data)


def decoded(path: Path, data: bytes) -> str:
    """Return the text of a CSV file's bytes; raises UsageError if it is too large or no text."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_BYTES >> 20} MiB; {_EXPECTED}")
    # What Excel calls Unicode text is UTF-16.
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path}: is not text in UTF-8 (byte {error.start}); save it as CSV in UTF-8"
        ) from error
    if "\0" in text:
        raise UsageError(f"{path}: holds NUL bytes, so it is no CSV; {_EXPECTED}")
    return text


def rows_of(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line and cells of the rows; raises UsageError where it is no CSV."""
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and re.fullmatch(r"sep=.\s*", lines[0]) else 0  # Excel's own mark
    try:
        delimiter = _delimiter("".join(lines[skipped:]))
        reader = csv.reader(io.StringIO("".join(lines[skipped:])), delimiter=delimiter, strict=True)
        for row in reader:
            yield reader.line_num + skipped, row
    except csv.Error as error:
        raise UsageError(f"{path}: is no CSV ({error}); {_EXPECTED}") from error


def _delimiter(text: str) -> str:
    """Return the delimiter that parts the first row into the most cells."""

    def cells(delimiter: str) -> int:
        return len(next(csv.reader(io.StringIO(text), delimiter=delimiter), []))

    return max(_DELIMITERS, key=cells)


def _key(title: str) -> str:
    return " ".join(re.split(r"[\s_-]+", _clean(title).casefold())).strip()


def _cell(title: str, text: str) -> str:
    own = _clean(text)
    return own.removeprefix("#") if title in _HASHED else own


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _is_second_header(cells: dict[str, str]) -> bool:
    """Return whether a row of a Canvas gradebook is no student: points possible, muted."""
    if cells.get("id") or not _CANVAS_NAMES & cells.keys():
        return False
    is_empty = not any(cells.get(title) for title in _KNOWN)
    return is_empty or any(cells.get(title) == "Points Possible" for title in _CANVAS_NAMES)


def _first(cells: dict[str, str], titles: Sequence[str]) -> str:
    return next((cells[title] for title in titles if cells.get(title)), "")


def _joined(cells: dict[str, str]) -> str:
    return f"{_first(cells, _FIRST_NAMES)} {_first(cells, _LAST_NAMES)}".strip()


def _shown(text: str, most: int = 80) -> str:
    return repr(text if len(text) <= most else text[:most] + "…")

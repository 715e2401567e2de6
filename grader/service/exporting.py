"""The scores of a class, as `grader.lms` writes them for other systems: one report a student."""

import io
import math
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import UsageError
from grader.lms import FORMATS, PerClass, PerSubmission, roster, sheet
from grader.lms.graded import Graded, Settings, assigned, check, once_each, why_not_final
from grader.lms.roster import Roster
from grader.lms.sheet import Sheet
from grader.report import Report
from grader.scoring import rounded
from grader.service.extensions import policies_of
from grader.service.handed_in import own_id
from grader.service.policies import counted_score, why_total
from grader.service.standing import reports_of, shown_in
from grader.service.tables import Assignment, Membership, Person

EPOCH = (1980, 1, 1, 0, 0, 0)  # of files in a zip: the same scores are the same bytes


@dataclass(frozen=True)
class Class:
    """The reports of the attempts that count, as students read them, and who has no final score.

    The score of each is what it counts as: after what being late costs and staff adjust; where that
    is another than was graded, its notes say why.
    """

    reports: tuple[Report, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class Exported:
    """A file to download. left_out: who is not in it, or without a score, a sentence each."""

    name: str
    content: bytes
    left_out: tuple[str, ...]


class LeftOut(UsageError):
    """Not everybody is in the file with a final score. names: who, a sentence each."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(
            "Not everybody is in it with a final score. Say that you know, and export again."
        )
        self.names = names


@dataclass(frozen=True)
class Told:
    """What an export is told besides the class; see `lms.graded.Settings`."""

    column: str = ""
    points: float | None = None
    roster: Roster | None = None
    sheet: Sheet | None = None


def told(column: str, points: str, table: bytes | None) -> Told:
    """Return what a form or a program says; raises UsageError if that makes no sense.

    table: a roster as CSV, or what the other system exported; None if there is none.
    """
    try:
        full = float(points) if points.strip() else None
    except ValueError:
        full = math.nan
    if full is not None and not 0 < full < math.inf:
        raise UsageError(f"A full score: found {points[:40]!r}; expected a positive number.")
    if table is None:
        return Told(column.strip(), full)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"  # never the name that was sent
        path.write_bytes(table)
        try:
            return Told(column.strip(), full, roster.read(path), sheet.read(path))
        except UsageError as error:
            raise UsageError(str(error).replace(str(path), "The table")) from error


def class_of(rows: Session, given: Assignment) -> Class:
    """Return the class of an assignment; six queries."""
    policies = policies_of(rows, given)
    shown = shown_in(rows, given)
    reports = reports_of(rows, [one.id for one in shown.values()])
    students = rows.execute(
        select(Person.id, Person.login)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.course_id == given.course_id, Membership.role == "student")
        .order_by(Person.login)
    ).all()
    login_of = {row.id: row.login for row in students}
    kept, still_open = [], []
    for person, attempt in shown.items():
        if person not in login_of:
            continue  # staff, trying it out
        login = login_of[person]
        report = reports.get(attempt.id)
        if report is None:
            still_open.append(f"{login}: no report yet, or a grader's failure")
            continue
        try:
            check(report)
        except UsageError as error:
            still_open.append(str(error))
            continue
        points = counted_score(policies.of(person), attempt)
        named = {"id": own_id(login, attempt.number), "students": [login]}
        # The tasks no longer sum up to the score then, so it says why.
        why = [*report.submission.notes, *why_total(policies.of(person), attempt)]
        own = report.submission.model_copy(update={**named, "notes": why})
        score = None if points is None else rounded(points)
        report = report.model_copy(update={"score": score, "submission": own})
        reason = why_not_final(report)
        still_open += [f"{login}: {reason}"] if reason else []
        kept.append(report)
    still_open += [f"{login}: no submission" for id, login in students if id not in shown]
    return Class(tuple(kept), tuple(still_open))


def exported(
    found: Class, assignment: str, name: str, told: Told, *, without: bool = False
) -> Exported:
    """Return the file of a format; raises UsageError as the format does, or if there is none.

    without: whoever asks knows that some are left out, or without a final score. Raises LeftOut if
    some are, and that is not so.
    """
    try:
        file = _exported(found, assignment, name, told)
    except UsageError as error:
        # In words of the command line, where these are options.
        raise UsageError(str(error).replace("--", "")) from error
    if file.left_out and not without:
        raise LeftOut(file.left_out)
    return file


def _exported(found: Class, assignment: str, name: str, told: Told) -> Exported:
    chosen = FORMATS.get(name)
    if chosen is None:
        raise UsageError("Choose a format.")
    for option, value in (("column", told.column), ("points", told.points)):
        if value and option not in chosen.options:
            raise UsageError(f"{name} knows no {option}; leave it empty.")
    settings = Settings(
        now=datetime.now(UTC),
        column=told.column,
        points=told.points,
        roster=told.roster,
        sheet=told.sheet,
    )
    graded = list(assigned(found.reports, told.roster))
    unknown = [f"{text}: not in the roster" for one in graded for text in one.unknown]
    if chosen.by_student:
        graded = list(once_each(graded))
    if isinstance(chosen, PerClass):
        written = chosen.file(graded, settings)
        ending = "xlsx" if name == "xlsx" else "csv"
        return Exported(
            f"{assignment}-{name}.{ending}",
            written.content,
            (*found.open, *unknown, *written.left_out),
        )
    content = _zipped(_files(chosen, graded, settings))
    return Exported(f"{assignment}-{name}.zip", content, (*found.open, *unknown))


def _files(
    chosen: PerSubmission, graded: Sequence[Graded], settings: Settings
) -> Iterator[tuple[str, bytes]]:
    """Yield name and content; several files of one submission are numbered behind a `~`."""
    for one in graded:
        files = chosen.files(one, settings)
        for number, content in enumerate(files, 1):
            mark = f"~{number}" if len(files) > 1 else ""
            yield f"{one.report.submission.id}{mark}{chosen.ending}", content


def _zipped(files: Iterator[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()

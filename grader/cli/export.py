"""`grader export`: scores, into another system."""

import math
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import click

from grader import batch
from grader.cli.options import reports_option
from grader.cli.show import plain, show_missing
from grader.errors import UsageError
from grader.lms import FORMATS, PerClass, PerSubmission, roster, sheet
from grader.lms.graded import Graded, Settings, assigned, check, once_each, why_not_final
from grader.report import Report, read, student_view, write_atomically
from grader.submission import id_of

MOST_LISTED = 100  # of students without a submission; `csv` and `xlsx` have them all
View = Literal["student", "staff"]


@dataclass
class _Told:
    """What is said at the end; filled while reading.

    left_out: who is not exported at all, and why. open: whose score is not final. taken: columns
    that were told by what stands in them.
    """

    reports: int = 0
    students: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)


@click.command()
@click.argument("name", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@reports_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write; of a format per submission, the folder to make.",
)
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of the class with ids and names; for canvas, moodle and brightspace the table that "
    "the system itself exported.",
)
@click.option(
    "--view",
    type=click.Choice(["student", "staff"]),
    default="student",
    show_default=True,
    help="Staff's view only where no student reads what it becomes.",
)
@click.option(
    "--column",
    default="",
    help="What the system calls the assignment.  [default: its title here]",
)
@click.option(
    "--points", type=float, help="What a full score is there; scales all.  [default: as here]"
)
def export(
    name: str,
    reports: Path,
    out: Path,
    roster_file: Path | None,
    view: View,
    column: str,
    points: float | None,
) -> None:
    """Write the scores of a batch as another system reads them.

    Only final scores are written. What waits for a person, or has no score by a fault of the
    grader, is told to the system in its own way or left out, and listed here: exit code 1.

    \b
    One file for the class:
      canvas, moodle, brightspace, nbgrader    grade CSV
      csv, xlsx                                table, also of who handed nothing in
    One file per submission, in a folder:
      gradescope, prairielearn                 results.json
      lti-ags                                  score of LTI 1.3, one per student
      autolab, xqueue, coursera                last lines, reply, feedback.json
      junit, ctrf                              test reports
      html, markdown, json                     for people and scripts

    \b
    grader export canvas --reports results/ --roster gradebook.csv --out grades.csv
    grader export html --reports results/ --out for_students/
    """
    chosen = FORMATS[name]
    if view == "staff" and not chosen.for_staff:
        raise UsageError(f"{name}: students read what becomes of it; expected --view student")
    for option, value in (("column", column), ("points", points)):
        if value and option not in chosen.options:
            raise UsageError(f"{name}: knows no --{option}; leave it out")
    if points is not None and not 0 < points < math.inf:
        raise UsageError(f"--points is {points}; expected a positive number")
    folder = batch.folder_of(reports)
    _check_out(out, folder, roster_file, chosen)
    settings = Settings(now=datetime.now(UTC), column=column, points=points)
    if roster_file is not None:
        own = roster.read(roster_file)
        settings = replace(settings, roster=own, sheet=sheet.read(roster_file))
    told = _Told()
    settings = replace(settings, refused=_refused(folder, settings, told))
    graded = _graded(folder, settings, view, told)
    if chosen.by_student:
        graded = once_each(graded)
    if isinstance(chosen, PerClass):
        written = chosen.file(graded, settings)
        told.left_out += written.left_out
        told.taken += written.taken
        write_atomically(out, written.content)
    else:
        _write_folder(out, chosen, graded, settings, told)
    _say(out, settings, told)
    sys.exit(1 if told.left_out or told.open else 0)


def _check_out(
    out: Path, folder: Path, roster_file: Path | None, chosen: PerSubmission | PerClass
) -> None:
    """Raise UsageError if writing there would fail, or take away what the export is made of."""
    place = out.resolve()
    inputs = {folder / batch.SUMMARY, folder / batch.INDEX, *([roster_file] if roster_file else [])}
    if (
        place in {path.resolve() for path in inputs}
        or place.parent == folder.resolve() / batch.REPORTS
    ):
        raise UsageError(f"{out}: the export is made from it; name another")
    if not place.parent.is_dir():
        raise UsageError(f"{out}: its folder does not exist; expected one to write to")
    if isinstance(chosen, PerSubmission) and out.exists():
        if not out.is_dir():
            raise UsageError(f"{out}: is a file; expected a folder, for a file per submission")
        if any(out.iterdir()):
            raise UsageError(f"{out}: holds files already; name another folder, or remove it")


def _refused(folder: Path, settings: Settings, told: _Told) -> frozenset[str]:
    """Tell which submissions were refused, and return the ids of their students."""
    known = batch.known_class(folder)
    found = set()
    for entry, reason in known.refused if known is not None else ():
        told.left_out.append(f"refused: {reason}")
        # An entry's name, with or without its ending.
        for text in (entry, id_of(Path(entry)), Path(entry).stem):
            one = settings.roster.find(text) if settings.roster is not None else None
            if one is not None:
                found.add(one.id)
                break
    return frozenset(found)


def _graded(folder: Path, settings: Settings, view: View, told: _Told) -> Iterator[Graded]:
    """Yield the class, each submission with its students; tell who is not in the roster."""
    for one in assigned(_reports(folder, view, told), settings.roster):
        told.reports += 1
        told.students |= {student.id for student in one.students}
        own, reason = one.report.submission.id, why_not_final(one.report)
        told.open += [f"{own}: {reason}"] if reason else []
        told.left_out += [
            f"{own}: not in the roster" + (f" ({text})" if text != own else "")
            for text in one.unknown
        ]
        yield one


def _reports(folder: Path, view: View, told: _Told) -> Iterator[Report]:
    """Yield the reports of the class as their readers may see them.

    Raises UsageError if one cannot be read, may not leave, or is a student's copy where staff's
    view is asked for.
    """
    known = batch.known_class(folder)
    for path in batch.report_paths(folder):
        report = read(path)
        check(report)
        own = report.submission.id
        if known is not None and not known.has_report(own):
            told.left_out.append(f"{own}: its submission was gone in the last batch")
            continue
        if view == "student":
            report = student_view(report)
        elif any(test.staff is None for task in report.tasks for test in task.tests):
            raise UsageError(f"{path}: is a student's copy; expected a report in staff's view")
        yield report


def _write_folder(
    out: Path, chosen: PerSubmission, graded: Iterator[Graded], settings: Settings, told: _Told
) -> None:
    """Write a file per submission into a new folder, which appears with all of them or not at all.

    Several files of one submission are numbered behind a `~`, which no id has.
    """
    half = out.resolve().with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        half.mkdir()
        for one in graded:
            own = one.report.submission.id
            files = chosen.files(one, settings)
            for number, content in enumerate(files, 1):
                mark = f"~{number}" if len(files) > 1 else ""
                (half / f"{own}{mark}{chosen.ending}").write_bytes(content)
        half.rename(out.resolve())
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _say(out: Path, settings: Settings, told: _Told) -> None:
    """Print what was written, who was left out, and who handed nothing in."""
    students = settings.roster.students if settings.roster is not None else ()
    absent = [
        own for own in students if own.id not in told.students and own.id not in settings.refused
    ]
    counts = f"{len(told.open)} without a final score, {len(told.left_out)} left out"
    click.echo(f"{told.reports} submissions, {counts}: {out}")
    said = (("columns taken", told.taken), ("not final", told.open), ("left out", told.left_out))
    for word, lines in said:
        for line in lines:
            click.echo(f"{word}: {plain(line)}")
    if settings.roster is not None:
        show_missing(absent, len(students), MOST_LISTED)

"""Inside a system's container: one submission graded, and the system told so in its own way.

A fault of ours is never a zero: no result is written, and the exit code is not 0, which every
system knows as a grader that failed.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from grader import grade as line
from grader.assignment import Assignment, load
from grader.errors import SubmissionError, UsageError
from grader.judge.conditions import Conditions
from grader.lms.graded import Graded, Settings, assigned, check, why_not_final
from grader.lms.people import markdown
from grader.report import Report, student_view, write_atomically
from grader.sandbox.backends import Choice
from grader.submission import Submission

# What is the most that can be had: containers of other systems allow this or that.
WALLS = Choice(backend="strongest")
Export = Callable[[Graded, Settings], list[bytes]]


@dataclass(frozen=True)
class Place:
    """Where a system's container has what. whose: the system, as messages name it.

    result: where the system looks for what came out; None means on the standard output.
    """

    whose: str
    course: Path
    submission: Path
    result: Path | None


def run(
    place: Place,
    export: Export,
    refusal: Callable[[Assignment, str], bytes],
    *,
    staff_reads_output: bool = False,
) -> int:
    """Grade what lies at a place, give the system its result, and return the exit code.

    export: the result of a report. refusal: the result of a submission that cannot be taken in,
    given the reason. staff_reads_output: and nobody else does.

    Raises UsageError outside of the system's container, SandboxError if no wall goes up; then
    there is no result.
    """
    assignment = packed_assignment(place)
    present(place)
    _remove_result(place)
    try:
        submission = line.take_in(assignment, place.submission)
    except SubmissionError as error:
        _put(place, refusal(assignment, str(error)))
        return 0
    try:
        report = judged(assignment, submission)
    finally:
        _remove_result(place)  # what is there is not ours, and would count if we said nothing
    say_walls(report)
    if staff_reads_output:
        click.echo(for_staff(report))
    result = exported(report, export)
    if result is None:
        click.echo(f"grader: no result: {why_not_final(report)}", err=True)
        return 1
    _put(place, result)
    return 0


def packed_assignment(place: Place) -> Assignment:
    """Return the assignment that was packed, which nobody but this user can read any more.

    Raises UsageError where there is none.
    """
    if not (place.course / "assignments").is_dir():
        raise UsageError(_missing(place.course, place.whose))
    with contextlib.suppress(OSError):  # another's; whether it can be read, the walls try out
        place.course.chmod(0o700)
    names = sorted(path.name for path in (place.course / "assignments").iterdir())
    if len(names) != 1:
        raise UsageError(f"{place.course}: holds {len(names)} assignments; expected one")
    return load(names[0], place.course)


def present(place: Place) -> Path:
    """Return where the submission lies; raises UsageError if nothing does."""
    if not place.submission.exists():
        raise UsageError(_missing(place.submission, place.whose))
    return place.submission


def judged(
    assignment: Assignment, submission: Submission, tasks: frozenset[str] = frozenset()
) -> Report:
    """Return the report of a submission, of these tasks or all, graded behind walls."""
    with line.opened(assignment.id, assignment.course, WALLS) as grader:
        report = line.grade(grader, submission, conditions=Conditions(tasks=tasks))
    check(report)
    return report


def exported(report: Report, export: Export) -> bytes | None:
    """Return what a system gets of a report, as students may see it; None if it has no word."""
    [graded] = assigned([student_view(report)], None)
    files = export(graded, Settings(now=datetime.now(UTC)))
    return files[0] if files else None


def for_staff(report: Report) -> str:
    """Return the report in full, as Markdown."""
    [graded] = assigned([report], None)
    return markdown(graded, Settings(now=datetime.now(UTC)))[0].decode("utf-8")


def walls_of(report: Report) -> str:
    """Return in one line what stood between the student's code and the container."""
    own = report.environment.sandbox
    return f"Walls: level {own.level}, {own.backend}: {', '.join(own.walls)}"


def say_walls(report: Report) -> None:
    """Print what stood; on the standard error, as a system may read the other output."""
    click.echo(walls_of(report), err=True)


def _remove_result(place: Place) -> None:
    if place.result is not None:
        place.result.unlink(missing_ok=True)


def _put(place: Place, result: bytes) -> None:
    if place.result is None:
        click.echo(result, nl=False)
        return
    place.result.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(place.result, result)


def _missing(path: Path, whose: str) -> str:
    return f"{path}: missing; expected to run in a container of {whose}"

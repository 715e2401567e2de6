"""What is exported: reports as their readers may see them, whose they are, and final points.

A score counts here only if it is final. What waits for a person, or for a fault of the grader to
be mended, has none: each system is told so in its own way, or told nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from grader.errors import UsageError
from grader.lms.roster import Roster, Student
from grader.lms.sheet import Sheet
from grader.report import Report


@dataclass(frozen=True)
class Settings:
    """What an export is told besides the reports.

    now: what counts as the time of the export, UTC. column: which assignment of the system is
    meant; empty for the one with our title. points: what a full score is there; None: as here.
    refused: ids of students whose submission could not be taken in.
    """

    now: datetime
    column: str = ""
    points: float | None = None
    roster: Roster | None = None
    sheet: Sheet | None = None
    refused: frozenset[str] = frozenset()

    def id_of(self, text: str) -> str:
        """Return the roster's id of the student whom a cell of the sheet names; "" if of nobody."""
        student = self.roster.find(text) if self.roster is not None else None
        return "" if student is None else student.id


@dataclass(frozen=True)
class Graded:
    """A report and its students, as the roster knows them; without one, as the report does.

    unknown: what the report calls those who are not in the roster.
    """

    report: Report
    students: tuple[Student, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """A file of a class, and who of those with a final score is not in it: a sentence each.

    taken: which columns were taken for what, where their titles do not say so.
    """

    content: bytes
    left_out: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grades:
    """Final points and comments by student's id, and the most there are."""

    title: str
    maximum: float
    points: dict[str, float]
    comments: dict[str, str]


def check(report: Report) -> None:
    """Raise UsageError if a report may not leave: no walls stood, or points are impossible."""
    own = report.submission.id
    if report.environment.sandbox.level == "L0":
        raise UsageError(f"{own}: graded without walls (level L0); such a score is not exported")
    parts = [(own, report.score, report.max_score)]
    for task in report.tasks:
        parts.append((f"{own}, {task.id}", task.score, task.max_score))
        for test in task.tests:
            parts.append((f"{own}, {task.id}/{test.id}", test.score, test.max_score))
    for place, score, most in parts:
        # Written so that it is false for NaN.
        if score is not None and not 0 <= score <= most < float("inf"):
            raise UsageError(f"{place}: score is {score}; expected 0 to {most} points")


def final_score(report: Report) -> float | None:
    """Return the points if no person and no mending can change them any more, else None."""
    return report.score if report.status == "graded" and not report.pending else None


def share(report: Report) -> float | None:
    """Return the final score as a share of the maximum, 0 to 1; None if it is not final.

    Points that staff gave beyond the maximum count as all of it here. Raises UsageError if there is
    nothing to earn.
    """
    score = final_score(report)
    if score is None:
        return None
    if not report.max_score:
        raise UsageError(f"{report.submission.id}: max_score is 0; a share needs points to earn")
    return min(1.0, score / report.max_score)


def why_not_final(report: Report) -> str:
    """Return in words why a report has no final score; empty if it has one."""
    if report.status == "judge_error" or report.score is None:
        return "no score, by a fault of the grader"
    if final_score(report) is None:
        return "text answers wait for a person"
    return ""


def assigned(reports: Iterable[Report], roster: Roster | None) -> Iterator[Graded]:
    """Yield the reports with their students.

    A report names its students, or is named after its student.
    """
    for report in reports:
        own = report.submission
        if roster is None:
            yield Graded(report, tuple(Student(id=text) for text in own.students or [own.id]))
            continue
        found = {text: roster.find(text) for text in own.students}
        if not any(found.values()):
            one = roster.find(own.id)
            found = {own.id: one} if one is not None or not found else found
        known = {student.id: student for student in found.values() if student is not None}
        unknown = tuple(text for text, student in found.items() if student is None)
        yield Graded(report, tuple(known.values()), unknown)


def once_each(graded: Iterable[Graded]) -> Iterator[Graded]:
    """Yield the same; raise UsageError where two submissions are of one student."""
    whose: dict[str, str] = {}
    for one in graded:
        for student in one.students:
            own = one.report.submission.id
            if student.id in whose:
                raise UsageError(
                    f"{whose[student.id]} and {own} are both of student {student.id}; "
                    "expected one submission of each"
                )
            whose[student.id] = own
        yield one


def grades(
    graded: Iterable[Graded],
    settings: Settings,
    comment: Callable[[Report], str] = lambda report: "",
) -> Grades:
    """Return the final points of a class; no report is kept, of thousands there may be.

    comment: what a student reads beside the points. Raises UsageError if the reports are not all
    of one assignment with one maximum, if there are none, or if nothing can be earned.
    """
    kinds: dict[tuple[str, float], str] = {}
    title = ""
    points, comments = {}, {}
    for one in graded:
        report = one.report
        own, title = report.submission.id, report.assignment.title
        kinds.setdefault((report.assignment.id, report.max_score), own)
        if len(kinds) > 1:
            (first, most), (second, other) = kinds
            raise UsageError(
                f"{kinds[first, most]} is of {first} with {most:g} points, {own} of {second} with "
                f"{other:g}; expected reports of one assignment and version"
            )
        score = final_score(report)
        if score is None:
            continue
        words = comment(report)
        for student in one.students:
            points[student.id] = scaled(score, report.max_score, settings.points)
            comments[student.id] = words
    if not kinds:
        raise UsageError("there are no reports to export")
    ((_, maximum),) = kinds
    return Grades(title, settings.points or maximum, points, comments)


def scaled(score: float, maximum: float, points: float | None) -> float:
    """Return a score as it counts where a full one is `points`, two decimals.

    Only a full score becomes a full one. Raises UsageError if there is nothing to earn.
    """
    if points is None or points == maximum:
        return score
    if not maximum:
        raise UsageError("max_score is 0; --points needs points to earn")
    exact = Fraction(str(score)) * Fraction(str(points)) / Fraction(str(maximum))
    found = float(round(exact, 2))
    return found if found < points or score >= maximum else round(points - 0.01, 2)

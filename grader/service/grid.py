"""A class at a glance: a line per student, a column per test; which lines, and in which order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.errors import Verdict
from grader.pages import ClassSummary
from grader.pages.class_summary import Column, TaskColumns
from grader.pages.class_summary import Row as SummaryRow
from grader.service.extensions import policies_of
from grader.service.policies import Attempt, Policy, counted_score, late_days
from grader.service.standing import attempts_in, reports_of, shown_attempt
from grader.service.tables import Assignment, Membership, Person, Result, Submission
from grader.service.totals import Adjustment

Place = tuple[str, str]  # a test: its task and its own name


@dataclass(frozen=True)
class Standing:
    """A student's attempt that stands for them: the one that counts, else the newest.

    kind: of its result, empty while there is none; state: of the submission. score: as graded;
    total: with what being late costs and staff adjust.
    """

    id: int
    number: int
    received: datetime
    state: str
    kind: str
    status: str
    late_days: int
    score: Fraction | None
    total: Fraction | None
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True)
class Line:
    """One student. standing: None if nothing was submitted. attempts: how many were."""

    person: int
    name: str
    login: str
    attempts: int = 0
    standing: Standing | None = None
    verdicts: dict[Place, Verdict] = field(default_factory=dict)

    @property
    def is_failure(self) -> bool:
        """Whether a fault of ours stands where a score should."""
        own = self.standing
        return own is not None and (own.kind == "failure" or own.status == "judge_error")


@dataclass(frozen=True)
class Grid:
    """The columns, and the lines by name."""

    tasks: tuple[TaskColumns, ...]
    lines: tuple[Line, ...]

    @property
    def tests(self) -> list[Column]:
        """All tests, in the order of the tasks."""
        return [test for task in self.tasks for test in task.tests]

    def passed(self, place: Place) -> int:
        """Return the percentage of those with this test who passed, rounded down."""
        found = [line.verdicts[place] for line in self.lines if place in line.verdicts]
        return 100 * found.count("passed") // len(found) if found else 0


@dataclass(frozen=True)
class Wish:
    """What is asked for. show: one of SHOWS. test: as task/test, empty for any; with it, verdict.

    order: one of ORDERS, or a test, whose failures then come first.
    """

    show: str = "all"
    test: str = ""
    verdict: str = ""
    task: str = ""
    order: str = "name"


SHOWS = {
    "all": "everyone",
    "open": "open text answers",
    "none": "no submission",
    "fault": "grader's failure",
    "late": "late",
    "adjusted": "adjusted",
    "waiting": "not graded yet",
}
ORDERS = {"name": "name", "low": "lowest first", "high": "highest first", "late": "latest first"}


def grid(rows: Session, given: Assignment) -> Grid:
    """Return the class of an assignment: its students, and whoever else has submitted.

    Six queries, however many there are.
    """
    policies = policies_of(rows, given)
    attempts = attempts_in(rows, given.id)
    students = select(Membership.person_id).where(
        Membership.course_id == given.course_id, Membership.role == "student"
    )
    submitters = select(Submission.person_id).where(Submission.assignment_id == given.id)
    class_ = rows.execute(
        select(Person.id, Person.name, Person.login)
        .where(Person.id.in_(students.union(submitters)))
        .order_by(Person.name, Person.login)
    ).all()
    states = {
        row.id: row
        for row in rows.execute(
            select(Submission.id, Submission.state, Result.kind, Result.status)
            .outerjoin(Result, Result.submission_id == Submission.id)
            .where(Submission.assignment_id == given.id)
        )
    }
    shown = {person: shown_attempt(policies.of(person), own) for person, own in attempts.items()}
    reports = reports_of(rows, [one.id for one in shown.values() if one is not None])
    summary = ClassSummary()
    by_submission: dict[int, SummaryRow] = {}
    for id, report in reports.items():
        by_submission[id] = summary.add(report)
    lines = []
    for person, name, login in class_:
        attempt = shown.get(person)
        if attempt is None:
            lines.append(Line(person, name, login))
            continue
        own = by_submission.get(attempt.id)
        state = states[attempt.id]
        told = (state.state, state.kind or "", state.status or "")
        standing = _standing(policies.of(person), attempt, *told)
        verdicts = own.by_test() if own is not None else {}
        lines.append(Line(person, name, login, len(attempts[person]), standing, verdicts))
    return Grid(tuple(summary.tasks()), tuple(lines))


def known(found: Grid, wish: Wish) -> Wish:
    """Return the wish without what there is not: that asks for nothing."""
    tests = [f"{one.task}/{one.id}" for one in found.tests]
    return Wish(
        show=wish.show if wish.show in SHOWS else "all",
        test=wish.test if wish.test in tests else "",
        verdict=wish.verdict if wish.verdict in get_args(Verdict) else "",
        task=wish.task if wish.task in [one.id for one in found.tasks] else "",
        order=wish.order if wish.order in (*ORDERS, *tests) else "name",
    )


def wished(found: Grid, wish: Wish) -> list[Line]:
    """Return the lines that are asked for, in the order asked for."""
    lines = [line for line in found.lines if _is_shown(line, wish)]
    if wish.order in ("low", "high"):
        sign = 1 if wish.order == "low" else -1
        lines.sort(key=lambda line: (_total(line) is None, sign * (_total(line) or Fraction(0))))
    elif wish.order == "late":
        lines.sort(key=lambda line: -(line.standing.late_days if line.standing else 0))
    elif wish.order != "name":
        place = _place(wish.order)
        lines.sort(key=lambda line: line.verdicts.get(place, "") in ("", "passed"))
    return lines


def columns(found: Grid, wish: Wish) -> Sequence[TaskColumns]:
    """Return the tasks that are asked for."""
    return [task for task in found.tasks if wish.task in ("", task.id)]


def _is_shown(line: Line, wish: Wish) -> bool:
    own = line.standing
    shows = {
        "open": own is not None and own.status == "needs_review",
        "none": own is None,
        "fault": line.is_failure,
        "late": own is not None and own.late_days > 0,
        "adjusted": own is not None and bool(own.adjustments),
        "waiting": own is not None and not own.kind,
    }
    if not shows.get(wish.show, True):
        return False
    if not wish.test and not wish.verdict:
        return True
    verdicts = [
        verdict
        for place, verdict in line.verdicts.items()
        if wish.test in ("", "/".join(place)) and wish.task in ("", place[0])
    ]
    if wish.verdict:
        return wish.verdict in verdicts
    return any(verdict != "passed" for verdict in verdicts)


def _total(line: Line) -> Fraction | None:
    return line.standing.total if line.standing is not None else None


def _place(text: str) -> Place:
    task, _, test = text.partition("/")
    return task, test


def _standing(policy: Policy, attempt: Attempt, state: str, kind: str, status: str) -> Standing:
    return Standing(
        id=attempt.id,
        number=attempt.number,
        received=attempt.received,
        state=state,
        kind=kind,
        status=status,
        late_days=late_days(policy, attempt.received),
        score=attempt.score,
        total=counted_score(policy, attempt),
        adjustments=attempt.adjustments,
    )

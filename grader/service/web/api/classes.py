"""A class as a whole: its submissions, the grid of students and tests, equal failures."""

from datetime import datetime
from fractions import Fraction
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from grader.errors import UsageError, Verdict
from grader.service import listing, remarks
from grader.service.grid import Grid, Line, Standing, Wish, columns, grid, known, wished
from grader.service.listing import Listed
from grader.service.remarks import Failures, Group
from grader.service.web.api.remarks import CommentOut, comment_out
from grader.service.web.api.shared import (
    After,
    Id,
    Limit,
    Page,
    PersonOut,
    page_of,
    person_out,
    router,
)
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import Service, Who

routes = router("Classes")
Name = Annotated[str, Query(max_length=300)]


class ClassSubmissionOut(BaseModel):
    """A submission of a class, and who sent it. status: empty while there is no result.

    score: as graded. counts_as: after what being late costs and staff adjust. counts: whether it is
    the attempt that counts for its student.
    """

    id: int
    person: PersonOut
    number: int
    received: datetime
    state: str
    status: str
    score: float | None
    max_score: float | None
    counts_as: float | None
    counts: bool


class StandingOut(BaseModel):
    """The attempt that stands for a student: the one that counts, else the newest.

    adjusted: the points that staff gave and took, their sum.
    """

    id: int
    number: int
    received: datetime
    state: str
    status: str
    late_days: int
    score: float | None
    counts_as: float | None
    adjusted: float


class StudentOut(BaseModel):
    """A student's line of the grid. submission: null if there is none. attempts: how many.

    verdicts: `task/test` -> verdict, of the tests of the tasks that are asked for.
    """

    person: PersonOut
    attempts: int
    submission: StandingOut | None
    verdicts: dict[str, str]


class TestOut(BaseModel):
    """A column of the grid. passed: the percentage of those with this test, rounded down."""

    task: str
    id: str
    about: str
    max_score: float
    passed: int


class GridOut(BaseModel):
    """A class as a table: its tests, and those students who are asked for."""

    tests: list[TestOut]
    students: Page[StudentOut]


class MadeByOut(BaseModel):
    """Who made a mistake, and in which submission."""

    person: PersonOut
    submission: int


class FailureOut(BaseModel):
    """Tests that failed alike: test, verdict and words without their numbers are the same.

    test: empty where all tests of the task say the same. text: the words as the first of them reads
    them. students: how many.
    """

    task: str
    test: str
    verdict: str
    words: str
    text: str
    students: int
    made_by: list[MadeByOut]
    comments: list[CommentOut]


@routes.get("/assignments/{id}/submissions")
def submissions(
    service: Service,
    viewer: Who,
    id: Id,
    person: Annotated[str, Query(max_length=64, description="A login.")] = "",
    state: Literal["", "waiting", "grading", "done"] = "",
    after: After = 0,
    limit: Limit = 100,
) -> Page[ClassSubmissionOut]:
    """Every submission of an assignment, in the order they came; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        # One more tells whether others follow.
        found = listing.submissions_of(
            rows, given, login=person, state=state, after=after, most=limit + 1
        )
    shown = found[:limit]
    return Page(
        items=[_submission(one) for one in shown],
        next=shown[-1].row.id if len(found) > limit else None,
    )


@routes.get("/assignments/{id}/grid")
def class_grid(
    service: Service,
    viewer: Who,
    id: Id,
    show: Literal["all", "open", "none", "fault", "late", "adjusted", "waiting"] = "all",
    test: Name = "",
    verdict: Verdict | Literal[""] = "",
    task: Name = "",
    order: Name = "name",
    after: After = 0,
    limit: Limit = 100,
) -> GridOut:
    """Students and tests, for staff. test: as task/test, of whom it did not pass.

    order: name, low, high, late, or a test, whose failures then come first.
    """
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = grid(rows, given)
    wish = Wish(show, test, verdict, task, order)
    for name, value in vars(known(found, wish)).items():
        if value != vars(wish)[name]:
            raise UsageError(
                f"{name}: found {vars(wish)[name][:100]!r}; there is no such one here."
            )
    tests = [test for own in columns(found, wish) for test in own.tests]
    return GridOut(
        tests=[
            TestOut(
                task=one.task,
                id=one.id,
                about=one.about,
                max_score=one.max_score,
                passed=found.passed((one.task, one.id)),
            )
            for one in tests
        ],
        students=page_of(
            wished(found, wish), after, limit, lambda line: _student(found, wish, line)
        ),
    )


@routes.get("/assignments/{id}/failures")
def failures(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[FailureOut]:
    """Tests that failed alike, the most frequent first; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = remarks.failures_of(rows, given)
    return page_of(found.groups, after, limit, lambda group: _failure(found, group))


def _submission(one: Listed) -> ClassSubmissionOut:
    return ClassSubmissionOut(
        id=one.row.id,
        person=person_out(one.person),
        number=one.row.number,
        received=one.row.received,
        state=one.row.state,
        status=one.status or one.kind,
        score=float(one.score) if one.score else None,
        max_score=float(one.max_score) if one.max_score else None,
        counts_as=_number(one.total),
        counts=one.counts,
    )


def _student(found: Grid, wish: Wish, line: Line) -> StudentOut:
    shown = {own.id for own in columns(found, wish)}
    return StudentOut(
        person=PersonOut(id=line.person, login=line.login, name=line.name),
        attempts=line.attempts,
        submission=None if line.standing is None else _standing(line.standing),
        verdicts={"/".join(at): verdict for at, verdict in line.verdicts.items() if at[0] in shown},
    )


def _standing(own: Standing) -> StandingOut:
    return StandingOut(
        id=own.id,
        number=own.number,
        received=own.received,
        state=own.state,
        status=own.status or own.kind,
        late_days=own.late_days,
        score=_number(own.score),
        counts_as=_number(own.total),
        adjusted=float(sum(one.points for one in own.adjustments)),
    )


def _failure(found: Failures, group: Group) -> FailureOut:
    return FailureOut(
        task=group.kind.task,
        test=group.kind.test,
        verdict=group.kind.verdict,
        words=group.kind.words,
        text=group.text,
        students=len(group.submissions),
        made_by=[
            MadeByOut(person=person_out(found.owners[id]), submission=id)
            for id in group.submissions
        ],
        comments=[comment_out(one, found.names) for one in group.comments],
    )


def _number(exact: Fraction | None) -> float | None:
    return None if exact is None else float(exact)

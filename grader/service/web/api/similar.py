"""Which submissions have much in common: compared by a worker, for a person to look at."""

from datetime import datetime
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from grader.service import likenesses
from grader.service.tables import Errand
from grader.service.web.api.shared import After, Id, Limit, Page, page_of, router
from grader.service.web.for_staff import assignment_of_staff, comparison_of_staff
from grader.service.web.state import Service, Who, download
from grader.similarity import LeftOut, Pair

routes = router("Alike")
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ComparisonOut(BaseModel):
    """A comparison: waiting, doing, done or failed. trouble: why it failed."""

    id: int
    state: str
    trouble: str
    at: datetime


class NotComparedOut(BaseModel):
    """An answer that was not compared, and why. submission: as reports name it."""

    task: str
    submission: str
    reason: str


class ComparedOut(BaseModel):
    """What a comparison came to. answers: how many were compared, by task. pairs: how many."""

    id: int
    assignment: int
    answers: dict[str, int]
    pairs: int
    left_out: list[NotComparedOut]


class PairOut(BaseModel):
    """Two answers that have much in common. submissions: as reports name them.

    shares: what part of each stands in the other too, 0 to 1.
    """

    task: str
    submissions: tuple[str, str]
    shares: tuple[float, float]


@routes.get("/assignments/{id}/similar")
def comparisons(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[ComparisonOut]:
    """The comparisons that were asked for, the newest first; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = likenesses.asked_for(rows, id)
    return page_of(found, after, limit, _comparison)


@routes.post("/assignments/{id}/similar", status_code=202)
def compare(service: Service, viewer: Who, id: Id) -> ComparisonOut:
    """Have the attempts that count compared with each other, once at a time; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        return _comparison(likenesses.ask(rows, viewer.person, id))


@routes.get("/likenesses/{id}")
def compared(service: Service, viewer: Who, id: Id) -> ComparedOut:
    """What a comparison came to, in numbers, once it is done; for staff."""
    given, found = comparison_of_staff(service, viewer, id)
    return ComparedOut(
        id=id,
        assignment=given.id,
        answers=found.answers,
        pairs=len(found.pairs),
        left_out=[_left_out(one) for one in found.left_out],
    )


@routes.get("/likenesses/{id}/pairs")
def pairs(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[PairOut]:
    """The pairs, by task, the most alike first; for staff."""
    _, found = comparison_of_staff(service, viewer, id)
    return page_of(found.pairs, after, limit, _pair)


@routes.get("/likenesses/{id}/pairs.csv", responses=_TABLE, response_class=Response)
def pairs_table(service: Service, viewer: Who, id: Id) -> Response:
    """All pairs, as a table; for staff."""
    _, found = comparison_of_staff(service, viewer, id)
    return download(likenesses.pairs_csv(found).encode(), "text/csv", "pairs.csv")


def _comparison(row: Errand) -> ComparisonOut:
    return ComparisonOut(id=row.id, state=row.state, trouble=row.trouble, at=row.at)


def _left_out(one: LeftOut) -> NotComparedOut:
    return NotComparedOut(task=one.task, submission=one.owner, reason=one.reason)


def _pair(pair: Pair) -> PairOut:
    return PairOut(task=pair.task, submissions=pair.owners, shares=pair.shares)

"""Text answers that wait for a person: each wording decided once, for the whole course."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from grader.open_answers import Group
from grader.service import deciding, people
from grader.service.tables import Decision, Person
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
from grader.service.web.for_staff import MAX_SENT, assignment_of_staff, decision_of_staff
from grader.service.web.state import Service, Who

routes = router("Text answers")


class OpenAnswerOut(BaseModel):
    """Answers to the same cell of a key that say the same. place: names them in a decision.

    answer: without case, punctuation and filler. texts: as they were written, the most frequent
    first. submissions: their ids.
    """

    place: str
    row: str
    column: str
    answer: str
    texts: list[str]
    submissions: list[int]


class DecisionIn(BaseModel):
    """What is decided on all answers of a place. hint: of a wrong one, what students read."""

    place: Annotated[str, Field(max_length=64)]
    verdict: Literal["right", "wrong"]
    hint: Annotated[str, Field(max_length=MAX_SENT)] = ""


class DecisionOut(BaseModel):
    """What was decided, by whom, and when."""

    id: int
    row: str
    column: str
    answer: str
    verdict: str
    hint: str
    by: PersonOut
    at: datetime


class WithdrawnOut(BaseModel):
    """A decision that was taken back. regrade: to be looked at; null if no report holds it."""

    regrade: int | None


@routes.get("/assignments/{id}/answers")
def open_answers(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[OpenAnswerOut]:
    """The answers that are open, those that most students gave first; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = deciding.open_groups(rows, id)
    return page_of(found, after, limit, _open)


@routes.get("/assignments/{id}/decisions")
def decisions(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> Page[DecisionOut]:
    """What has been decided, the newest first; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = deciding.decisions_of(rows, id)
        names = people.by_id(rows, {one.person_id for one in found})
    return page_of(found, after, limit, lambda one: _decision(one, names))


@routes.post("/assignments/{id}/decisions", status_code=201)
def decide(service: Service, viewer: Who, id: Id, sent: DecisionIn) -> DecisionOut:
    """Decide on an answer, for all who gave it and all who will; for staff."""
    assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        row = deciding.decide(rows, viewer.person, id, sent.place, sent.verdict, sent.hint)
        return _decision(row, people.by_id(rows, {row.person_id}))


@routes.delete("/decisions/{id}")
def withdraw(service: Service, viewer: Who, id: Id) -> WithdrawnOut:
    """Take a decision back, and ask for a regrade of the reports that hold it; for staff."""
    decision_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        return WithdrawnOut(regrade=deciding.withdraw(rows, viewer.person, id))


def _open(group: Group) -> OpenAnswerOut:
    return OpenAnswerOut(
        place=deciding.place_of(group),
        row=group.row,
        column=group.column,
        answer=group.normal_form,
        texts=list(group.texts),
        submissions=[int(id) for id in group.submissions],
    )


def _decision(row: Decision, names: Mapping[int, Person]) -> DecisionOut:
    return DecisionOut(
        id=row.id,
        row=row.row,
        column=row.column,
        answer=row.answer,
        verdict=row.verdict,
        hint=row.hint,
        by=person_out(names[row.person_id]),
        at=row.at,
    )

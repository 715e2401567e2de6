"""What failed by a fault of ours, and another try once that is mended; for staff."""

from pydantic import BaseModel

from grader.service import troubles
from grader.service.web.api.shared import Id, router
from grader.service.web.for_staff import assignment_of_staff, errand_of_staff
from grader.service.web.state import Service, State, Who

routes = router("Failures of ours")


class FailureOut(BaseModel):
    """A submission that ended without a report. starts: how often it was tried. detail: why."""

    submission: int
    login: str
    name: str
    number: int
    starts: int
    detail: str


class ErrandOut(BaseModel):
    """What staff asked for in vain. kind: decisions, regrade or similar. trouble: why."""

    id: int
    kind: str
    trouble: str


class TroublesOut(BaseModel):
    """All of an assignment that failed by a fault of ours, and waits for another try."""

    submissions: list[FailureOut]
    errands: list[ErrandOut]


@routes.get("/assignments/{id}/troubles")
def all_troubles(service: Service, viewer: Who, id: Id) -> TroublesOut:
    """What failed by a fault of ours, the oldest first; for staff."""
    assignment_of_staff(service, viewer, id)
    return _told(service, id)


@routes.post("/assignments/{id}/troubles/again")
def all_again(service: Service, viewer: Who, id: Id) -> TroublesOut:
    """Have all these submissions graded after all, and tell what is left; for staff."""
    assignment_of_staff(service, viewer, id)
    troubles.all_again(service.base, viewer.person, id)
    return _told(service, id)


@routes.post("/errands/{id}/again", status_code=204)
def errand_again(service: Service, viewer: Who, id: Id) -> None:
    """Have an errand done after all that had come to nothing; for staff."""
    errand_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        troubles.errand_again(rows, viewer.person, id)


def _told(service: State, id: int) -> TroublesOut:
    with service.base.reading() as rows:
        failures, fruitless = troubles.failures_of(rows, id), troubles.errands_of(rows, id)
    return TroublesOut(
        submissions=[FailureOut.model_validate(one, from_attributes=True) for one in failures],
        errands=[ErrandOut.model_validate(one, from_attributes=True) for one in fruitless],
    )

"""Regrades: asked for, looked at, committed or dropped."""

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from grader.errors import UsageError
from grader.regrade import counted
from grader.service import people, regrades
from grader.service.access import Viewer
from grader.service.chores import points_of
from grader.service.regrades import Which
from grader.service.tables import PastResult, Regrade, Submission
from grader.service.web.for_staff import assignment_of_staff, regrade_of_staff, submission_of_staff
from grader.service.web.state import Service, State, Who, page, title_of, to

routes = APIRouter(include_in_schema=False)
Choice = Annotated[str, Form(max_length=20)]
Count = Annotated[int, Form(ge=0)]


@routes.get("/assignments/{id}/regrades")
def regrades_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """What has been graded anew, and the form to ask for it."""
    return _regrades(service, viewer, id)


@routes.post("/assignments/{id}/regrades")
def start(
    service: Service, viewer: Who, id: int, which: Choice = "", everything: Choice = ""
) -> Response:
    """Have a class graded anew, beside its results."""
    given, _ = assignment_of_staff(service, viewer, id)
    try:
        if which not in get_args(Which):
            raise UsageError("Choose which attempts are graded anew.")
        with service.base.writing() as rows:
            started = regrades.start(
                *(rows, viewer.person, given, which),  # type: ignore[arg-type]
                everything=bool(everything),
            )
    except UsageError as error:
        return _regrades(service, viewer, id, said=str(error))
    return to(f"/regrades/{started}")


@routes.post("/submissions/{id}/regrade")
def start_one(service: Service, viewer: Who, id: int) -> Response:
    """Have one submission graded anew, all of it, beside its result."""
    row, given, _ = submission_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            started = regrades.start_one(rows, viewer.person, row)
    except UsageError as error:
        return _regrades(service, viewer, given.id, said=str(error))
    return to(f"/regrades/{started}")


@routes.get("/regrades/{id}")
def regrade_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """What a regrade would change, or has changed."""
    return _regrade(service, viewer, id)


@routes.post("/regrades/{id}/commit")
def commit(service: Service, viewer: Who, id: int, losing: Count = 0) -> Response:
    """Have the new reports take the place of the old ones. losing: how many lose, as was read."""
    _, given = regrade_of_staff(service, viewer, id)
    points = points_of(service.shelf.course, given.name)
    try:
        left_out = regrades.commit(service.base, viewer.person, id, points, losing)
    except UsageError as error:
        return _regrade(service, viewer, id, said=str(error))
    if left_out:
        said = (
            f"{len(left_out)} were left as they are: their reports have changed since they were "
            "graded anew. Ask for another regrade."
        )
        return _regrade(service, viewer, id, said=said, status=200)
    return to(f"/regrades/{id}")


@routes.post("/regrades/{id}/drop")
def drop(service: Service, viewer: Who, id: int) -> Response:
    """Have nothing of a regrade."""
    _, given = regrade_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            regrades.drop(rows, viewer.person, rows.get_one(Regrade, id))
    except UsageError as error:
        return _regrade(service, viewer, id, said=str(error))
    return to(f"/assignments/{given.id}/regrades")


def _regrades(service: State, viewer: Viewer, id: int, *, said: str = "") -> HTMLResponse:
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = regrades.regrades_of(rows, id)
        names = people.by_id(rows, {row.person_id for row, _ in found})
        past = rows.scalar(
            select(func.count(PastResult.id))
            .join(Submission, Submission.id == PastResult.submission_id)
            .where(Submission.assignment_id == id)
        )
    return page(
        "regrades.html",
        viewer,
        status=400 if said else 200,
        given=given,
        title=title_of(service.shelf, given.name),
        found=found,
        names=names,
        past=past,
        said=said,
    )


def _regrade(
    service: State, viewer: Viewer, id: int, *, said: str = "", status: int = 400
) -> HTMLResponse:
    row, given = regrade_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = regrades.preview(rows, id)
        names = people.by_id(rows, {one.person for one in found.looked})
    return page(
        "regrade.html",
        viewer,
        status=status if said else 200,
        given=given,
        title=title_of(service.shelf, given.name),
        row=row,
        found=found,
        counted=counted(one.row for one in found.looked),
        names=names,
        said=said,
        is_open=row.state == regrades.PREVIEW,
    )

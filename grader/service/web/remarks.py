"""Staff's words and points beside a report: on one submission, and on all that failed alike."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.pages import Kind
from grader.service import remarks
from grader.service.access import Viewer
from grader.service.policies import counted_score, late_days
from grader.service.standing import adjustment_of
from grader.service.tables import Comment, Person, Result
from grader.service.web.for_staff import (
    MAX_SENT,
    adjustment_of_staff,
    assignment_of_staff,
    comment_of_staff,
    submission_of_staff,
)
from grader.service.web.state import Service, State, Who, page, title_of, to

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=MAX_SENT)]


@routes.get("/submissions/{id}/remarks")
def remarks_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Points and comments of one submission, to be given and taken back."""
    return _remarks(service, viewer, id)


@routes.post("/submissions/{id}/adjustments")
def adjust(
    service: Service,
    viewer: Who,
    id: int,
    points: Text = "",
    reason: Text = "",
    may_exceed: Text = "",
) -> Response:
    """Give or take points."""
    submission_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            remarks.adjust(rows, viewer.person, id, points, reason, may_exceed=bool(may_exceed))
    except UsageError as error:
        sent = {"points": points, "reason": reason, "may_exceed": may_exceed}
        return _remarks(service, viewer, id, said=str(error), sent=sent)
    return to(f"/submissions/{id}/remarks")


@routes.post("/adjustments/{id}/withdraw")
def withdraw_adjustment(service: Service, viewer: Who, id: int) -> Response:
    """Take an adjustment back."""
    found = adjustment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        remarks.withdraw_adjustment(rows, viewer.person, id)
    return to(f"/submissions/{found.submission_id}/remarks")


@routes.post("/submissions/{id}/comments")
def comment(service: Service, viewer: Who, id: int, text: Text = "") -> Response:
    """Say something on one submission."""
    row, _, _ = submission_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            remarks.comment_on_submission(rows, viewer.person, row, text)
    except UsageError as error:
        return _remarks(service, viewer, id, said=str(error), sent={"text": text})
    return to(f"/submissions/{id}/remarks")


@routes.get("/assignments/{id}/failures")
def failures(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Tests that failed alike, and how many students made each mistake."""
    return _failures(service, viewer, id)


@routes.post("/assignments/{id}/comments")
def comment_on_group(
    service: Service,
    viewer: Who,
    id: int,
    task: Text = "",
    test: Text = "",
    verdict: Text = "",
    words: Text = "",
    text: Text = "",
) -> Response:
    """Say something to all who made a mistake, and to who will make it."""
    given, _ = assignment_of_staff(service, viewer, id)
    kind = Kind(task, test, verdict, words)  # type: ignore[arg-type]
    tasks = [one.id for one in service.shelf.assignment(given.name).tasks]
    try:
        with service.base.writing() as rows:
            remarks.comment_on_group(rows, viewer.person, id, kind, text, tasks)
    except UsageError as error:
        return _failures(service, viewer, id, said=str(error), sent=(kind, text))
    return to(f"/assignments/{id}/failures")


@routes.post("/comments/{id}")
def edit_comment(service: Service, viewer: Who, id: int, text: Text = "") -> Response:
    """Say something else."""
    found = comment_of_staff(service, viewer, id)
    try:
        with service.base.writing() as rows:
            remarks.edit_comment(rows, viewer.person, id, text)
    except UsageError as error:
        if found.submission_id is not None:
            return _remarks(service, viewer, found.submission_id, said=str(error))
        return _failures(service, viewer, found.assignment_id, said=str(error))
    return to(_place(found))


@routes.post("/comments/{id}/withdraw")
def withdraw_comment(service: Service, viewer: Who, id: int) -> Response:
    """Take a comment back."""
    found = comment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        remarks.withdraw_comment(rows, viewer.person, id)
    return to(_place(found))


def _place(comment: Comment) -> str:
    """Return the page that a comment stands on."""
    if comment.submission_id is not None:
        return f"/submissions/{comment.submission_id}/remarks"
    return f"/assignments/{comment.assignment_id}/failures"


def _remarks(
    service: State, viewer: Viewer, id: int, *, said: str = "", sent: dict[str, str] | None = None
) -> HTMLResponse:
    row, given, _ = submission_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = remarks.beside(rows, row, given)
        person = rows.get_one(Person, row.person_id)
        result = rows.get(Result, id)
    return page(
        "remarks.html",
        viewer,
        status=400 if said else 200,
        row=row,
        given=given,
        title=title_of(service.shelf, given.name),
        person=person,
        result=result,
        attempt=found.attempt,
        late_days=late_days(found.policy, row.received),
        total=counted_score(found.policy, found.attempt),
        adjustments=[(one, adjustment_of(one)) for one in found.adjustments],
        comments=found.comments,
        names=found.names,
        said=said,
        sent={"points": "", "reason": "", "may_exceed": "", "text": "", **(sent or {})},
    )


def _failures(
    service: State,
    viewer: Viewer,
    id: int,
    *,
    said: str = "",
    sent: tuple[Kind, str] | None = None,
) -> HTMLResponse:
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = remarks.failures_of(rows, given)
    values: dict[str, Any] = {
        "said": said,
        "sent": sent,
        "groups": found.groups,
        # What nobody fails like any more can still be read, changed and withdrawn.
        "others": found.others,
        "owners": found.owners,
        "names": found.names,
        "students": found.reports,
    }
    title = title_of(service.shelf, given.name)
    status = 400 if said else 200
    return page("failures.html", viewer, status=status, given=given, title=title, **values)

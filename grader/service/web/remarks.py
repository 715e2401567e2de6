"""Staff's words and points beside a report: on one submission, and on all that failed alike."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from grader.errors import UsageError, Verdict
from grader.pages import Kind
from grader.service import extensions, remarks, standing
from grader.service.access import Viewer
from grader.service.policies import counted_score, late_days
from grader.service.standing import adjustments_of, attempts_in
from grader.service.tables import Adjustment, Comment, Person, Result
from grader.service.web.for_staff import (
    MAX_SENT,
    assignment_of_staff,
    people_of,
    submission_of_staff,
)
from grader.service.web.state import NotThere, Service, State, Who, page, title_of, to

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
    with service.base.reading() as rows:
        found = rows.get(Adjustment, id)
    if found is None:
        raise NotThere("There is no such adjustment.")
    submission_of_staff(service, viewer, found.submission_id)
    with service.base.writing() as rows:
        row = rows.get(Adjustment, id)
        if row is not None:  # else somebody else has just done it
            remarks.withdraw_adjustment(rows, viewer.person, row)
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
    try:
        known = {one.id for one in service.shelf.assignment(given.name).tasks}
        if task not in known or verdict not in get_args(Verdict):
            raise UsageError("This mistake is not one of the assignment; open the page anew.")
        with service.base.writing() as rows:
            remarks.comment_on_group(rows, viewer.person, id, kind, text)
    except UsageError as error:
        return _failures(service, viewer, id, said=str(error), sent=(kind, text))
    return to(f"/assignments/{id}/failures")


@routes.post("/comments/{id}")
def edit_comment(service: Service, viewer: Who, id: int, text: Text = "") -> Response:
    """Say something else."""
    found, place = _comment(service, viewer, id)
    try:
        with service.base.writing() as rows:
            row = rows.get(Comment, id)
            if row is None:
                raise NotThere("There is no such comment.")
            remarks.edit_comment(rows, viewer.person, row, text)
    except UsageError as error:
        if found.submission_id is not None:
            return _remarks(service, viewer, found.submission_id, said=str(error))
        return _failures(service, viewer, found.assignment_id, said=str(error))
    return to(place)


@routes.post("/comments/{id}/withdraw")
def withdraw_comment(service: Service, viewer: Who, id: int) -> Response:
    """Take a comment back."""
    _, place = _comment(service, viewer, id)
    with service.base.writing() as rows:
        row = rows.get(Comment, id)
        if row is not None:
            remarks.withdraw_comment(rows, viewer.person, row)
    return to(place)


def _comment(service: State, viewer: Viewer, id: int) -> tuple[Comment, str]:
    """Return a comment and the page it stands on; raises NotThere if they are not its staff."""
    with service.base.reading() as rows:
        found = rows.get(Comment, id)
    if found is None:
        raise NotThere("There is no such comment.")
    assignment_of_staff(service, viewer, found.assignment_id)
    if found.submission_id is not None:
        return found, f"/submissions/{found.submission_id}/remarks"
    return found, f"/assignments/{found.assignment_id}/failures"


def _remarks(
    service: State, viewer: Viewer, id: int, *, said: str = "", sent: dict[str, str] | None = None
) -> HTMLResponse:
    row, given, _ = submission_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        own = attempts_in(rows, row.assignment_id, row.person_id)[row.person_id]
        policy = extensions.policy_of(rows, given, row.person_id)
        adjustments = adjustments_of(rows, id)
        comments = remarks.submission_comments(rows, id)
        person = rows.get_one(Person, row.person_id)
        result = rows.get(Result, id)
        names = people_of(
            rows, {one.person_id for one in adjustments} | {one.person_id for one in comments}
        )
    [attempt] = [one for one in own if one.id == id]
    return page(
        "remarks.html",
        viewer,
        status=400 if said else 200,
        row=row,
        given=given,
        title=title_of(service.shelf, given.name),
        person=person,
        result=result,
        attempt=attempt,
        late_days=late_days(policy, row.received),
        total=counted_score(policy, attempt),
        adjustments=[(one, standing.adjustment_of(one)) for one in adjustments],
        comments=comments,
        names=names,
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
        shown = {one.id: person for person, one in standing.shown_in(rows, given).items()}
        reports = standing.reports_of(rows, list(shown))
        comments = remarks.group_comments(rows, id)
        names = people_of(rows, set(shown.values()) | {one.person_id for one in comments})
    found = remarks.groups(reports, comments)
    values: dict[str, Any] = {
        "said": said,
        "sent": sent,
        "groups": found,
        # What nobody fails like any more can still be read, changed and withdrawn.
        "others": remarks.without_group(found, comments),
        "owners": {id: names[person] for id, person in shown.items()},
        "names": names,
        "students": len(reports),
    }
    title = title_of(service.shelf, given.name)
    status = 400 if said else 200
    return page("failures.html", viewer, status=status, given=given, title=title, **values)

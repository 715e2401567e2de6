"""What staff of a course see and do: all submissions, the rules, links to join, another try."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from sqlalchemy import select

from grader.errors import UsageError
from grader.report import Report
from grader.service import access, attempts, people, troubles
from grader.service.access import Viewer
from grader.service.policies import Policy
from grader.service.submitting import Refused
from grader.service.tables import Assignment, Course, Person, Result, StaffReport, Submission
from grader.service.visibility import rules_of_tests
from grader.service.web.state import (
    NotThere,
    Service,
    State,
    Who,
    assignment_for,
    page,
    submission_for,
    title_of,
    to,
    to_rule,
)
from grader.service.web.student import report_answer

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=40)]


@routes.get("/submissions/{id}/staff")
def staff_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The report as staff read it."""
    row, view = submission_for(service, viewer, id)
    if view != "staff":
        raise NotThere("There is no such page.")
    with service.base.reading() as rows:
        found = rows.get(StaffReport, id)
        given = rows.get_one(Assignment, row.assignment_id)
    if found is None:
        raise NotThere("There is no report yet.")
    if not found.report:
        return page("failure.html", viewer, row=row, given=given, detail=found.detail)
    return report_answer(service, row, given, Report.model_validate_json(found.report))


@routes.get("/assignments/{id}/submissions")
def class_list(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Every submission of an assignment, for staff."""
    given, _ = assignment_for(service, viewer, id)
    if not access.is_staff(viewer, given.course_id):
        raise NotThere("There is no such page.")
    with service.base.reading() as rows:
        found = rows.execute(
            select(Submission, Person, Result.status, Result.kind, Result.score, Result.max_score)
            .join(Person, Person.id == Submission.person_id)
            .outerjoin(Result, Result.submission_id == Submission.id)
            .where(Submission.assignment_id == id)
            .order_by(Person.login, Submission.number)
        ).all()
        bad = troubles.count(rows, id)
    title = title_of(service.shelf, given.name)
    return page("class_list.html", viewer, given=given, title=title, rows=found, troubles=bad)


@routes.post("/submissions/{id}/again")
def again(service: Service, viewer: Who, id: int) -> Response:
    """Have a submission graded after all that had ended as a failure of ours."""
    row, view = submission_for(service, viewer, id)
    if view != "staff":
        raise NotThere("There is no such page.")
    if not attempts.again(service.base, id):
        raise Refused("This submission did not end as a failure; there is nothing to mend.")
    with service.base.writing() as rows:
        people.note(rows, viewer.person, "had it graded again", f"submission {id}")
    return to(f"/assignments/{row.assignment_id}/submissions")


@routes.get("/assignments/{id}/policy")
def policy_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The rules of an assignment, to be changed."""
    given, policy = to_rule(service, viewer, id)
    return _policy(service, viewer, given, _values(policy))


@routes.post("/assignments/{id}/policy")
def set_policy(
    service: Service,
    viewer: Who,
    id: int,
    counts: Text,
    release: Text = "",
    due: Text = "",
    grace_minutes: Text = "",
    late_days: Text = "",
    percent_per_day: Text = "",
    attempts: Text = "",
    cool_down_seconds: Text = "",
    group_size: Text = "",
    visibility: Text = "always",
    visibility_of: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Change the rules; they hold at once, also for what was submitted before."""
    given, before = to_rule(service, viewer, id)
    values = {
        "release": release,
        "due": due,
        "grace_minutes": grace_minutes,
        "late_days": late_days,
        "percent_per_day": percent_per_day,
        "attempts": attempts,
        "cool_down_seconds": cool_down_seconds,
        "counts": counts,
        "group_size": group_size,
        "visibility": visibility,
        "visibility_of": visibility_of,
    }
    sent: dict[str, Any] = {name: value for name, value in values.items() if value.strip()}
    for name in {"release", "due"} & sent.keys():
        sent[name] = f"{sent[name]}Z"  # the form says that it is in UTC
    try:
        if "visibility_of" in sent:
            sent["visibility_of"] = rules_of_tests(visibility_of)
        policy = Policy.model_validate(sent)
    except UsageError as error:
        return _policy(service, viewer, given, values, said=str(error), status=400)
    except ValidationError as error:
        first = error.errors()[0]
        said = ".".join(map(str, first["loc"])) + f": {first['msg']}"
        return _policy(service, viewer, given, values, said=said.lstrip(": "), status=400)
    with service.base.writing() as rows:
        row = rows.get_one(Assignment, id, with_for_update=True)
        # What the form does not hold stays as it is now.
        now = Policy.model_validate(row.policy)
        policy = policy.model_copy(update={name: own for name, own in now if name not in values})
        row.policy = policy.model_dump(mode="json")
        detail = f"{before.model_dump_json()} -> {policy.model_dump_json()}"
        people.note(rows, viewer.person, "set the rules", f"assignment {id}", detail)
    return to(f"/assignments/{id}")


@routes.post("/courses/{id}/link")
def new_link(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Make a link with which students join; it is shown once."""
    with service.base.writing() as rows:
        course = rows.get(Course, id)
        if course is None or not access.may_rule(viewer, id):
            raise NotThere("There is no such course.")
        secret = people.new_link(rows, course=id)
        people.note(rows, viewer.person, "made a link to join", f"course {id}")
    return page("link.html", viewer, course=course, secret=secret)


def _values(policy: Policy) -> dict[str, str]:
    """Return the rules as the form's fields hold them."""
    values = {name: "" if value is None else str(value) for name, value in policy}
    for name, moment in (("release", policy.release), ("due", policy.due)):
        values[name] = moment.strftime("%Y-%m-%dT%H:%M") if moment else ""
    values["visibility_of"] = "\n".join(
        f"{test} {rule}" for test, rule in policy.visibility_of.items()
    )
    return values


def _policy(
    service: State,
    viewer: Viewer,
    given: Assignment,
    values: dict[str, str],
    *,
    said: str = "",
    status: int = 200,
) -> HTMLResponse:
    return page(
        "policy.html",
        viewer,
        status=status,
        given=given,
        title=title_of(service.shelf, given.name),
        values=values,
        said=said,
        published=Policy.model_validate(given.policy).published,
    )

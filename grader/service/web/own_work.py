"""What a student reads of one attempt: the report as it may be seen, what counts, what changed."""

from dataclasses import dataclass, fields
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from grader.report import Report, TestReport
from grader.service import access, groups, policies
from grader.service.access import Viewer
from grader.service.comparing import Comparison, Sources, compared
from grader.service.handed_in import archive, files_of
from grader.service.history import History, history_of, seen_of
from grader.service.remarks import remarks_on
from grader.service.tables import DONE, Assignment, Person, Result, Submission, now
from grader.service.web.state import (
    NotThere,
    Service,
    State,
    Who,
    download,
    page,
    submission_for,
    title_of,
)

routes = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class First:
    """The test to look at first."""

    task: str
    test: TestReport


def graded_page(
    service: State, viewer: Viewer, row: Submission, given: Assignment, result: Result
) -> HTMLResponse:
    """Return the page of an attempt that has a report, as its student may see it now."""
    moment = now()
    with service.base.reading() as rows:
        history = history_of(rows, given, row.person_id, moment, row.number)
        owner = rows.get_one(Person, row.person_id)
        seen = seen_of(result.report, history.policy, moment)
        remarks = remarks_on(rows, row, history.policy, seen.report)
        is_own = access.works_on(viewer, groups.mates_of(rows, given.id, row.person_id))
    tests = [test for task in seen.report.tasks for test in task.tests]
    return page(
        "graded.html",
        viewer,
        row=row,
        owner=owner,
        title=title_of(service.shelf, given.name),
        report=seen.report,
        seen=seen,
        remarks=remarks,
        hidden=seen.hidden,
        first=first_failing(seen.report),
        passed=sum(test.verdict == "passed" for test in tests),
        tests=len(tests),
        is_staff=access.is_staff(viewer, given.course_id),
        is_own=is_own,
        **history_values(given, history, is_own),
        number=row.number,
        before=history.before(row.number),
    )


def history_values(given: Assignment, history: History, is_own: bool) -> dict[str, Any]:
    """Return what a page's table of attempts needs. is_own: who looks may choose one of them."""
    policy = history.policy
    return {
        "given": given,
        "history": history,
        "late_days": {one.number: late(history, one.number) for one in history.attempts},
        "counts": {one.number: policies.arithmetic(policy, one) for one in history.attempts},
        "chooses": is_own and policy.counts == "chosen",
        "done": DONE,
    }


def late(history: History, number: int) -> int:
    """Return how many days late an attempt was."""
    return policies.late_days(history.policy, history.of(number).attempt.received)


def first_failing(report: Report) -> First | None:
    """Return the first test that has not passed; None if all have."""
    for task in report.tasks:
        for test in task.tests:
            if test.verdict != "passed":
                return First(task.id, test)
    return None


@routes.get("/submissions/{id}/files.zip")
def own_files(service: Service, viewer: Who, id: int) -> Response:
    """The files of an attempt as they were uploaded, in one archive."""
    row, _ = submission_for(service, viewer, id)
    name, data = files_as_zip(service, row)
    return download(data, "application/zip", name)


@routes.get("/submissions/{id}/changes")
def changes_page(service: Service, viewer: Who, id: int, since: int = 0) -> HTMLResponse:
    """What changed since an earlier attempt. since: its number; 0: the one before."""
    row, _ = submission_for(service, viewer, id)
    found = changes_of(service, row, since)
    with service.base.reading() as rows:
        given = rows.get_one(Assignment, row.assignment_id)
    return page(
        "changes.html",
        viewer,
        row=row,
        given=given,
        title=title_of(service.shelf, given.name),
        **{one.name: getattr(found, one.name) for one in fields(found)},
    )


def files_as_zip(service: State, row: Submission) -> tuple[str, bytes]:
    """Return the files of an attempt as they were uploaded: an archive's name, and its bytes."""
    with service.base.reading() as rows:
        given = rows.get_one(Assignment, row.assignment_id)
        files = files_of(rows, row.id)
    folder = f"{given.name}-{row.number}"
    data = archive(folder, files, lambda file: service.store.get(file.sha256))
    return f"{folder}.zip", data


def changes_of(service: State, row: Submission, since: int) -> Comparison:
    """Return what changed since an earlier attempt; raises NotThere if there is none."""
    sources = Sources(service.store, service.shelf, service.uploads)
    with service.base.reading() as rows:
        found = compared(rows, sources, row, since, now())
    if found is None:
        raise NotThere("There is no such attempt to compare with.")
    return found

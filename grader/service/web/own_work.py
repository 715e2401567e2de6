"""What a student reads of one attempt: the report as it may be seen, what counts, what changed."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from grader.errors import SubmissionError
from grader.report import Report, TestReport
from grader.service import access, changes, groups, policies
from grader.service.access import Viewer
from grader.service.changes import FileChange
from grader.service.handed_in import File, take_in
from grader.service.history import History, history_of, seen_of
from grader.service.remarks import remarks_on
from grader.service.submitting import fit_name
from grader.service.tables import DONE, REPORT, Assignment, Person, Result, Submission, Upload, now
from grader.service.visibility import Seen
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
        mates = groups.mates_of(rows, given.id, row.person_id)
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
        is_own=viewer.person in mates,
        **history_values(given, history, viewer.person in mates),
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
    with service.base.reading() as rows:
        given = rows.get_one(Assignment, row.assignment_id)
    folder = f"{given.name}-{row.number}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for position, file in enumerate(_uploads(service, id), 1):
            # Names are the browser's, cut to one part; these two are no names of files.
            name = fit_name(file.name)
            name = f"upload-{position}" if name in (".", "..") else name
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}"), service.store.get(file.sha256))
    return download(buffer.getvalue(), "application/zip", f"{folder}.zip")


@routes.get("/submissions/{id}/changes")
def changes_page(service: Service, viewer: Who, id: int, since: int = 0) -> HTMLResponse:
    """What changed since an earlier attempt. since: its number; 0: the one before."""
    row, _ = submission_for(service, viewer, id)
    moment = now()
    with service.base.reading() as rows:
        given = rows.get_one(Assignment, row.assignment_id)
        history = history_of(rows, given, row.person_id, moment, row.number)
    others = [one for one in history.tried if one.attempt.number != row.number]
    before = history.before(row.number)
    if since:
        before = next((one for one in others if one.attempt.number == since), None)
    if before is None:
        raise NotThere("There is no such attempt to compare with.")
    old, new = (_seen(service, one, history) for one in (before.id, id))
    words, files = _file_changes(service, given, before.id, id)
    return page(
        "changes.html",
        viewer,
        row=row,
        given=given,
        title=title_of(service.shelf, given.name),
        others=others,
        before=before,
        has_reports=old is not None and new is not None,
        when=() if new is None else new.when,
        tests=changes.test_changes(old.report, new.report) if old and new else [],
        words=words,
        files=files,
    )


def _seen(service: State, id: int, history: History) -> Seen | None:
    with service.base.reading() as rows:
        result = rows.get(Result, id)
    if result is None or result.kind != REPORT:
        return None
    return seen_of(result.report, history.policy, now())


def _file_changes(
    service: State, given: Assignment, before: int, after: int
) -> tuple[str, list[FileChange]]:
    """Return the changes of files, or in words why there are none to show."""
    public = service.shelf.assignment(given.name)
    try:
        # Held in memory as uploads are, and no more of them at a time.
        with service.uploads:
            old, new = (
                take_in(
                    *(public, "attempt", _uploads(service, id)),
                    lambda file: service.store.get(file.sha256),
                )
                for id in (before, after)
            )
            found = changes.file_changes(old.files, new.files)
    except SubmissionError:  # the assignment takes in other files by now
        return "The files can no longer be read as this assignment asks for them.", []
    return ("" if found else "The files are the same."), found


def _uploads(service: State, id: int) -> list[File]:
    with service.base.reading() as rows:
        found = rows.scalars(
            select(Upload).where(Upload.submission_id == id).order_by(Upload.position)
        ).all()
    return [File(one.name, one.sha256, one.size) for one in found]

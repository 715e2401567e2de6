"""What students see: their courses, an assignment, what they submitted, the report."""

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile
from fastapi.responses import HTMLResponse, StreamingResponse
from markdown_it import MarkdownIt
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from grader.assignment import HANDOUT
from grader.pages import report_page
from grader.report import Report
from grader.service import (
    access,
    choosing,
    extensions,
    groups,
    limits,
    policies,
    submitting,
    troubles,
)
from grader.service.access import Viewer
from grader.service.handed_in import fit_name
from grader.service.history import history_of
from grader.service.policies import Policy, is_released, policy_for
from grader.service.remarks import remarks_on
from grader.service.submitting import MAX_FILES, Refused, TooMany, Uploaded
from grader.service.tables import (
    FAILURE,
    Assignment,
    Course,
    Result,
    Submission,
    now,
)
from grader.service.web import own_work
from grader.service.web.state import (
    NotThere,
    Service,
    State,
    Who,
    assignment_for,
    download,
    own_submission_for,
    page,
    status_of,
    submission_for,
    title_of,
    to,
    to_submit,
)
from grader.submission import DEFAULT_LIMITS

# What a submission may be, and as much again for what forms put around many files.
MAX_UPLOAD_BYTES = DEFAULT_LIMITS.archive_bytes + (1 << 20)
WATCH_SECONDS = 0.3

routes = APIRouter(include_in_schema=False)
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
Files = Annotated[list[UploadFile], File()]


@routes.get("/")
def home(service: Service, viewer: Who) -> HTMLResponse:
    """The courses, and in each the assignments that are open."""
    with service.base.reading() as rows:
        courses = rows.scalars(select(Course).order_by(Course.title)).all()
        given = rows.scalars(select(Assignment).order_by(Assignment.name)).all()
        extended = extensions.own_of(rows, viewer.person)
        of_staff = [one.id for one in given if access.is_staff(viewer, one.course_id)]
        bad = troubles.counted(rows, of_staff) if of_staff else {}
    shown = [
        (
            course,
            [
                (one, title_of(service.shelf, one.name), policy_for(policy, extended.get(one.id)))
                for one in given
                if one.course_id == course.id
                and access.sees_assignment(
                    viewer,
                    course.id,
                    is_released=is_released(policy := Policy.model_validate(one.policy), now()),
                )
            ],
        )
        for course in courses
        if access.is_member(viewer, course.id)
    ]
    ruled = {course.id for course in courses if access.may_rule(viewer, course.id)}
    return page("home.html", viewer, courses=shown, ruled=ruled, troubles=bad)


@routes.get("/assignments/{id}")
def assignment_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The files, the rules, the form, and one's attempts."""
    return _assignment(service, viewer, id)


@routes.get("/assignments/{id}/files/")
def handout(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The handout as a page; its pictures lie beside it."""
    given, _ = assignment_for(service, viewer, id)
    text = service.shelf.files(given.name)[HANDOUT].read_text(encoding="utf-8")
    return page(
        "handout.html",
        viewer,
        given=given,
        title=title_of(service.shelf, given.name),
        html=_markdown.render(text),
    )


@routes.get("/assignments/{id}/files.zip")
def all_files(service: Service, viewer: Who, id: int) -> Response:
    """All that students are given, in one archive."""
    given, _ = assignment_for(service, viewer, id)
    data = service.shelf.archive(given.name)
    return download(data, "application/zip", f"{given.name}.zip")


@routes.get("/assignments/{id}/files/{name:path}")
def one_file(service: Service, viewer: Who, id: int, name: str) -> Response:
    """One of the files that students are given."""
    given, _ = assignment_for(service, viewer, id)
    path = service.shelf.files(given.name).get(name)
    if path is None:
        raise NotThere("There is no such file.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("image/"):
        return Response(path.read_bytes(), media_type=kind)
    return download(path.read_bytes(), kind, path.name)


@routes.post("/assignments/{id}", max_body_size=MAX_UPLOAD_BYTES, form_limits={"max_files": 65})
def submit(service: Service, viewer: Who, id: int, files: Files) -> Response:
    """Submit files; from the answer on they are safe with us."""
    try:
        return to(f"/submissions/{accepted(service, viewer, id, files)}")
    except Refused as refused:
        status = status_of(refused)
        return _assignment(service, viewer, id, said=str(refused), status=status)


@routes.get("/submissions/{id}")
def submission_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """Where a submission stands, then its report as students read it."""
    row, _ = submission_for(service, viewer, id)
    with service.base.reading() as rows:
        result = rows.get(Result, id)
        given = rows.get_one(Assignment, row.assignment_id)
    if result is not None and result.kind != FAILURE:
        return own_work.graded_page(service, viewer, row, given, result)
    return page(
        "submission.html",
        viewer,
        row=row,
        given=given,
        title=title_of(service.shelf, given.name),
        result=result,
        stage=service.stages.of(id) if result is None else None,
    )


@routes.post("/submissions/{id}/choose")
def choose(service: Service, viewer: Who, id: int) -> Response:
    """Have this attempt count, where one's own choice does."""
    row = own_submission_for(service, viewer, id)
    with service.base.writing() as rows:
        choosing.choose(rows, viewer.person, row)
    return to(f"/assignments/{row.assignment_id}")


@routes.get("/submissions/{id}/events")
async def events(service: Service, viewer: Who, id: int) -> StreamingResponse:
    """Where a submission stands, as it changes, until it is done."""
    await run_in_threadpool(submission_for, service, viewer, id)

    async def told() -> AsyncIterator[str]:
        before = None
        while True:
            # Mostly it is known: hundreds ask, and a thread for each would hold up the pages.
            stage = service.stages.fresh(id)
            if stage is None:
                stage = await run_in_threadpool(service.stages.of, id)
            if stage.is_done:
                yield "event: done\ndata: Done.\n\n"
                return
            if stage != before:
                yield f"event: state\ndata: {stage.words}\n\n"
                before = stage
            await asyncio.sleep(WATCH_SECONDS)

    return StreamingResponse(told(), media_type="text/event-stream")


def accepted(service: State, viewer: Viewer, id: int, files: list[UploadFile]) -> int:
    """Return the id of the submission that was made of an upload; raises Refused, NotThere."""
    given = to_submit(service, viewer, id)
    if limits.is_too_much(service.base, limits.UPLOADS, f"person {viewer.person}", now()):
        raise TooMany("This was the last of too many uploads in one minute; wait for the next.")
    public = service.shelf.assignment(given.name)
    named = [one for one in files if one.filename or one.size]
    if len(named) > MAX_FILES:
        raise Refused(f"There were more than {MAX_FILES} files; put them into a zip.")
    with service.uploads:
        uploads = [Uploaded(fit_name(one.filename), one.file.read()) for one in named]
        return submitting.submit(
            *(service.base, service.store, service.jobs, viewer, given, public, uploads, now())
        )


def _assignment(
    service: State, viewer: Viewer, id: int, *, said: str = "", status: int = 200
) -> HTMLResponse:
    given, policy = assignment_for(service, viewer, id)
    public = service.shelf.assignment(given.name)
    with service.base.reading() as rows:
        history = history_of(rows, given, viewer.person, now())
        group = groups.group_of(rows, id, viewer.person)
    return page(
        "assignment.html",
        viewer,
        status=status,
        public=public,
        files=sorted(service.shelf.files(given.name)),
        rules=policies.described(history.policy),
        own_rules=policies.described_extension(policy, history.policy),
        refusal=policies.refusal(history.policy, now(), history.attempts),
        most=float(public.points),
        number=0,
        **own_work.history_values(given, history, is_own=True),
        group=group,
        may_group=history.policy.group_size > 1 and not history.tried,
        is_staff=access.is_staff(viewer, given.course_id),
        rules_link=access.may_rule(viewer, given.course_id),
        said=said,
    )


def report_answer(
    service: State, row: Submission, given: Assignment, report: Report
) -> HTMLResponse:
    """Return the page of a report, as far as that holds what is for staff, with staff's remarks."""
    with service.base.reading() as rows:
        said = remarks_on(rows, row, extensions.policy_of(rows, given, row.person_id), report)
    page = report_page(
        report,
        class_page=f"/assignments/{given.id}",
        back=report.assignment.title,
        remarks=said,
    )
    # It carries its own, stricter policy, which allows its own style by hash.
    return HTMLResponse(page, headers={"content-security-policy": "frame-ancestors 'none'"})

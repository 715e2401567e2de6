"""Who asks, and one's own work: attempts and what counts, files, what changed, the handout."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import BaseModel
from sqlalchemy import select

from grader.service import access, choosing, people, policies
from grader.service.access import Role
from grader.service.changes import FileChange, TestChange
from grader.service.history import History, Tried, history_of
from grader.service.policies import Policy
from grader.service.tables import Course, Person, now
from grader.service.visibility import without_names
from grader.service.web.api.shared import MOST, ZIP, After, Id, Limit, Page, page_of, router
from grader.service.web.own_work import changes_of, files_as_zip, late
from grader.service.web.state import (
    NotThere,
    Service,
    Who,
    assignment_for,
    download,
    own_submission_for,
    submission_for,
)

# Of an earlier attempt, its number; 0: the one before.
Since = Annotated[int, Query(ge=0, le=MOST)]
TokenName = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
routes = router("Your own")


class RoleOut(BaseModel):
    """Your role in a course."""

    course: int
    name: str
    title: str
    role: Role


class MeOut(BaseModel):
    """Who you are to us."""

    person: int
    login: str
    name: str
    is_admin: bool
    roles: list[RoleOut]


class TokenOut(BaseModel):
    """A token of yours. token: its name in lists, with which nobody signs in."""

    token: str
    label: str
    created: datetime
    expires: datetime


class AttemptOut(BaseModel):
    """An attempt of yours, or of your group.

    score, counts_as: null while there is none, or tests are hidden. arithmetic: how one becomes the
    other, as one writes it. points_shown: of the tests that are not hidden. counts: it is the one.
    """

    submission: int
    number: int
    received: datetime
    state: str
    status: str
    late_days: int
    score: float | None
    counts_as: float | None
    arithmetic: str
    hidden_tests: int
    points_shown: float | None
    is_chosen: bool
    counts: bool


class AttemptsOut(BaseModel):
    """Your attempts. policy: the rules as they hold for you. refusal: why none is taken now, or "".

    counted: the number of the one that counts; null if none does, or nobody may know yet.
    """

    policy: Policy
    refusal: str
    counted: int | None
    attempts: Page[AttemptOut]


class ChangesOut(BaseModel):
    """What changed since an earlier attempt. since: its number. has_reports: both have one.

    hidden: sentences about tests that are hidden. words: why no files are shown, or "".
    """

    since: int
    has_reports: bool
    hidden: list[str]
    tests: list[TestChange]
    words: str
    files: list[FileChange]


@routes.get("/me")
def me(service: Service, viewer: Who) -> MeOut:
    """Who you are, and your roles."""
    with service.base.reading() as rows:
        person = rows.get_one(Person, viewer.person)
        found = rows.scalars(
            select(Course).where(Course.id.in_(viewer.roles)).order_by(Course.id)
        ).all()
    roles = [
        RoleOut(course=one.id, name=one.name, title=one.title, role=viewer.roles[one.id])
        for one in found
    ]
    return MeOut(
        person=person.id,
        login=person.login,
        name=person.name,
        is_admin=viewer.is_admin,
        roles=roles,
    )


@routes.get("/me/tokens")
def tokens(service: Service, viewer: Who) -> list[TokenOut]:
    """Your tokens, the oldest first.

    One is made on the page of your account alone: so a token that got out makes itself no other,
    and is of no use from the moment that you withdraw it.
    """
    with service.base.reading() as rows:
        found = people.tokens_of(rows, viewer.person)
    return [
        TokenOut(
            token=people.name_of_token(one),
            label=one.label,
            created=one.created,
            expires=one.expires,
        )
        for one in found
    ]


@routes.delete("/me/tokens/{token}", status_code=204)
def withdraw_token(service: Service, viewer: Who, token: TokenName) -> None:
    """Withdraw a token of yours, at once; also the one that asks."""
    with service.base.writing() as rows:
        if not people.withdraw_token(rows, viewer.person, token):
            raise NotThere("There is no such token.")


@routes.get("/assignments/{id}/attempts")
def attempts(
    service: Service, viewer: Who, id: Id, after: After = 0, limit: Limit = 100
) -> AttemptsOut:
    """Your attempts and your group's, by number, and what counts."""
    given, _ = assignment_for(service, viewer, id)
    moment = now()
    with service.base.reading() as rows:
        history = history_of(rows, given, viewer.person, moment)
    policy = history.policy
    tried = sorted(history.tried, key=lambda one: one.attempt.number)
    return AttemptsOut(
        policy=policy if access.is_staff(viewer, given.course_id) else without_names(policy),
        refusal=policies.refusal(policy, moment, history.attempts),
        counted=history.counted,
        attempts=page_of(tried, after, limit, lambda one: _told(history, one)),
    )


@routes.post("/submissions/{id}/choose", status_code=204)
def choose(service: Service, viewer: Who, id: Id) -> None:
    """Have this attempt count, where the rules leave that to you."""
    row = own_submission_for(service, viewer, id)
    with service.base.writing() as rows:
        choosing.choose(rows, viewer.person, row)


@routes.get("/submissions/{id}/files.zip", responses=ZIP, response_class=Response)
def own_files(service: Service, viewer: Who, id: Id) -> Response:
    """The files of an attempt as they were uploaded; for whose it is, and staff."""
    row, _ = submission_for(service, viewer, id)
    name, data = files_as_zip(service, row)
    return download(data, "application/zip", name)


@routes.get("/submissions/{id}/changes")
def changes(service: Service, viewer: Who, id: Id, since: Since = 0) -> ChangesOut:
    """What changed since an earlier attempt; for whose they are, and staff."""
    row, _ = submission_for(service, viewer, id)
    found = changes_of(service, row, since)
    return ChangesOut(
        since=found.before.attempt.number,
        has_reports=found.has_reports,
        hidden=list(found.when),
        tests=found.tests,
        words=found.words,
        files=found.files,
    )


@routes.get("/assignments/{id}/files")
def handout(service: Service, viewer: Who, id: Id) -> list[str]:
    """The names of all files that students are given."""
    given, _ = assignment_for(service, viewer, id)
    return sorted(service.shelf.files(given.name))


@routes.get("/assignments/{id}/files.zip", responses=ZIP, response_class=Response)
def all_files(service: Service, viewer: Who, id: Id) -> Response:
    """All that students are given, in one archive."""
    given, _ = assignment_for(service, viewer, id)
    return download(service.shelf.archive(given.name), "application/zip", f"{given.name}.zip")


@routes.get("/assignments/{id}/files/{name:path}", responses=_FILE, response_class=Response)
def one_file(service: Service, viewer: Who, id: Id, name: str) -> Response:
    """One of the files that students are given."""
    given, _ = assignment_for(service, viewer, id)
    path = service.shelf.files(given.name).get(name)
    if path is None:
        raise NotThere("There is no such file.")
    return download(path.read_bytes(), "application/octet-stream", path.name)


def _told(history: History, one: Tried) -> AttemptOut:
    attempt = one.attempt
    counts_as = policies.counted_score(history.policy, attempt)
    return AttemptOut(
        submission=one.id,
        number=attempt.number,
        received=attempt.received,
        state=one.state,
        status=one.status or one.kind,
        late_days=late(history, attempt.number),
        score=None if attempt.score is None else float(attempt.score),
        counts_as=None if counts_as is None else float(counts_as),
        arithmetic=policies.arithmetic(history.policy, attempt),
        hidden_tests=one.hidden,
        points_shown=None if one.seen is None else one.seen.earned,
        is_chosen=attempt.is_chosen,
        counts=history.counted == attempt.number,
    )

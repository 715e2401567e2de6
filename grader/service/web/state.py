"""What every route has at hand, who asks, and how refusals look."""

import ipaddress
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from grader.errors import AssignmentError, GraderError
from grader.pages.rendering import environment
from grader.service import access, groups, limits, people
from grader.service.access import View, Viewer
from grader.service.database import Database
from grader.service.jobs import Jobs
from grader.service.limits import Pace
from grader.service.policies import Policy, is_released
from grader.service.shelf import Shelf
from grader.service.store import Store
from grader.service.submitting import NoRoom, Refused, TooMany
from grader.service.tables import Assignment, Course, Submission, now
from grader.service.web.stages import Stages

COOKIE = "session"
UPLOADS_AT_A_TIME = 4  # each is held in memory, up to what a submission may be
_templates = environment(Path(__file__).parent / "templates")


class SignedOut(GraderError):
    """Nobody is signed in."""


class NotThere(GraderError):
    """There is no such thing, or it is not for who asks: the same answer."""


@dataclass(frozen=True)
class State:
    """The service, as routes see it. is_secure: cookies go over TLS alone."""

    base: Database
    jobs: Jobs
    store: Store
    shelf: Shelf
    stages: Stages
    is_secure: bool = False
    pace: Pace = field(default_factory=Pace)
    uploads: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(UPLOADS_AT_A_TIME)
    )


def state_of(request: Request) -> State:
    """Return the service that this request is for."""
    found: State = request.app.state.service
    return found


Service = Annotated[State, Depends(state_of)]


def viewer_of(request: Request, service: Service) -> Viewer:
    """Return who asks: by the session's cookie; at the API by a token if one is sent.

    A token opens no page: it sets no password and makes no other token, so nothing is left of one
    that was withdrawn. Raises SignedOut if that is nobody.
    """
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind and is_api(request):
        return _viewer_of_token(request, service, secret if kind.lower() == "bearer" else "")
    with service.base.reading() as rows:
        viewer = people.viewer_of_session(rows, request.cookies.get(COOKIE, ""))
    if viewer is None:
        raise SignedOut("Sign in first.")
    return viewer


def is_api(request: Request) -> bool:
    """Return whether a program asks, and is answered with JSON."""
    return request.url.path.startswith("/api/")


def _viewer_of_token(request: Request, service: State, secret: str) -> Viewer:
    """Return whose token this is; raises SignedOut, and TooMany after many wrong ones.

    Who has a right one is let in whatever others at the same address do: unlike a password, none
    can be guessed.
    """
    with service.base.reading() as rows:
        viewer = people.viewer_of_token(rows, secret)
    if viewer is not None:
        return viewer
    address = address_of(request)
    with service.base.reading() as rows:
        is_known = people.sends_wrong_tokens(rows, address)
    if is_known:  # and no more is written of it
        minutes = people.MISSTEP_MINUTES
        raise TooMany(f"Too many wrong tokens; wait {minutes} minutes.", 60 * minutes)
    with service.base.writing() as rows:
        people.note_misstep(rows, people.BY_TOKEN, address)
    raise SignedOut("This token is not, or no longer, right.")


Who = Annotated[Viewer, Depends(viewer_of)]


def assignment_for(service: State, viewer: Viewer, id: int) -> tuple[Assignment, Policy]:
    """Return an assignment's row and rules; raises NotThere if it is not for them."""
    with service.base.reading() as rows:
        found = rows.get(Assignment, id)
    if found is None:
        raise NotThere("There is no such assignment.")
    policy = Policy.model_validate(found.policy)
    if not access.sees_assignment(viewer, found.course_id, is_released=is_released(policy, now())):
        raise NotThere("There is no such assignment.")
    return found, policy


def to_rule(service: State, viewer: Viewer, id: int) -> tuple[Assignment, Policy]:
    """Return an assignment's row and rules; raises NotThere if they may not set them."""
    given, policy = assignment_for(service, viewer, id)
    if not access.may_rule(viewer, given.course_id):
        raise NotThere("There is no such page.")
    return given, policy


def to_submit(service: State, viewer: Viewer, id: int) -> Assignment:
    """Return an assignment's row; raises NotThere if they may not submit to it."""
    given, _ = assignment_for(service, viewer, id)
    if not access.may_submit(viewer, given.course_id):
        raise NotThere("There is no such assignment.")
    return given


def to_administer(viewer: Viewer) -> None:
    """Raise NotThere if they do not make courses."""
    if not access.may_administer(viewer):
        raise NotThere("There is no such page.")


def course_to_rule(service: State, viewer: Viewer, id: int) -> Course:
    """Return a course's row; raises NotThere if they may not set its rules."""
    with service.base.reading() as rows:
        found = rows.get(Course, id)
    if found is None or not access.may_rule(viewer, id):
        raise NotThere("There is no such course.")
    return found


def submission_for(service: State, viewer: Viewer, id: int) -> tuple[Submission, View]:
    """Return a submission's row and how they may read it; raises NotThere if they may not."""
    with service.base.reading() as rows:
        found = rows.execute(
            select(Submission, Assignment.course_id)
            .join(Assignment, Assignment.id == Submission.assignment_id)
            .where(Submission.id == id)
        ).first()
        if found is None:
            raise NotThere("There is no such submission.")
        mates = groups.mates_of(rows, found[0].assignment_id, found[0].person_id)
    view = access.view_of(viewer, found[1], found[0].person_id, mates)
    if view is None:
        raise NotThere("There is no such submission.")
    return found[0], view


def own_submission_for(service: State, viewer: Viewer, id: int) -> Submission:
    """Return a submission's row; raises NotThere if it is not of them or of who works with them."""
    row, _ = submission_for(service, viewer, id)
    assignment_for(service, viewer, row.assignment_id)
    with service.base.reading() as rows:
        mates = groups.mates_of(rows, row.assignment_id, row.person_id)
    if not access.works_on(viewer, mates):
        raise NotThere("There is no such submission.")
    return row


def address_of(request: Request) -> str:
    """Return where a request comes from: an address, of IPv6 the network that one house has."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def start_of(request: Request, service: State) -> str:
    """Return what all our addresses begin with, as who asks has reached us."""
    return f"{'https' if service.is_secure else 'http'}://{request.headers.get('host', '')}"


def title_of(shelf: Shelf, name: str) -> str:
    """Return an assignment's title; its name if its folder is not right."""
    try:
        return shelf.assignment(name).title
    except AssignmentError:
        return name


def status_of(refused: Refused) -> int:
    """Return the status of an answer that refuses."""
    if isinstance(refused, NoRoom):
        return 507
    return 429 if isinstance(refused, TooMany) else 400


def wait_of(refused: Refused) -> int:
    """Return after how many seconds it is worth another try."""
    told = refused.seconds if isinstance(refused, TooMany) else 0
    return told or limits.seconds_left(now())


def page(template: str, viewer: Viewer | None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return the page that a template makes of the values."""
    text = _templates.get_template(template).render(viewer=viewer, **values)
    return HTMLResponse(text, status_code=status)


def to(address: str) -> RedirectResponse:
    """Return the answer to a form: go there, and look."""
    return RedirectResponse(address, status_code=303)


def download(data: bytes, kind: str, name: str) -> Response:
    """Return a file to be kept, never shown: whatever it holds, it is no page of ours."""
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=headers)

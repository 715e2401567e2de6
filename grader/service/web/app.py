"""The web application: its routes, its guards, and how what goes wrong is told."""

import logging
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.exceptions import HTTPException

from grader import __version__
from grader.errors import AssignmentError, UsageError
from grader.pages.rendering import style
from grader.service.metrics import Metrics
from grader.service.submitting import Refused
from grader.service.web import (
    admin,
    answers,
    api,
    class_grid,
    exports,
    groups,
    hooks,
    likenesses,
    live,
    members,
    own_work,
    regrades,
    remarks,
    rules,
    signing_in,
    staff,
    student,
    troubles,
    watching,
)
from grader.service.web.guard import Guard
from grader.service.web.state import (
    NotThere,
    Service,
    SignedOut,
    State,
    is_api,
    page,
    status_of,
    to,
    wait_of,
)
from grader.service.web.watching import Measured, route_of

MAX_BODY_BYTES = 64 * 1024  # of anything but an upload
_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_log = logging.getLogger("grader.web")


def application(service: State) -> FastAPI:
    """Return the application that serves this service."""
    app = FastAPI(
        title="grader",
        version=__version__,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        max_body_size=MAX_BODY_BYTES,
    )
    app.state.service = service
    app.add_middleware(Guard)
    app.state.metrics = Metrics(service.base)
    app.add_middleware(Measured, metrics=app.state.metrics)
    for routes in (
        signing_in.routes,
        student.routes,
        staff.routes,
        watching.routes,
        hooks.routes,
        *api.ROUTES,
    ):
        app.include_router(routes)
    for own in (own_work, rules, groups, members, admin):
        app.include_router(own.routes)
    for room in (class_grid, remarks, regrades, answers, exports, likenesses, live):
        app.include_router(room.routes)
    app.include_router(troubles.routes)
    _add_static(app)
    _add_handlers(app)

    @app.get("/healthz", include_in_schema=False)
    def healthz(service: Service) -> Response:
        """Whether the database answers."""
        with service.base.reading() as rows:
            rows.execute(text("SELECT 1"))
        return PlainTextResponse("ok\n")

    return app


def _add_static(app: FastAPI) -> None:
    """Serve the files that pages need from memory: no request's path ever opens a file."""
    files = {path.name: path.read_text(encoding="utf-8") for path in _STATIC.iterdir()}
    files["style.css"] = style() + files.pop("service.css")

    @app.get("/favicon.ico", include_in_schema=False)
    def icon() -> Response:
        """What browsers ask for by themselves."""
        return static("icon.svg")

    @app.get("/static/{name}", include_in_schema=False)
    def static(name: str) -> Response:
        """One of the files that pages need."""
        if name not in files:
            raise NotThere("There is no such file.")
        headers = {"cache-control": "max-age=300"}
        return Response(files[name], media_type=_KINDS[Path(name).suffix], headers=headers)


def _add_handlers(app: FastAPI) -> None:
    def signed_out(request: Request, error: Exception) -> Response:
        return _told(request, 401, str(error)) if is_api(request) else to("/sign-in")

    def not_there(request: Request, error: Exception) -> Response:
        return _told(request, 404, str(error))

    def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        status = status_of(error)
        answer = _told(request, status, str(error))
        if status == 429:
            answer.headers["retry-after"] = str(wait_of(error))
        return answer

    def asked_wrongly(request: Request, error: Exception) -> Response:
        return _told(request, 400, str(error))

    def no_number(request: Request, error: Exception) -> Response:
        return _told(request, 404, "There is no such page.")

    def other(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        words = {404: "There is no such page.", 413: "This is too large to be taken in."}
        return _told(request, error.status_code, words.get(error.status_code, error.detail))

    def misunderstood(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return _told(request, 422, f"{where}: {first['msg']}.")

    def ours(request: Request, error: Exception) -> Response:
        # Of the path only what is ours: the rest may be a link's secret.
        _log.error("%s %s failed", request.method, route_of(request.scope), exc_info=error)
        return _told(request, 503, "The service cannot do this now; try again in a minute.")

    app.add_exception_handler(SignedOut, signed_out)
    app.add_exception_handler(NotThere, not_there)
    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(UsageError, asked_wrongly)
    app.add_exception_handler(HTTPException, other)
    app.add_exception_handler(RequestValidationError, misunderstood)
    # A number that no row can have.
    app.add_exception_handler(OverflowError, no_number)
    app.add_exception_handler(DataError, no_number)
    for kind in (SQLAlchemyError, AssignmentError, OSError):
        app.add_exception_handler(kind, ours)


def _told(request: Request, status: int, sentence: str) -> Response:
    if is_api(request):
        return JSONResponse({"error": sentence}, status_code=status)
    return page("told.html", None, status=status, sentence=sentence)

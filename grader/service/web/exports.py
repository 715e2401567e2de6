"""Scores of a class into other systems, as downloads."""

import mimetypes
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.lms import FORMATS, PerClass, roster
from grader.service import exporting
from grader.service.access import Viewer
from grader.service.exporting import LeftOut
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import Service, State, Who, download, page, title_of

routes = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]
MAX_ROSTER = roster.MAX_BYTES + (1 << 20)  # and what a form puts around it


@routes.get("/assignments/{id}/exports")
def exports_page(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The formats, and who has no final score."""
    return _exports(service, viewer, id)


@routes.post("/assignments/{id}/exports", max_body_size=MAX_ROSTER)
def export(
    service: Service,
    viewer: Who,
    id: int,
    format: Text = "",
    column: Text = "",
    points: Text = "",
    without: Text = "",
    table: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """The file of a format; who is not in it is named first, unless that is known (`without`)."""
    try:
        return exported(service, viewer, id, format, column, points, table, without=bool(without))
    except LeftOut as refused:
        said, names = str(refused), refused.names
        return _exports(service, viewer, id, said=said, left_out=names, chosen=format)
    except UsageError as error:
        return _exports(service, viewer, id, said=str(error), chosen=format)


def exported(
    service: State,
    viewer: Viewer,
    id: int,
    name: str,
    column: str,
    points: str,
    table: UploadFile | None,
    *,
    without: bool,
) -> Response:
    """Return the file of a format as a download; raises NotThere, and as `exporting` does."""
    given, _ = assignment_of_staff(service, viewer, id)
    sent = table.file.read() if table is not None and table.filename else None
    told = exporting.told(column, points, sent)
    with service.base.reading() as rows:
        found = exporting.class_of(rows, given)
    file = exporting.exported(found, given.name, name, told, without=without)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return download(file.content, kind, file.name)


def _exports(
    service: State,
    viewer: Viewer,
    id: int,
    *,
    said: str = "",
    left_out: tuple[str, ...] = (),
    chosen: str = "",
) -> HTMLResponse:
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = exporting.class_of(rows, given)
    return page(
        "exports.html",
        viewer,
        status=400 if said else 200,
        given=given,
        title=title_of(service.shelf, given.name),
        formats={name: isinstance(one, PerClass) for name, one in FORMATS.items()},
        count=len(found.reports),
        left_out=left_out or found.open,
        chosen=chosen,
        said=said,
    )

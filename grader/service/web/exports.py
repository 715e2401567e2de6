"""Scores of a class into other systems, as downloads."""

import math
import mimetypes
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import HTMLResponse

from grader.errors import UsageError
from grader.lms import FORMATS, PerClass, roster, sheet
from grader.service import exporting
from grader.service.access import Viewer
from grader.service.exporting import Told
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
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = exporting.class_of(rows, given)
    try:
        file = exporting.exported(found, given.name, format, _told(column, points, table))
    except UsageError as error:
        return _exports(service, viewer, id, said=str(error), chosen=format)
    if file.left_out and not without:
        said = "Not everybody is in it with a final score. Tick that you know, and export again."
        return _exports(service, viewer, id, said=said, left_out=file.left_out, chosen=format)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return download(file.content, kind, file.name)


def _told(column: str, points: str, table: UploadFile | None) -> Told:
    """Return what the form says; raises UsageError if that makes no sense."""
    try:
        full = float(points) if points.strip() else None
    except ValueError:
        full = math.nan
    if full is not None and not 0 < full < math.inf:
        raise UsageError(f"A full score: found {points[:40]!r}; expected a positive number.")
    if table is None or not table.filename:
        return Told(column.strip(), full)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.csv"  # never the name that a browser sends
        path.write_bytes(table.file.read())
        try:
            return Told(column.strip(), full, roster.read(path), sheet.read(path))
        except UsageError as error:
            raise UsageError(str(error).replace(str(path), "The table")) from error


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
        # Words of the command line, where these are options.
        said=said.replace("--", ""),
    )

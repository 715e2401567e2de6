"""Scores of a class into other systems."""

from typing import Annotated, Any

from fastapi import File, Form, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from grader.lms import FORMATS, PerClass
from grader.service import exporting
from grader.service.exporting import LeftOut
from grader.service.web.api.shared import ErrorOut, Id, router
from grader.service.web.exports import MAX_ROSTER, Text, exported
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import Service, Who

routes = router("Exports")


class FormatOut(BaseModel):
    """A format. per_class: one file for all, else one for each submission, in a zip.

    options: which of column and points mean something there. table: what it fills in and has to be
    sent, in words; empty if nothing is.
    """

    name: str
    per_class: bool
    options: list[str]
    table: str


class ExportsOut(BaseModel):
    """What can be exported. reports: how many are in it. left_out: who has no final score."""

    formats: list[FormatOut]
    reports: int
    left_out: list[str]


class LeftOutOut(ErrorOut):
    """Why there is no file. left_out: who would not be in it, or without a final score."""

    left_out: list[str] = Field(default_factory=list)


_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, as a download.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (
                "text/csv",
                "application/zip",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        },
    },
    400: {"model": LeftOutOut, "description": "Refused: not understood, or some are left out."},
}


@routes.get("/assignments/{id}/exports")
def formats(service: Service, viewer: Who, id: Id) -> ExportsOut:
    """The formats, and who has no final score; for staff."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = exporting.class_of(rows, given)
    return ExportsOut(
        formats=[
            FormatOut(
                name=name,
                per_class=isinstance(one, PerClass),
                options=list(one.options),
                table=one.table if isinstance(one, PerClass) else "",
            )
            for name, one in FORMATS.items()
        ],
        reports=len(found.reports),
        left_out=list(found.open),
    )


@routes.post(
    "/assignments/{id}/exports",
    max_body_size=MAX_ROSTER,
    responses=_FILE,
    response_class=Response,
)
def export(
    service: Service,
    viewer: Who,
    id: Id,
    format: Text,
    column: Text = "",
    points: Text = "",
    without: Annotated[bool, Form()] = False,
    table: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """The file of a format, for staff. table: a roster, or what the other system exported.

    Refused while somebody is left out, or without a final score, unless that is known (without).
    """
    try:
        return exported(service, viewer, id, format, column, points, table, without=without)
    except LeftOut as refused:
        told = LeftOutOut(error=str(refused), left_out=list(refused.names))
        return JSONResponse(told.model_dump(), status_code=400)

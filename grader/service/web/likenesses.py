"""Which submissions have much in common: compared by a worker, shown to staff side by side."""

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from grader.pages import csv_text, similar_page
from grader.service import errands, people
from grader.service.access import Viewer
from grader.service.anew import Compared
from grader.service.tables import Assignment, Errand, Likeness
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import (
    NotThere,
    Service,
    State,
    Who,
    download,
    page,
    title_of,
    to,
)

routes = APIRouter(include_in_schema=False)
KIND: errands.Kind = "similar"


@routes.get("/assignments/{id}/similar")
def similar(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """What has been compared, and the form to ask for it."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = rows.scalars(
            select(Errand)
            .where(Errand.assignment_id == id, Errand.kind == KIND)
            .order_by(Errand.id.desc())
        ).all()
    return page(
        "similar.html",
        viewer,
        given=given,
        title=title_of(service.shelf, given.name),
        found=found,
        is_at_work=any(one.state in ("waiting", errands.DOING) for one in found),
    )


@routes.post("/assignments/{id}/similar")
def compare(service: Service, viewer: Who, id: int) -> Response:
    """Have the attempts that count compared with each other, once at a time."""
    assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        rows.execute(select(Assignment.id).where(Assignment.id == id).with_for_update())
        waiting = select(Errand.id).where(
            Errand.assignment_id == id,
            Errand.kind == KIND,
            Errand.state.in_(["waiting", errands.DOING]),
        )
        if rows.scalars(waiting).first() is None:
            errands.ask(rows, KIND, id)
            people.note(rows, viewer.person, "asked for a comparison", f"assignment {id}")
    return to(f"/assignments/{id}/similar")


@routes.get("/likenesses/{id}")
def pairs(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The pairs, the most alike first, both texts side by side."""
    given, found = _found(service, viewer, id)
    title = title_of(service.shelf, given.name)
    text = similar_page(title, found.pairs, found.texts, found.left_out, found.answers)
    # It carries its own, stricter policy, which allows its own style by hash.
    return HTMLResponse(text, headers={"content-security-policy": "frame-ancestors 'none'"})


@routes.get("/likenesses/{id}/pairs.csv")
def pairs_table(service: Service, viewer: Who, id: int) -> Response:
    """All pairs, as a table."""
    _, found = _found(service, viewer, id)
    rows: list[list[str | float]] = [
        [pair.task, *pair.owners, *(round(100 * share) for share in pair.shares)]
        for pair in found.pairs
    ]
    head = ("task", "first", "second", "percent of first", "percent of second")
    return download(csv_text(head, rows).encode(), "text/csv", "pairs.csv")


def _found(service: State, viewer: Viewer, id: int) -> tuple[Assignment, Compared]:
    """Return what was found, and in which assignment; raises NotThere if they are not its staff."""
    with service.base.reading() as rows:
        errand, likeness = rows.get(Errand, id), rows.get(Likeness, id)
    if errand is None or likeness is None:
        raise NotThere("There is no such comparison.")
    given, _ = assignment_of_staff(service, viewer, errand.assignment_id)
    return given, msgspec.json.decode(likeness.found, type=Compared)

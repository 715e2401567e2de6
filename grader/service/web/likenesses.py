"""Which submissions have much in common: compared by a worker, shown to staff side by side."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from grader.pages import similar_page
from grader.service import likenesses
from grader.service.web.for_staff import assignment_of_staff, comparison_of_staff
from grader.service.web.state import Service, Who, download, page, title_of, to

routes = APIRouter(include_in_schema=False)


@routes.get("/assignments/{id}/similar")
def similar(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """What has been compared, and the form to ask for it."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = likenesses.asked_for(rows, id)
    return page(
        "similar.html",
        viewer,
        given=given,
        title=title_of(service.shelf, given.name),
        found=found,
        is_at_work=any(map(likenesses.is_at_work, found)),
    )


@routes.post("/assignments/{id}/similar")
def compare(service: Service, viewer: Who, id: int) -> Response:
    """Have the attempts that count compared with each other, once at a time."""
    assignment_of_staff(service, viewer, id)
    with service.base.writing() as rows:
        likenesses.ask(rows, viewer.person, id)
    return to(f"/assignments/{id}/similar")


@routes.get("/likenesses/{id}")
def pairs(service: Service, viewer: Who, id: int) -> HTMLResponse:
    """The pairs, the most alike first, both texts side by side."""
    given, found = comparison_of_staff(service, viewer, id)
    title = title_of(service.shelf, given.name)
    text = similar_page(
        *(title, found.pairs, found.texts, found.left_out, found.answers),
        back=f"/assignments/{given.id}/similar",
    )
    # It carries its own, stricter policy, which allows its own style by hash.
    return HTMLResponse(text, headers={"content-security-policy": "frame-ancestors 'none'"})


@routes.get("/likenesses/{id}/pairs.csv")
def pairs_table(service: Service, viewer: Who, id: int) -> Response:
    """All pairs, as a table."""
    _, found = comparison_of_staff(service, viewer, id)
    return download(likenesses.pairs_csv(found).encode(), "text/csv", "pairs.csv")

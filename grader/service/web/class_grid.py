"""The class of an assignment as a table of students and tests, filtered and ordered by links."""

from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from grader.service import troubles
from grader.service.grid import ORDERS, SHOWS, Wish, columns, grid, known, wished
from grader.service.web.for_staff import assignment_of_staff
from grader.service.web.state import Service, Who, page, title_of

routes = APIRouter(include_in_schema=False)


@routes.get("/assignments/{id}/grid")
def class_grid(
    service: Service,
    viewer: Who,
    id: int,
    show: str = "all",
    test: str = "",
    verdict: str = "",
    task: str = "",
    order: str = "name",
) -> HTMLResponse:
    """Students and tests. What a filter does not know filters nothing."""
    given, _ = assignment_of_staff(service, viewer, id)
    with service.base.reading() as rows:
        found = grid(rows, given)
        bad = troubles.count(rows, id)
    wish = known(found, Wish(show, test, verdict, task, order))

    def link(**changes: str) -> str:
        """Return the address of this page with some of the filters changed."""
        values = {**vars(wish), **changes}
        usual = vars(Wish())
        asked = {name: value for name, value in values.items() if value != usual[name]}
        return f"/assignments/{id}/grid?{urlencode(asked)}" if asked else f"/assignments/{id}/grid"

    return page(
        "class_grid.html",
        viewer,
        given=given,
        title=title_of(service.shelf, given.name),
        found=found,
        tasks=columns(found, wish),
        lines=wished(found, wish),
        wish=wish,
        link=link,
        shows=SHOWS,
        orders=ORDERS,
        tests=[f"{one.task}/{one.id}" for one in found.tests],
        troubles=bad,
    )

"""How busy the service is, as a page."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from grader.service import access
from grader.service.access import Viewer
from grader.service.busy import Busy, busy
from grader.service.web.state import NotThere, Service, State, Who, page

routes = APIRouter(include_in_schema=False)


@routes.get("/workers")
def workers_page(service: Service, viewer: Who) -> HTMLResponse:
    """The queue and the workers."""
    found = busy_for(service, viewer)
    return page("workers.html", viewer, depth=service.jobs.depth(), **vars(found))


def busy_for(service: State, viewer: Viewer) -> Busy:
    """Return how busy the service is; raises NotThere if that is not for them."""
    if not access.sees_workers(viewer):
        raise NotThere("There is no such page.")
    with service.base.reading() as rows:
        return busy(rows)

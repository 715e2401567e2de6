"""How busy the service is: the queue, and what each worker does. Nothing of a course is in it."""

from collections import Counter

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from grader.service import access, errands
from grader.service.tables import GRADING, WAITING, Errand, Submission, Worker, now
from grader.service.web.state import NotThere, Service, Who, page

MOST_ENDED = 5  # workers that have ended, the latest first

routes = APIRouter(include_in_schema=False)


@routes.get("/workers")
def workers_page(service: Service, viewer: Who) -> HTMLResponse:
    """The queue and the workers."""
    if not access.sees_workers(viewer):
        raise NotThere("There is no such page.")
    with service.base.reading() as rows:
        waiting, oldest = rows.execute(
            select(func.count(Submission.id), func.min(Submission.id)).where(
                Submission.state == WAITING
            )
        ).one()
        received = rows.get_one(Submission, oldest).received if oldest else None
        grading = Counter(
            rows.scalars(select(Submission.worker_id).where(Submission.state == GRADING))
        )
        alive = rows.scalars(
            select(Worker).where(Worker.has_ended.is_(False)).order_by(Worker.started)
        ).all()
        ended = rows.scalars(
            select(Worker)
            .where(Worker.has_ended.is_(True))
            .order_by(Worker.started.desc())
            .limit(MOST_ENDED)
        ).all()
        left = rows.execute(
            select(Errand.kind, Errand.state, Errand.worker_id).where(
                Errand.state.in_([WAITING, errands.DOING])
            )
        ).all()
    return page(
        "workers.html",
        viewer,
        depth=service.jobs.depth(),
        waiting=waiting,
        oldest=None if received is None else max(0, int((now() - received).total_seconds())),
        grading=grading,
        alive=alive,
        ended=ended,
        asked=Counter(row.kind for row in left if row.state == WAITING),
        doing={row.worker_id: row.kind for row in left if row.state == errands.DOING},
    )

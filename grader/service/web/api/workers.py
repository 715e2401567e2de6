"""How busy the service is."""

from datetime import datetime

from pydantic import BaseModel

from grader.service.busy import Busy
from grader.service.tables import Worker
from grader.service.web.api.shared import router
from grader.service.web.live import busy_for
from grader.service.web.state import Service, Who

routes = router("Queue and workers")


class WorkerOut(BaseModel):
    """A worker. grades: how many submissions now. errand: what else it is at, empty if nothing."""

    host: str
    process: int
    started: datetime
    beats: int
    has_ended: bool
    grades: int
    errand: str


class BusyOut(BaseModel):
    """What there is to do, and who does it.

    waiting, grading: submissions. oldest_seconds: since the oldest of those that wait came; null
    if none does. jobs: in the queue. errands: that wait, by kind. workers: those that live, then
    the last that have ended.
    """

    waiting: int
    oldest_seconds: int | None
    grading: int
    jobs: int
    errands: dict[str, int]
    workers: list[WorkerOut]


@routes.get("/workers")
def queue_and_workers(service: Service, viewer: Who) -> BusyOut:
    """The queue and the workers, for staff of any course; nothing of a course is in it."""
    found = busy_for(service, viewer)
    return BusyOut(
        waiting=found.waiting,
        oldest_seconds=found.oldest_seconds,
        grading=sum(found.grading.values()),
        jobs=service.jobs.depth(),
        errands=dict(found.asked),
        workers=[_worker(found, one) for one in (*found.alive, *found.ended)],
    )


def _worker(found: Busy, one: Worker) -> WorkerOut:
    return WorkerOut(
        host=one.host,
        process=one.process,
        started=one.started,
        beats=one.beats,
        has_ended=one.has_ended,
        grades=found.grading.get(one.id, 0),
        errand=found.doing.get(one.id, ""),
    )

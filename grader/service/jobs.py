"""The queue: which submission is graded when and by which worker. The only module that knows DBOS.

A job is a submission and a generation of it, under one id: enqueued twice it is one job. The queue
may forget everything and may deliver twice; `attempts` makes of that one result for each. What of
DBOS 3.4 shapes this module:

- Nobody takes over what a dead executor had begun. We never resume it: `attempts.sweep` asks
  `held`, and enqueues the next generation. Each start of a worker is an executor of its own, so
  that nothing is begun again behind the sweep's back.
- Its application version is a hash of the source by default, and jobs of another version wait for
  ever: a constant here.
- Arguments are pickled by default: JSON here, and ids alone.
- SQLite files are opened with a rollback journal: set to WAL once, which the file remembers.
- While its database is away it logs every try, ten a second, with tracebacks: not passed on, as
  whoever else in the process asks the same database says so once (`repeating.Outage`).
- A limit for all workers together would count what dead ones hold: ours is for each worker.
"""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy.exc import SQLAlchemyError

NAME = "grader-service"
VERSION = "1"  # of the meaning of a job, not of the code
QUEUE = "grade"
WORKFLOW = "grade"
POLL_SECONDS = 0.1
MOST_FORGOTTEN = 1000  # at a time
_AWAY = ("OperationalError", "InterfaceError")  # of SQLAlchemy and of the drivers
_LIVE = ["ENQUEUED", "PENDING"]
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


class Job(NamedTuple):
    """One thing to do: a submission, and which generation of it."""

    submission: int
    generation: int

    @property
    def id(self) -> str:
        """Its name in the queue."""
        return f"{self.submission}-{self.generation}"


def prepare(url: str) -> None:
    """Make the queue's tables, or bring them to this version."""
    quiet()
    if url.startswith("sqlite:///"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    DBOS.migrate(url)


class Jobs:
    """The queue from outside; may be shared by threads."""

    def __init__(self, url: str) -> None:
        quiet()
        self._client = DBOSClient(
            system_database_url=url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=NAME,
            retry_connection_errors=False,  # a page must not wait for ever; the sweep comes again
        )

    def enqueue(self, job: Job, priority: int) -> None:
        """Have a job done once, some time; the lowest priority first, from 1 on."""
        self._client.enqueue(
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": job.id,
                "app_version": VERSION,
                "priority": priority,
            },
            job.submission,
            job.generation,
        )

    def cancel(self, jobs: Collection[Job]) -> None:
        """Have jobs no longer done, if they have not begun."""
        self._client.cancel_workflows([job.id for job in jobs])

    def held(self, jobs: Collection[Job], alive: Collection[str]) -> set[Job]:
        """Return which of the jobs wait in the queue, or are in the hands of a live worker."""
        if not jobs:
            return set()
        found = self._client.list_workflows(
            workflow_ids=[job.id for job in jobs], status=_LIVE, load_input=False, load_output=False
        )
        kept = {
            status.workflow_id
            for status in found
            if status.status == "ENQUEUED" or status.executor_id in alive
        }
        return {job for job in jobs if job.id in kept}

    def tidy(self, alive: Callable[[], Collection[str]]) -> None:
        """Forget what is over, and give up what a dead worker had begun.

        alive: asked after the queue has been looked at: whoever has begun by then is known.
        """
        begun = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        living = set(alive())
        dead = [own.workflow_id for own in begun if own.executor_id not in living]
        if dead:
            self._client.cancel_workflows(dead)
        over = self._client.list_workflows(
            status=_OVER, limit=MOST_FORGOTTEN, load_input=False, load_output=False
        )
        if over:
            self._client.delete_workflows([own.workflow_id for own in over])

    def depth(self) -> int:
        """Return how many jobs wait or are being done."""
        return len(
            self._client.list_queued_workflows(
                queue_name=QUEUE, load_input=False, load_output=False
            )
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.destroy()


@contextmanager
def running(url: str, worker: str, slots: int, work: Callable[[Job], None]) -> Iterator[None]:
    """Do jobs, `slots` at a time, for the length of a block, each in a thread of its own.

    work: must not raise; what became of a job is in our tables and not in the queue. At the end of
    the block no further job is begun; those that have begun may end within the minute.
    """
    quiet()
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": url,
        "application_version": VERSION,
        "executor_id": worker,
        "serializer": DBOSPortableJSONSerializer(),
        "run_migrations": False,
        "use_listen_notify": False,
        "log_level": "WARNING",
    }
    DBOS(config=config)

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
    def grade(submission: int, generation: int) -> None:
        work(Job(submission, generation))

    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=slots, polling_interval_sec=POLL_SECONDS)
    try:
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=60, destroy_registry=True)


def quiet() -> None:
    """Keep what DBOS tells about itself out of our output; its warnings stay, as lines of ours."""
    logger = logging.getLogger("dbos")
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else it adds one of its own, and passes none on
    if _is_worth_saying not in logger.filters:
        logger.addFilter(_is_worth_saying)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    """Return whether a record is about more than a database that does not answer."""
    if record.exc_info and isinstance(record.exc_info[1], SQLAlchemyError):
        return False
    return not any(kind in record.getMessage() for kind in _AWAY)

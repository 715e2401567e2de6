"""The queue itself, on both engines: in order of priority, once, and never what was cancelled."""

import threading
from collections.abc import Iterator

import pytest

from grader.service import jobs
from grader.service.jobs import Job, Jobs
from tests.service.running import PATIENCE, await_


@pytest.fixture
def queue_url(empty: str) -> str:
    """The address of a queue's own tables."""
    jobs.prepare(empty)
    return empty


@pytest.fixture
def queue(queue_url: str) -> Iterator[Jobs]:
    found = Jobs(queue_url)
    yield found
    found.close()


def test_jobs_are_done_once_in_order_of_priority(queue: Jobs, queue_url: str) -> None:
    for submission, priority in ((1, 3), (2, 1), (3, 2), (4, 1)):
        queue.enqueue(Job(submission, 1), priority)
    queue.enqueue(Job(2, 1), 9)
    queue.cancel([Job(4, 1)])
    done: list[Job] = []

    with jobs.running(queue_url, "one", 1, done.append):
        await_(lambda: queue.depth() == 0)
        queue.enqueue(Job(2, 1), 1)  # delivered a second time, and known already
        queue.enqueue(Job(5, 1), 1)
        await_(lambda: Job(5, 1) in done)

    assert done == [Job(2, 1), Job(3, 1), Job(1, 1), Job(5, 1)]


def test_as_many_at_a_time_as_there_are_slots(queue: Jobs, queue_url: str) -> None:
    meeting = threading.Barrier(3)  # two jobs and this test
    for submission in range(4):
        queue.enqueue(Job(submission, 1), 1)

    with jobs.running(queue_url, "one", 2, lambda job: [meeting.wait(PATIENCE)]):
        meeting.wait(PATIENCE)
        meeting.wait(PATIENCE)
        await_(lambda: queue.depth() == 0)


class HeldUp:
    """Work that has begun, and ends when it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self, job: Job) -> None:
        self.begun.set()
        self.may_end.wait(PATIENCE)


def test_a_dead_workers_jobs_are_held_by_nobody(queue: Jobs, queue_url: str) -> None:
    held_up = HeldUp()
    queue.enqueue(Job(1, 1), 1)
    with jobs.running(queue_url, "one", 1, held_up):
        assert held_up.begun.wait(PATIENCE)
        queue.enqueue(Job(2, 1), 1)
        both = [Job(1, 1), Job(2, 1)]
        held = {alive: queue.held(both, [alive]) for alive in ("one", "other")}
        held_up.may_end.set()
        await_(lambda: queue.depth() == 0)

    assert held == {"one": set(both), "other": {Job(2, 1)}}
    assert queue.held([*both, Job(3, 1)], ["one"]) == set()


def test_what_is_over_is_forgotten(queue: Jobs, queue_url: str) -> None:
    """Else the queue would grow by every submission there ever was."""
    done: list[Job] = []
    for submission in range(3):
        queue.enqueue(Job(submission, 1), 1)
    with jobs.running(queue_url, "one", 1, done.append):
        await_(lambda: queue.depth() == 0)
    queue.enqueue(Job(9, 1), 1)

    queue.tidy(list)

    [left] = queue._client.list_workflows()
    assert left.workflow_id == "9-1"


def test_what_a_dead_worker_had_begun_is_given_up(queue: Jobs, queue_url: str) -> None:
    held_up = HeldUp()
    queue.enqueue(Job(1, 1), 1)
    with jobs.running(queue_url, "one", 1, held_up):
        assert held_up.begun.wait(PATIENCE)
        queue.tidy(lambda: ["one"])
        depth_while_alive = queue.depth()
        queue.tidy(list)
        depth_when_dead = queue.depth()
        held_up.may_end.set()

    assert (depth_while_alive, depth_when_dead) == (1, 0)


def test_arguments_are_stored_as_json(queue: Jobs, queue_url: str) -> None:
    """Not pickled: who can write to the database could run code in a worker."""
    queue.enqueue(Job(7, 3), 1)

    [status] = queue._client.list_workflows(workflow_ids=["7-3"])

    assert status.input is not None
    assert tuple(status.input["args"]) == (7, 3)
    with queue._client._sys_db.engine.connect() as connection:
        [kind] = connection.exec_driver_sql(
            "SELECT serialization FROM "
            + ("dbos.workflow_status" if "postgres" in queue_url else "workflow_status")
        ).scalars()
    assert kind == "portable_json"

"""What those who wait are told: never *done* too early, and who comes first."""

import threading
import time

from sqlalchemy import event

from grader.service import attempts
from grader.service.jobs import Job
from grader.service.web.stages import FRESH_SECONDS, Stages
from tests.service.running import PATIENCE, Service


def test_a_new_submission_is_never_said_to_be_done(service: Service) -> None:
    """It came after the last look at the tables."""
    stages = Stages(service.base)
    first = service.submit()
    assert stages.of(first).words == "Waiting, next in line …"

    second = service.submit()

    assert stages.of(second).words == "Waiting, 1 before yours …"


def test_it_is_graded_then_done(service: Service) -> None:
    id = service.submit()
    attempts.claim(service.base, Job(id, 1), "one")
    assert Stages(service.base).of(id).words == "Being graded …"

    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(service.base, Job(id, generation), "one")
        attempts.release(service.base, Job(id, generation), "failed")

    assert Stages(service.base).of(id).words == "Done."


def test_who_asks_while_another_looks_does_not_wait(service: Service) -> None:
    """Hundreds watch: threads that wait for one slow look would be missing for pages."""
    stages = Stages(service.base)
    id = service.submit()
    stages.of(id)
    time.sleep(FRESH_SECONDS)  # from here on it is too old, however busy the machine
    looks, may_go_on = threading.Event(), threading.Event()

    def held_up(*_: object) -> None:
        looks.set()
        may_go_on.wait(PATIENCE)

    event.listen(service.base.engine, "before_cursor_execute", held_up)
    thread = threading.Thread(target=stages.of, args=[id])
    thread.start()
    try:
        assert looks.wait(PATIENCE)
        assert stages.fresh(id) is None
        assert stages.of(id).words == "Waiting, next in line …"
        assert not may_go_on.is_set()
        assert thread.is_alive()
    finally:
        may_go_on.set()
        thread.join()

"""What those who wait are told: never *done* too early, and who comes first."""

from grader.service import attempts
from grader.service.jobs import Job
from grader.service.web.stages import Stages
from tests.service.running import Service


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

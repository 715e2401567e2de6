"""What `make load` calls lost or wrong is found: a check that finds nothing would prove nothing."""

import pytest

from benchmarks.load.classroom import outcome
from benchmarks.load.figures import percentile, spread
from grader.service import attempts
from grader.service.jobs import Job
from tests.service.running import Service


def test_what_is_not_graded_is_told(service: Service) -> None:
    id = service.submit()

    found = outcome(service.place, {id: 0})

    assert (found.accepted, found.reports) == (1, 0)
    assert f"submission {id} is waiting, its result None" in found.wrong


def test_what_was_answered_for_and_is_not_there_is_told(service: Service) -> None:
    assert "submission 7 is not there" in outcome(service.place, {7: 0}).wrong


def test_a_failure_is_no_report(service: Service) -> None:
    id = service.submit()
    for generation in range(1, attempts.MAX_STARTS + 1):
        attempts.claim(service.base, Job(id, generation), "one")
        attempts.release(service.base, Job(id, generation), "failed")

    found = outcome(service.place, {id: 0})

    assert f"submission {id} is done, its result failure" in found.wrong
    assert found.again == 1


@pytest.mark.parametrize("percent, value", [(0, 1.0), (50, 2.0), (75, 3.0), (95, 4.0), (100, 4.0)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == value


def test_nothing_has_no_spread() -> None:
    assert spread([]) == {"p50": 0.0, "p95": 0.0, "max": 0.0}

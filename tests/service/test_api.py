"""/api/v1 as its own description says: whatever is sent, the answer is one that it names."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from sqlalchemy import select

from grader.report import Report
from grader.service import attempts, limits, people
from grader.service.jobs import Job
from grader.service.tables import Person
from grader.service.web.app import application
from grader.service.web.stages import Stages
from grader.service.web.state import State
from tests.conftest import ADD, SCALE
from tests.service.running import Service

DESCRIPTION = "/api/v1/openapi.json"
EXAMPLES = 40
OBJECTS = 4  # numbers from 0; of each kind of object there is a 1


def app_of(service: Service) -> Any:
    return application(
        State(
            *(service.base, service.jobs, service.place.store, service.shelf, Stages(service.base))
        )
    )


@pytest.fixture(params=["ann", "admin"])
def token(service: Service, graded: Callable[..., Report], request: pytest.FixtureRequest) -> str:
    """Of a student who has a report, and has something waiting; of an admin, who sees it all."""
    done, _ = service.submit(), service.submit()
    attempts.claim(service.base, Job(done, 1), "one")
    attempts.finish(service.base, Job(done, 1), graded(add=ADD, scale=SCALE))
    with service.base.writing() as rows:
        own = select(Person.id).where(Person.login == request.param)
        return people.new_token(rows, rows.scalars(own).one(), "test")


@pytest.fixture
def described(service: Service, token: str) -> Any:
    return schemathesis.openapi.from_asgi(DESCRIPTION, app_of(service))


MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_answers_are_those_that_are_described(
    service: Service,
    described: Any,
    token: str,
    mode: schemathesis.GenerationMode,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what is as the description says, and of what is not: no answer that it does not name."""
    for what in limits.A_MINUTE:  # what is tried here is not how often
        monkeypatch.setitem(limits.A_MINUTE, what, 10**9)
    tried = Counter[str]()

    for found in described.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def answers(case: schemathesis.Case) -> None:
            tried[case.operation.label] += 1
            if mode is schemathesis.GenerationMode.POSITIVE:
                for name, value in case.path_parameters.items():
                    if isinstance(value, int):  # of what is there: else most is not there
                        case.path_parameters[name] = value % OBJECTS
            case.call_and_validate(
                headers={"authorization": f"Bearer {token}"},
                excluded_checks=[
                    # A well-formed upload can still be no submission, and a number nobody's.
                    schemathesis.checks.positive_data_acceptance,
                    # It is sent our token all the same. All routes: test_web.py.
                    schemathesis.checks.ignored_auth,
                ],
            )

        try:
            answers()
        except Unsatisfiable:  # nothing can be wrong in a request that takes nothing
            assert mode is schemathesis.GenerationMode.NEGATIVE

    assert sum(tried.values()) > EXAMPLES
    if mode is schemathesis.GenerationMode.POSITIVE:
        assert set(tried) == {
            f"{method.upper()} {path}"
            for path, methods in described.raw_schema["paths"].items()
            for method in methods
        }

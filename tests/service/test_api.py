"""/api/v1 as its own description says: whatever is sent, the answer is one that it names."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from sqlalchemy import select

from grader.report import Report
from grader.service import attempts, likenesses, limits, people, regrades, remarks
from grader.service.anew import Compared
from grader.service.jobs import Job
from grader.service.tables import Likeness, Person, Submission
from grader.service.web.app import application
from grader.service.web.stages import Stages
from grader.service.web.state import State
from tests.conftest import ADD, SCALE
from tests.service.running import Service

DESCRIPTION = "/api/v1/openapi.json"
# What nobody here has: a file of the handout called 1, a second attempt, a group.
NOT_THERE = {
    "GET /api/v1/assignments/{id}/files/{name}",
    "GET /api/v1/submissions/{id}/changes",
    "GET /api/v1/assignments/{id}/group",
}
EXAMPLES = 12  # of each route, in each of the four runs


def app_of(service: Service) -> Any:
    return application(
        State(
            *(service.base, service.jobs, service.place.store, service.shelf, Stages(service.base))
        )
    )


@pytest.fixture
def tokens(service: Service, graded: Callable[..., Report]) -> dict[str, str]:
    """Of a student who has a report, and has something waiting; of an admin, who sees it all.

    What staff make is there, each under the number 1.
    """
    done, _ = service.submit(), service.submit()
    attempts.claim(service.base, Job(done, 1), "one")
    attempts.finish(service.base, Job(done, 1), graded(add=ADD, scale=SCALE))
    with service.base.writing() as rows:
        by = rows.scalars(select(Person.id).where(Person.login == "admin")).one()
        row = rows.get_one(Submission, done)
        compared = likenesses.ask(rows, by, service.given.id)
        found = msgspec.json.encode(Compared([], [], {}, {})).decode()
        rows.add(Likeness(errand_id=compared.id, found=found))
        remarks.comment_on_submission(rows, by, row, "Come by.")
        remarks.adjust(rows, by, done, "1", "A good idea.", may_exceed=False)
        regrades.start_one(rows, by, row)
        return {
            "student": people.new_token(rows, service.ann.person, "test"),
            "admin": people.new_token(rows, by, "test"),
        }


@pytest.fixture
def described(service: Service, tokens: dict[str, str]) -> Any:
    return schemathesis.openapi.from_asgi(DESCRIPTION, app_of(service))


MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.mark.parametrize("who", ["student", "admin"])
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_answers_are_those_that_are_described(
    service: Service,
    described: Any,
    tokens: dict[str, str],
    mode: schemathesis.GenerationMode,
    who: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what is as the description says, and of what is not: no answer that it does not name."""
    for what in limits.A_MINUTE:  # what is tried here is not how often
        monkeypatch.setitem(limits.A_MINUTE, what, 10**9)
    tried, read = Counter[str](), set()

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
            label = case.operation.label
            tried[label] += 1
            if mode is schemathesis.GenerationMode.POSITIVE and tried[label] % 2:
                # Else hardly ever a number of something that is there.
                case.path_parameters = dict.fromkeys(case.path_parameters or {}, 1)
            answer = case.call(headers={"authorization": f"Bearer {tokens[who]}"})
            if answer.status_code == 413:
                return  # refused unread, whatever it was
            case.validate_response(
                answer,
                excluded_checks=[
                    # A well-formed upload can still be no submission, and a number nobody's.
                    schemathesis.checks.positive_data_acceptance,
                    # It is sent our token all the same. All routes: test_web.py.
                    schemathesis.checks.ignored_auth,
                ],
            )
            if answer.status_code == 200:
                read.add(label)

        try:
            answers()
        except Unsatisfiable:  # nothing can be wrong in a request that takes nothing
            assert mode is schemathesis.GenerationMode.NEGATIVE

    assert sum(tried.values()) > EXAMPLES
    if mode is schemathesis.GenerationMode.POSITIVE:
        paths = described.raw_schema["paths"]
        every = {f"{method.upper()} {path}" for path in paths for method in paths[path]}
        assert set(tried) == every
        if who == "admin":
            assert read >= {label for label in every if label.startswith("GET ")} - NOT_THERE

"""What operators watch: figures and lines of logs, in which nobody is named."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from grader.report import Report
from grader.service import attempts, logs
from grader.service.jobs import Job
from grader.service.metrics import quantile
from grader.service.tables import Worker
from grader.service.web.app import application
from grader.service.web.stages import Stages
from grader.service.web.state import State
from tests.conftest import ADD, SCALE
from tests.service.running import Service

CANARY = "canary-7f3a"
HERE = ("127.0.0.1", 1)


def client(service: Service, address: tuple[str, int] = HERE) -> TestClient:
    state = State(
        *(service.base, service.jobs, service.place.store, service.shelf, Stages(service.base))
    )
    app = application(state)
    return TestClient(
        app,
        client=address,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def figures(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_are_those_of_the_tables(
    each_service: Service, graded: Callable[..., Report]
) -> None:
    done, _ = each_service.submit(), each_service.submit()
    attempts.claim(each_service.base, Job(done, 1), "one")
    attempts.finish(each_service.base, Job(done, 1), graded(add=ADD, scale=SCALE))
    with each_service.base.writing() as rows:
        rows.add(Worker(id="one", host="here", process=1))
        rows.add(Worker(id="two", host="here", process=2, has_ended=True))
    asked = client(each_service)
    asked.get("/sign-in")
    asked.get(f"/enter/{CANARY}")
    asked.get(f"/{CANARY}")
    asked.request(CANARY.upper(), "/")

    answer = asked.get("/metrics")
    found = figures(answer.text)

    assert found["grader_submissions", "waiting"] == 1
    assert found["grader_submissions", "grading"] == 0
    assert found["grader_submissions", "done"] == 1
    assert found["grader_results", "report", "graded"] == 1
    assert found["grader_workers_alive",] == 1
    assert found["grader_oldest_waiting_seconds",] > 0
    assert found["grader_recent_results",] == 1
    assert found["grader_recent_wait_seconds", "0.95"] > 0
    assert found["grader_http_requests_total", "GET", "/sign-in", "200"] == 1
    assert found["grader_http_requests_total", "GET", "/enter/{secret}", "404"] == 1
    assert found["grader_http_requests_total", "GET", "other", "404"] == 1
    assert CANARY not in answer.text.lower()
    assert "ann" not in {label for key in found for label in key}


def test_a_quiet_service_has_figures_too(service: Service) -> None:
    found = figures(client(service).get("/metrics").text)

    assert found["grader_submissions", "waiting"] == 0
    assert found["grader_oldest_waiting_seconds",] == 0


@pytest.mark.parametrize(
    "values, share, expected",
    [([3.0], 0.5, 3.0), ([1.0, 2.0], 0.5, 1.0), ([1.0, 2.0], 0.95, 2.0), ([1.0, 2.0], 1.0, 2.0)],
)
def test_quantiles(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


def test_only_this_machine_or_the_token_reads_figures(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = client(service, ("203.0.113.5", 1))
    assert far.get("/metrics").status_code == 404
    through = {"x-forwarded-for": "203.0.113.5"}
    assert client(service).get("/metrics", headers=through).status_code == 404
    monkeypatch.setenv("GRADER_METRICS_TOKEN_FILE", str(tmp_path / "token"))
    (tmp_path / "token").write_text("secret\n")

    for sent, status in (("Bearer secret", 200), ("Bearer wrong", 404), ("secret", 404)):
        assert far.get("/metrics", headers={"authorization": sent}).status_code == status
    (tmp_path / "token").write_text("\n")
    assert far.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def lines(said: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in said.splitlines()]


PROGRAM = f"""
import logging
from grader.service import logs
logs.set_up()
def fail(name):
    local = "{CANARY}"
    try:
        int(local)
    except ValueError as error:
        raise RuntimeError(name) from error
try:
    fail("{CANARY}")
except RuntimeError:
    logging.getLogger("grader.web").exception("it failed")
logging.getLogger("grader.web").info("request", extra={{"fields": {{"route": "/x", "status": 1}}}})
logging.getLogger("other").info("not said")
logging.getLogger("other").warning("two\\nlines")
"""


def test_an_event_is_one_line_without_values() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    failed, request, warning = lines(done.stderr)
    assert CANARY not in done.stderr
    assert (failed["event"], failed["level"], failed["from"]) == (
        "it failed",
        "error",
        "grader.web",
    )
    types = [one["type"] for one in failed["raised"]]  # type: ignore[attr-defined]
    assert types == ["builtins.RuntimeError", "builtins.ValueError"]
    assert "fail" in failed["raised"][0]["at"][-1]  # type: ignore[index]
    assert (request["route"], request["status"]) == ("/x", 1)
    assert warning["event"] == "two\nlines"


def test_logs_of_a_service_name_nobody(
    service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither when all is well nor when the database fails in the middle of a name."""
    before = logging.getLogger().handlers[:]
    logs.set_up()
    try:
        asked = client(service)
        form = {"login": CANARY, "name": CANARY, "password": CANARY}
        origin = {"origin": "http://testserver"}
        place = f"/join/{service.links.course}"
        assert asked.post(place, data=form, headers=origin).status_code == 303
        files = [("files", (f"{CANARY}.py", f"# {CANARY}".encode()))]
        asked.post(f"/assignments/{service.given.id}", files=files, headers=origin)
        asked.get(f"/enter/{CANARY}")
        with service.base.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE misstep")
        assert asked.post("/sign-in", data=form, headers=origin).status_code == 503
    finally:
        logging.getLogger().handlers[:] = before
    said = capsys.readouterr().err

    assert CANARY not in said
    assert service.links.course not in said
    events = lines(said)
    assert {"method": "POST", "route": "/join/{secret}", "status": 303}.items() <= next(
        event for event in events if event.get("route") == "/join/{secret}"
    ).items()
    [failed] = [event for event in events if "raised" in event]
    assert failed["event"] == "POST /sign-in failed"

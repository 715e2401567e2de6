"""Several web processes on one database: whoever answers, the answer is the same."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from grader.service import people
from grader.service.place import Place
from grader.service.tables import Person
from grader.service.web.__main__ import DATABASE, Charge
from tests.conftest import CourseFolder
from tests.service import running
from tests.service.running import PATIENCE, RIGHT, Service, await_, descendants, is_gone
from tests.service.test_serve import serve
from tests.service.test_watching import figures

PASSWORD = "correct horse battery"


@contextmanager
def web(place: Place) -> Iterator[httpx.Client]:
    """Have a web process of its own, and a browser at it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        os.set_inheritable(number, True)
        charge = Charge(str(place.data), str(place.course), number, os.getpid())
        command = [sys.executable, "-m", "grader.service.web", msgspec.json.encode(charge).decode()]
        environment = os.environ | ({DATABASE: place.database} if place.database else {})
        process = subprocess.Popen(command, pass_fds=[number], env=environment)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        with httpx.Client(
            base_url=address, headers={"origin": address}, timeout=PATIENCE
        ) as client:
            yield client
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def test_two_processes_are_one_service(each_service: Service) -> None:
    service = each_service
    with service.base.writing() as rows:
        rows.get_one(Person, service.ann.person).password = people.hashed_password(PASSWORD)
    given = f"/assignments/{service.given.id}"
    parts = [("files", (name, text.encode())) for name, text in RIGHT.items()]

    with web(service.place) as one, web(service.place) as other:
        form = {"login": "ann", "password": PASSWORD}
        assert one.post("/sign-in", data=form).status_code == 303
        other.cookies.set("session", one.cookies["session"])
        first = one.post(given, files=parts).headers["location"]
        second = other.post(given, files=parts).headers["location"]

        assert "next in line" in other.get(first).text
        assert "1 before yours" in one.get(second).text
        assert figures(one.get("/metrics").text)["grader_submissions", "waiting"] == 2
        assert figures(other.get("/metrics").text)["grader_submissions", "waiting"] == 2
        with other.stream("GET", f"{first}/events") as events:
            told = events.iter_text()
            assert "event: state" in next(told)
            with running.worker(service.place):
                assert "event: done" in "".join(told)
        assert other.get(f"/api/v1{first}").json()["score"] == 10.0

        wrong = {"login": "ann", "password": "wrong"}
        statuses = [client.post("/sign-in", data=wrong).status_code for client in (one, other) * 6]
        assert statuses == [403] * people.MISSTEPS + [429] * (12 - people.MISSTEPS)
        one.post("/sign-out")
        assert other.get("/").headers["location"] == "/sign-in"


def web_processes(process: int) -> list[int]:
    return [
        own
        for own in descendants(process)
        if b"grader.service.web" in Path(f"/proc/{own}/cmdline").read_bytes()
    ]


def test_a_service_with_several_counts_all_requests_and_replaces_who_dies(
    tmp_path: Path, course: CourseFolder
) -> None:
    options = ("--no-worker", "--web-processes", "3")
    with serve(tmp_path / "data", course.path, *options) as served:

        def asked() -> int:
            """Return how often the form was asked for, each time over another connection."""
            assert httpx.get(f"{served.address}/sign-in", timeout=PATIENCE).status_code == 200
            text = httpx.get(f"{served.address}/metrics", timeout=PATIENCE).text
            return int(figures(text)["grader_http_requests_total", "GET", "/sign-in", "200"])

        before = web_processes(served.process.pid)
        assert [asked() for _ in range(12)] == list(range(1, 13))

        os.kill(before[0], signal.SIGKILL)
        await_(lambda: is_gone(before[0]))
        await_(lambda: len(web_processes(served.process.pid)) == 3)

        assert len(before) == 3
        assert [asked() for _ in range(6)] == list(range(13, 19))

"""`grader serve` as one process tree: started, used, killed, started again."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from grader.cli.main import main
from grader.sandbox.identity import NOBODY
from grader.service import first_start
from grader.service.place import Place
from tests.conftest import CourseFolder
from tests.ordinary_user import ROOT, as_ordinary_user
from tests.service.running import PATIENCE, RIGHT, SLOW, await_, descendants, is_gone

FORM = {"login": "ann", "name": "Ann", "password": "correct horse battery"}


class Served:
    """A running service, as its operator and its students meet it."""

    def __init__(self, process: "subprocess.Popen[str]", said: list[str]) -> None:
        self.process = process
        self.said = said
        self.address = self.said_after("Serving on").rstrip("/")

    def said_after(self, words: str) -> str:
        """Return the address in the line that begins so."""
        [found] = [line for line in self.said if line.startswith(words)]
        return found.split()[-1]

    def child(self, words: bytes) -> int:
        """Return the number of the process whose command has these words."""
        found = [
            own
            for own in descendants(self.process.pid)
            if words in Path(f"/proc/{own}/cmdline").read_bytes().replace(b"\0", b" ")
        ]
        return found[0]


@contextmanager
def serve(data: Path, course: Path, *options: str) -> Iterator[Served]:
    """Have the service for the length of a block; what is left of it at the end is killed."""
    command = [
        *(sys.executable, "-m", "grader", "serve", "--port", "0"),
        *("--data", str(data), "--course", str(course), *options),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Serving on"):
                break
        yield Served(process, said)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        process.stdout.close()


def browser(served: Served) -> httpx.Client:
    return httpx.Client(
        base_url=served.address, headers={"origin": served.address}, timeout=PATIENCE
    )


def signed_in(served: Served) -> httpx.Client:
    client = browser(served)
    answer = client.post("/sign-in", data=FORM)
    assert answer.status_code == 303
    return client


def joined(served: Served) -> httpx.Client:
    client = browser(served)
    assert client.post(served.said_after("Students join"), data=FORM).status_code == 303
    return client


def submit(client: httpx.Client, files: dict[str, str]) -> str:
    parts = [("files", (name, text.encode())) for name, text in files.items()]
    answer = client.post("/assignments/1", files=parts)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def state_of(client: httpx.Client, address: str) -> dict[str, object]:
    return client.get(f"/api/v1{address}").json()  # type: ignore[no-any-return]


def test_a_student_goes_from_the_link_to_the_report(tmp_path: Path, course: CourseFolder) -> None:
    with serve(tmp_path / "data", course.path) as served:
        client = joined(served)
        assert "Small sums" in client.get("/").text
        address = submit(client, RIGHT)
        with client.stream("GET", f"{address}/events") as events:
            told = "".join(events.iter_text())

        assert told.endswith("event: done\ndata: Done.\n\n")
        assert re.search(r"<dt>score</dt>\s*<dd>\s*10\s", client.get(address).text)
        admin = browser(served)
        assert admin.post(served.said_after("Admin, once")).status_code == 303
        assert "Ann" in admin.get("/assignments/1/submissions").text
        processes = descendants(served.process.pid)

    assert served.process.returncode == 0
    assert len(processes) >= 5  # web, worker, bench, judge, zygote
    assert all(is_gone(process) for process in processes)


def test_an_ordinary_user_serves_it_too(request: pytest.FixtureRequest) -> None:
    """The same once more, as user nobody."""
    if os.geteuid() != 0:
        pytest.skip("is an ordinary user's already, and root is not to be had")
    same = f"{request.path}::{test_a_student_goes_from_the_link_to_the_report.__name__}"
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", same]
        place = [f"--basetemp={folder}/tests", f"--rootdir={ROOT}", f"-c{ROOT}/pyproject.toml"]
        done = as_ordinary_user(["env", f"PYTHONPATH={ROOT}", f"HOME={folder}", *run, *place])

    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(".")  # neither skipped nor left out


def test_what_was_answered_for_outlives_the_web_process(
    tmp_path: Path, course: CourseFolder
) -> None:
    """Killed right after the answer, it is there again, and so is the submission (R1)."""
    with serve(tmp_path / "data", course.path) as served:
        client = joined(served)
        web = served.child(b"grader.service.web")
        address = submit(client, RIGHT)
        os.kill(web, signal.SIGKILL)

        client = signed_in(served)  # requests wait for the next one
        await_(lambda: state_of(client, address)["state"] == "done")

        assert served.child(b"grader.service.web") != web
        assert state_of(client, address)["score"] == 10.0


def test_all_of_it_killed_at_any_moment_loses_nothing(tmp_path: Path, course: CourseFolder) -> None:
    """Every process at once, as if the machine had lost its power; then a new start."""
    with serve(tmp_path / "data", course.path) as served:
        client = joined(served)
        addresses = [submit(client, SLOW if number % 2 else RIGHT) for number in range(4)]
        await_(lambda: state_of(client, addresses[0])["state"] != "waiting")
        time.sleep(int.from_bytes(os.urandom(2)) / 65536)
        for process in [served.process.pid, *descendants(served.process.pid)]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    with serve(tmp_path / "data", course.path) as served:
        assert not [line for line in served.said if line.startswith(("Admin", "Students"))]
        client = signed_in(served)
        for address in addresses:
            await_(lambda address=address: state_of(client, address)["state"] == "done")
            found = state_of(client, address)
            assert (found["status"], found["score"]) == ("graded", 10.0)


def test_without_its_first_process_nothing_of_it_stays(
    tmp_path: Path, course: CourseFolder
) -> None:
    with serve(tmp_path / "data", course.path) as served:
        processes = descendants(served.process.pid)
        served.process.kill()
        served.process.wait()

        await_(lambda: all(is_gone(process) for process in processes))


def test_a_second_start_changes_nothing(tmp_path: Path, course: CourseFolder) -> None:
    place = Place(tmp_path / "data", course.path)

    assert first_start.prepare(place) is not None
    assert first_start.prepare(place) is None


def test_nobody_else_can_read_the_services_folder(tmp_path: Path, course: CourseFolder) -> None:
    first_start.prepare(Place(tmp_path / "data", course.path))

    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "options, sentence",
    [
        (["--course", "/"], "/: has no assignments/; name the course's folder with --course"),
        (["--database", "mysql://host/x"], "expected postgresql://… or sqlite:///…"),
        (["--host", "203.0.113.1"], "203.0.113.1:0: cannot be listened on"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    tmp_path: Path, course: CourseFolder, options: list[str], sentence: str
) -> None:
    folders = ["--data", str(tmp_path / "data"), "--course", str(course.path)]

    done = CliRunner().invoke(main, ["serve", "--port", "0", *folders, *options])

    assert done.exit_code == 2
    assert sentence in done.output
    assert done.output.count("\n") == 1


def test_a_worker_without_a_service_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["worker", "--data", str(tmp_path / "none")])

    assert done.exit_code == 2
    assert "no such folder; `grader serve` makes it" in done.output


def in_terminal(data: Path, course: Path, *options: str) -> str:
    """Return what stands in a terminal after the service was started in it, and was used."""
    ours, theirs = os.openpty()
    command = [
        *(sys.executable, "-m", "grader", "serve", "--port", "0", "--no-worker"),
        *("--data", str(data), "--course", str(course), *options),
    ]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = ""
    try:
        while "Serving on" not in said or not said.endswith("\n"):
            said += os.read(ours, 65536).decode()
        address = said.split()[-1].rstrip("/")
        for _ in range(5):
            assert httpx.get(f"{address}/sign-in", timeout=PATIENCE).status_code == 200
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
    with suppress(OSError):  # the terminal has been hung up
        while piece := os.read(ours, 65536):
            said += piece.decode()
    os.close(ours)
    return said


def test_in_a_terminal_the_first_links_stay_in_sight(tmp_path: Path, course: CourseFolder) -> None:
    """Of requests nothing is said there, unless it is asked for."""
    quiet = in_terminal(tmp_path / "quiet", course.path).splitlines()
    text = in_terminal(tmp_path / "text", course.path, "--log", "text").splitlines()
    json = in_terminal(tmp_path / "json", course.path, "--log", "json").splitlines()

    assert [line.split()[0] for line in quiet] == ["Admin,", "Students", "Serving"]
    for lines in (text, json):
        assert [line for line in lines if line.startswith(("Admin", "Students", "Serving"))]
    assert sum("request method=GET route=/sign-in status=200" in line for line in text) == 5
    assert sum('"route": "/sign-in", "status": 200' in line for line in json) == 5

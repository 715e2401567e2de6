"""The docker backend, with a real engine: the same reports, and nothing left behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker as engines
import pytest

from grader import __version__, grade
from grader.errors import SandboxError
from grader.grade import Grader
from grader.report import Report
from grader.sandbox import docker as backend
from grader.sandbox import levels
from grader.sandbox.backends import Choice
from tests.command import grader as command
from tests.command import refusal
from tests.conftest import ADD, SCALE, CourseFolder, make_course, submission_of

pytestmark = pytest.mark.needs("docker")

ANSWERS = {
    "right": {"add.py": ADD, "scale.py": SCALE},
    "half": {"add.py": "def add(a, b): return 3", "scale.py": SCALE},
    "raises": {"add.py": "def add(a, b): return a / 0"},
    "leaves": {"add.py": "import os\ndef add(a, b): os._exit(3)", "scale.py": SCALE},
    "is killed": {"add.py": "import os\ndef add(a, b): os.kill(os.getpid(), 9)"},
    "hangs": {"add.py": "def add(a, b):\n  while True: pass", "scale.py": SCALE},
    "sleeps": {"add.py": "import time\ndef add(a, b): time.sleep(60)", "scale.py": SCALE},
    "prints": {"add.py": "def add(a, b):\n  print('x' * 100_000)\n  return a + b"},
    "eats": {"add.py": "x = []\nwhile True: x.append(bytes(10**8))", "scale.py": SCALE},
    "is no Python": {"add.py": "def add("},
    "is nothing": {},
}


@pytest.fixture(scope="module")
def choice(image: str) -> Choice:
    return Choice("docker", image=image, jobs=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def inside(folder: CourseFolder, choice: Choice) -> Iterator[Grader]:
    with grade.opened("sums", folder.path, choice) as grader:
        yield grader
    assert not ours()


@pytest.fixture(scope="module")
def beside(folder: CourseFolder) -> Iterator[Grader]:
    with grade.opened("sums", folder.path) as grader:
        yield grader


def ours() -> list[Any]:
    """Return the containers that this process has begun and that are there still."""
    found = engines.from_env().containers.list(
        all=True, filters={"label": f"grader.command={os.getpid()}"}
    )
    return list(found)


def verdicts(report: Report) -> list[tuple[str, str, str]]:
    return [(test.id, test.verdict, test.feedback) for task in report.tasks for test in task.tests]


@pytest.mark.parametrize("name", ANSWERS)
def test_reports_are_the_same_as_without_a_container(
    inside: Grader, beside: Grader, name: str
) -> None:
    one, other = (grade.grade(grader, submission_of(ANSWERS[name])) for grader in (inside, beside))

    if name == "eats":  # how much it had at the peak is measured, not decided
        assert [own[:2] for own in verdicts(one)] == [own[:2] for own in verdicts(other)]
    else:
        assert verdicts(one) == verdicts(other)
    assert (one.status, one.score) == (other.status, other.score)
    for task, same in zip(one.tasks, other.tasks, strict=True):
        assert task.staff == same.staff


def test_its_report_names_the_container_among_the_walls(inside: Grader) -> None:
    report = grade.grade(inside, submission_of(ANSWERS["right"]))

    assert report.environment.sandbox.backend == "docker"
    assert report.environment.sandbox.level in ("L2", "L3")
    assert {"container", "seccomp", *levels.NAMESPACES} <= set(report.environment.sandbox.walls)


def test_the_container_has_nothing_that_it_does_not_need(inside: Grader) -> None:
    [container] = ours()
    host = container.attrs["HostConfig"]

    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert not host["Privileged"]
    assert not host["Binds"]
    assert not container.attrs["Mounts"]
    assert host["PidsLimit"] > 0
    assert host["Memory"] == host["MemorySwap"] > 0
    assert host["LogConfig"]["Type"] == "none"
    assert "no-new-privileges" in host["SecurityOpt"]
    assert container.attrs["Config"]["User"] == "1000:1000"
    secret = [name for name in os.environ if name.startswith("GRADER")]
    assert not [own for own in container.attrs["Config"]["Env"] if own.split("=")[0] in secret]


def test_several_at_a_time(folder: CourseFolder, tmp_path: Path, image: str) -> None:
    entries = tmp_path / "class"
    for number in range(6):
        own = entries / f"s{number}"
        own.mkdir(parents=True)
        (own / "add.py").write_text(ADD)
    done = command(
        *("batch", "sums", entries, "--course", folder.path, "--out", tmp_path / "out"),
        *("--jobs", 2, "--sandbox", "docker", "--image", image),
    )

    assert done.returncode == 0, done.stderr
    scores = [
        json.loads(path.read_text())["score"] for path in (tmp_path / "out/reports").glob("*.json")
    ]
    assert scores == [4.0] * 6


def test_a_container_per_submission_is_used_once(folder: CourseFolder, image: str) -> None:
    """S14: nothing at all is shared by two submissions, not even a zygote."""
    choice = Choice("docker", isolation="container", image=image)
    others = {own.id for own in ours()}
    with grade.opened("sums", folder.path, choice) as grader:
        used = []
        for _ in range(2):
            before = {own.id for own in ours()}
            report = grade.grade(grader, submission_of(ANSWERS["right"]))
            assert report.score == 10.0
            used.append(before - {own.id for own in ours()})

        assert [len(own) for own in used] == [1, 1]
        assert used[0] != used[1]
        assert report.environment.sandbox.backend == "docker, a container per submission"
    assert {own.id for own in ours()} == others


# ---- what an engine may refuse -----------------------------------------------------------------


def refused(folder: CourseFolder, *options: object, **environment: str) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "grader", "grade", "sums", str(folder.path / "answers.py")),
            *("--course", str(folder.path), "--sandbox", "docker", *map(str, options)),
        ],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return refusal(done, code=3)


@pytest.fixture(scope="module", autouse=True)
def answers(folder: CourseFolder) -> None:
    (folder.path / "answers.py").write_text(ADD)


def test_without_an_engine_it_says_where_it_looked(folder: CourseFolder, image: str) -> None:
    reason = refused(folder, "--image", image, DOCKER_HOST="unix:///nowhere/docker.sock")

    assert "no Docker engine answers at unix:///nowhere/docker.sock" in reason


def test_a_missing_image_comes_with_the_command_that_builds_it(folder: CourseFolder) -> None:
    reason = refused(folder, "--image", "grader-test:not-there")

    assert "there is no image grader-test:not-there" in reason
    assert f"docker build -t grader-test:not-there --build-arg VERSION={__version__} ." in reason


def test_an_image_of_another_version_is_refused(
    folder: CourseFolder, image: str, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nLABEL {backend.LABEL}=0.0.1\n")
    client = engines.from_env()
    old, _ = client.images.build(
        path=str(tmp_path), tag="grader-test:of-another-version", network_mode="none"
    )
    try:
        reason = refused(folder, "--image", "grader-test:of-another-version")
    finally:
        client.images.remove(old.id, force=True)

    assert f"holds grader 0.0.1, this is {__version__}" in reason


def test_a_missing_runtime_is_named(folder: CourseFolder, image: str) -> None:
    reason = refused(folder, "--image", image, "--runtime", "not-there")

    assert "the engine has no runtime 'not-there'; it has " in reason
    assert "runc" in reason


def test_an_image_without_the_program_is_refused(
    folder: CourseFolder, image: str, tmp_path: Path
) -> None:
    """What ends while starting says why, and is gone."""
    (tmp_path / "Dockerfile").write_text(f"FROM {image}\nUSER root\nRUN rm -r /opt/venv/lib\n")
    client = engines.from_env()
    broken, _ = client.images.build(
        path=str(tmp_path), tag="grader-test:broken", rm=True, network_mode="none"
    )
    try:
        reason = refused(folder, "--image", "grader-test:broken")
    finally:
        client.images.remove(broken.id, force=True)

    assert "container: " in reason


def test_options_of_the_container_need_the_backend(folder: CourseFolder) -> None:
    done = command("grade", "sums", folder.path / "answers.py", "--runtime", "runsc")

    assert "go with --sandbox docker" in refusal(done)


def test_the_end_of_a_container_ends_the_run(
    folder: CourseFolder, choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S22: nobody's zero; exit code 3 for a command."""
    with grade.opened("sums", folder.path, choice) as grader:
        assert grade.grade(grader, submission_of(ANSWERS["right"])).score == 10.0
        container = grader.session.sandbox
        assert isinstance(container, backend.Container)
        engines.from_env().containers.get(container.id).kill()

        def grade_on() -> None:
            for _ in range(20):  # the end takes a moment to come through
                grade.grade(grader, submission_of(ANSWERS["right"]))

        with pytest.raises(SandboxError, match=r"zygote is gone|did not open"):
            grade_on()


def test_the_filter_around_the_container_leaves_out_what_nobody_needs() -> None:
    from grader.sandbox import seccomp

    rules = seccomp.container_profile()["syscalls"]
    allowed = {name for rule in rules for name in rule["names"]}
    assert not {"bpf", "io_uring_setup", "keyctl", "add_key", "ptrace", "userfaultfd"} & allowed

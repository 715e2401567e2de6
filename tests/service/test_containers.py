"""The service as containers: compose.yaml itself, with images made on the spot."""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest
import yaml
from click.testing import CliRunner

from grader.cli.main import main
from grader.cli.worker import PASSWORD_FILE
from tests.conftest import CourseFolder
from tests.image import ROOT, Unavailable, base_image, built_image, engine, postgres_image
from tests.service.running import RIGHT, await_

FORM = {"login": "ann", "name": "Ann", "password": "correct horse battery"}
COMPOSE = ROOT / "compose.yaml"


@dataclass(frozen=True)
class Composed:
    """The services of compose.yaml, up."""

    project: str
    command: tuple[str, ...]
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Return what `docker compose` printed."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=ROOT,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def container(self, service: str) -> Any:
        """Return the engine's own view of a service's container."""
        client = docker.from_env()
        [found] = client.containers.list(
            all=True,
            filters={
                "label": [
                    f"com.docker.compose.project={self.project}",
                    f"com.docker.compose.service={service}",
                ]
            },
        )
        return found

    def client(self) -> httpx.Client:
        """Return a browser on its pages."""
        [port] = self.container("web").attrs["NetworkSettings"]["Ports"]["8000/tcp"]
        address = f"http://127.0.0.1:{port['HostPort']}"
        return httpx.Client(base_url=address, headers={"origin": address}, timeout=60)


def compose_command() -> list[str]:
    """Return `docker compose`, or the program of before; fails where there is neither."""
    if subprocess.run(["docker", "compose", "version"], capture_output=True).returncode == 0:
        return ["docker", "compose"]
    assert shutil.which("docker-compose"), "install docker-compose"
    return ["docker-compose"]


@contextmanager
def composed(course: Path) -> Iterator[Composed]:
    """Have it up for the length of a block; nothing of it stays."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        own.chmod(0o755)
        (own / "database_password").write_text(f"{secrets.token_urlsafe()}/@:%\n")
        project = f"graders-test-{secrets.token_hex(4)}"
        up = Composed(
            project,
            (*compose_command(), "--project-name", project, "--file", str(COMPOSE)),
            {
                "GRADER_IMAGE": built_image("service"),
                "POSTGRES_IMAGE": postgres_image(),
                "GRADER_COURSE": str(course),
                "GRADER_SECRETS": folder,
                "GRADER_PORT": "0",
            },
        )
        try:
            up.run("up", "--detach", "--no-build")
            yield up
        finally:
            print(up.run("logs", "--no-color"))
            up.run("down", "--volumes", "--timeout", "60")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """The service of a small course."""
    from tests.conftest import make_course

    try:
        postgres_image()
    except Unavailable as missing:
        pytest.skip(str(missing))
    course = make_course(tmp_path_factory.mktemp("composed") / "course")
    for path in (course.path, *course.path.parents):  # for the containers' own user
        if path.stat().st_uid == os.geteuid() and path.is_relative_to(tempfile.gettempdir()):
            path.chmod(path.stat().st_mode | 0o055)
    with composed(course.path) as found:
        yield found


@pytest.mark.needs("docker")
def test_a_submission_is_graded_across_containers(up: Composed) -> None:
    """Over HTTP into one container, graded in another, kept in a third."""
    client = up.client()
    [link] = re.findall(r"Students join: \S+(/join/\S+)", up.run("logs", "--no-color", "web"))
    assert client.post(link, data=FORM).status_code == 303
    parts = [("files", (name, text.encode())) for name, text in RIGHT.items()]
    address = client.post("/assignments/1", files=parts).headers["location"]

    await_(lambda: client.get(f"/api/v1{address}").json()["state"] == "done")

    found = client.get(f"/api/v1{address}").json()
    assert (found["status"], found["score"]) == ("graded", 10.0)
    report = client.get(f"/api/v1{address}/report").json()
    assert report["environment"]["sandbox"]["level"] == "L2"


@pytest.mark.needs("docker")
def test_the_pages_container_has_no_solutions(up: Composed) -> None:
    """Neither mounted nor in the image (S3); and no key to the machine."""
    web, worker = up.container("web"), up.container("worker")

    assert web.exec_run("ls /course").output.split() == [b"assignments"]
    assert sorted(worker.exec_run("ls /course").output.split()) == [b"assignments", b"reference"]
    find = "find / -xdev -name test_add.py -o -name docker.sock"
    assert b"test_add.py" not in web.exec_run(f"sh -c '{find} 2>/dev/null; true'").output
    for container in (web, worker):
        assert container.exec_run("id -u").output == b"1000\n"
        assert container.attrs["HostConfig"]["CapDrop"] == ["ALL"]
        assert container.attrs["HostConfig"]["ReadonlyRootfs"] is True
        assert container.exec_run("touch /course/assignments/x").exit_code != 0


@pytest.mark.needs("docker")
def test_the_password_stands_in_no_argument_and_no_setting(up: Composed) -> None:
    """Whoever may list processes or look at containers does not read it."""
    password = Path(up.environment["GRADER_SECRETS"], "database_password").read_text().strip()

    for service in ("web", "worker", "database"):
        container = up.container(service)
        assert password not in repr(container.attrs)
        assert password not in repr(container.top()["Processes"])


@pytest.mark.needs("docker")
def test_pages_say_that_they_are_well(up: Composed) -> None:
    assert up.container("web").attrs["State"]["Health"]["Status"] == "healthy"
    assert up.client().get("/healthz").text == "ok\n"


@pytest.mark.needs("docker")
def test_workers_reach_the_database_and_nothing_else(up: Composed) -> None:
    worker = up.container("worker")

    networks = worker.attrs["NetworkSettings"]["Networks"]
    assert [name.rpartition("_")[2] for name in networks] == ["inside"]
    assert engine().networks.get(next(iter(networks))).attrs["Internal"] is True


@pytest.mark.needs("docker")
def test_the_service_image_starts_as_the_grader_does(up: Composed) -> None:
    """One image of one base; what the service needs is beside, not instead."""
    client = engine()
    image, plain, base = (
        client.images.get(name).attrs["RootFS"]["Layers"]
        for name in (built_image("service"), built_image(), base_image())
    )

    assert image[: len(base)] == plain[: len(base)] == base
    config = client.images.get(built_image("service")).attrs["Config"]
    assert config["User"] == "grader"
    assert "/healthz" in " ".join(config["Healthcheck"]["Test"])


def test_compose_names_the_version_of_the_package() -> None:
    import grader

    settings = yaml.safe_load(COMPOSE.read_text())

    for service in ("web", "worker"):
        assert settings["services"][service]["build"]["args"]["VERSION"] == grader.__version__
        assert settings["services"][service]["image"].endswith(f":{grader.__version__}}}")


def test_a_password_file_that_is_not_there_is_one_sentence(
    tmp_path: Path, course: CourseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_FILE, str(tmp_path / "none"))
    folders = ["--data", str(tmp_path / "data"), "--course", str(course.path)]

    done = CliRunner().invoke(main, ["serve", "--database", "postgresql://g@host/x", *folders])

    assert done.exit_code == 2
    assert f"{PASSWORD_FILE}: {tmp_path / 'none'} cannot be read" in done.output

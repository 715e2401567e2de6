"""What docs/operators.md tells operators to write into files is tried, word by word."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from grader.service.place import Place
from tests.conftest import CourseFolder
from tests.service import running
from tests.service.running import PATIENCE, RIGHT, Service, await_
from tests.service.test_serve import FORM, Served, serve
from tests.service.test_watching import client

PAGE = (Path(__file__).parents[2] / "docs" / "operators.md").read_text(encoding="utf-8")
URL = "https://grader.example.org"
NGINX = """\
daemon off; user root; pid {folder}/pid; error_log stderr; events {{}}
http {{
access_log off;
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def replaced(text: str, changes: dict[str, str]) -> str:
    """Return the text with what a test must have otherwise; what is changed must be there."""
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return text


def port_of(served: Served) -> int:
    """Return where the service listens, which it does not say when it has a --url."""
    inodes = set()
    for path in Path(f"/proc/{served.process.pid}/fd").iterdir():
        inodes |= set(re.findall(r"^socket:\[(\d+)\]$", os.readlink(path)))
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    [found] = [line[1] for line in lines if line[9] in inodes and line[3] == "0A"]
    return int(found.partition(":")[2], 16)


def nginx(folder: Path, port: int, socket: Path) -> list[str]:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=grader.example.org", "-keyout", "key.pem", "-out", "fullchain.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    [server] = blocks("nginx")
    changes = {
        "listen 443 ssl": f"listen unix:{socket} ssl",
        "/etc/ssl/grader": str(folder),
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in TEMPORARY)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder) + paths + replaced(server, changes) + "}\n")
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "install nginx-light"
    subprocess.run([program, "-t", "-c", config], check=True)
    return [program, "-c", str(config)]


def caddy(folder: Path, port: int, socket: Path) -> list[str]:
    [site] = blocks("caddy")
    changes = {
        # No authority of the world's gives a test its certificate.
        "grader.example.org {": f"{URL} {{\n    bind unix/{socket}\n    tls internal",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
    }
    options = "{\n    admin off\n    skip_install_trust\n    auto_https disable_redirects\n}\n"
    config = folder / "Caddyfile"
    config.write_text(options + replaced(site, changes))
    program = shutil.which("caddy")
    assert program, "install caddy"
    return [program, "run", "--adapter", "caddyfile", "--config", str(config)]


@contextmanager
def proxied(kind: str, folder: Path, served: Served) -> Iterator[httpx.Client]:
    """Have a browser that reaches the service through a proxy, over TLS."""
    socket = folder / "tls"
    command = {"nginx": nginx, "caddy": caddy}[kind](folder, port_of(served), socket)
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    process = subprocess.Popen(command, env=environment, stderr=sys.stderr)
    try:
        await_(lambda: socket.exists() or process.poll() is not None)
        assert process.poll() is None
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        way = httpx.HTTPTransport(uds=str(socket), verify=trusting, retries=20)
        with httpx.Client(
            base_url=URL, transport=way, headers={"origin": URL}, timeout=PATIENCE
        ) as client:
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)


@pytest.mark.needs("walls")
@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_a_submission_goes_through_the_proxy_of_the_page(
    tmp_path: Path, course: CourseFolder, kind: str
) -> None:
    with (
        serve(tmp_path / "data", course.path, "--url", URL, "--no-worker") as served,
        proxied(kind, tmp_path, served) as client,
    ):
        joined = client.post(served.said_after("Students join"), data=FORM)
        assert joined.status_code == 303, joined.text
        assert "Secure" in joined.headers["set-cookie"]
        parts = [("files", (name, text.encode())) for name, text in RIGHT.items()]
        address = client.post("/assignments/1", files=parts).headers["location"]

        with client.stream("GET", f"{address}/events") as events:
            told = events.iter_text()
            # Nobody grades yet: a proxy that held it back would never let this through.
            assert "event: state" in next(told)
            with running.worker(Place(tmp_path / "data", course.path)):
                assert "event: done" in "".join(told)
        assert client.get(f"/api/v1{address}").json()["score"] == 10.0

        large = b"#" * (2 << 20)  # more than a proxy lets through unless it is told
        parts = [("files", ("add.py", large + RIGHT["add.py"].encode()))]
        assert client.post("/assignments/1", files=parts).status_code in (303, 400)
        assert client.get("/metrics").status_code == 404


def test_alerts_of_the_page_ask_for_what_there_is(service: Service) -> None:
    [rules] = blocks("yaml")
    found = client(service).get("/metrics").text
    named = re.findall(r"grader_\w+", rules)

    assert named
    # Errands have a figure once there are some.
    there = re.findall(r"^(?:# TYPE )?(grader_\w+)", found, re.MULTILINE)
    assert set(named) <= set(there)


@pytest.mark.parametrize("number", range(3))
def test_units_of_the_page_are_understood_by_systemd(tmp_path: Path, number: int) -> None:
    program = shutil.which("systemd-analyze")
    assert program, "install systemd"
    units = [block for block in blocks("ini") if block.startswith("# /etc/systemd/system/")]
    for unit in units:
        name = unit.splitlines()[0].rpartition("/")[2]
        text = unit.replace("/opt/grader/bin/grader", sys.executable)
        (tmp_path / name).write_text(text.replace("User=grader", "User=root"))
    assert len(units) == 3
    path = tmp_path / units[number].splitlines()[0].rpartition("/")[2]

    done = subprocess.run(
        [program, "verify", "--man=no", path], capture_output=True, text=True, check=False
    )

    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, said) == (0, []), done.stderr

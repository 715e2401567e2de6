"""The process above all others: it holds the listening socket, and starts again what has ended."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.sandbox.backends import Choice
from grader.service.logs import FORM
from grader.service.metrics import SHARED_COUNTS
from grader.service.place import Place
from grader.service.web.__main__ import DATABASE, Charge

LOOK_SECONDS = 0.2
CALM_SECONDS = 5.0  # what ends sooner after its start is started again with a pause
LAST_SECONDS = 90.0  # a worker ends what it has begun

_log = logging.getLogger("grader.serve")


@dataclass(frozen=True)
class Plan:
    """What to serve. slots: how many submissions are graded at a time; 0: workers are elsewhere.

    log: how the processes log, see `logs.form_of`.
    """

    place: Place
    host: str
    port: int
    slots: int
    sandbox: Choice
    is_secure: bool = False
    web_processes: int = 1
    log: str = ""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket on which requests wait, also while no process answers them.

    Raises UsageError if that is impossible.
    """
    try:
        return socket.create_server((host, port), backlog=512)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{host}:{port}: cannot be listened on ({reason})") from error


def run(plan: Plan, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Keep the service up until SIGTERM or SIGINT, then end it: first pages, then workers.

    ready: called once all processes are started.
    """
    listening.set_inheritable(True)
    with tempfile.TemporaryDirectory(prefix="grader-counts-") as counts:
        _run(plan, listening, Path(counts), ready)


def _run(plan: Plan, listening: socket.socket, counts: Path, ready: Callable[[], None]) -> None:
    # All of them accept from one socket: the kernel gives each connection to one.
    web = [
        _Child("web", lambda: _web(plan, listening.fileno(), counts))
        for _ in range(plan.web_processes)
    ]
    children = web
    if plan.slots:
        children = [*web, _Child("worker", lambda: _worker(plan))]
    asked = _Asked()
    try:
        for child in children:
            child.start()
        ready()
        while not asked.to_stop:
            time.sleep(LOOK_SECONDS)
            for child in children:
                child.look_after()
    finally:
        for child in children:
            child.end()


class _Asked:
    """Whether a signal has asked to stop."""

    def __init__(self) -> None:
        self.to_stop = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, *_: object) -> None:
        if self.to_stop:
            os._exit(1)  # children are told by the end of their parent
        self.to_stop = True


class _Child:
    """A process that is started again when it ends."""

    def __init__(self, name: str, begin: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self._name = name
        self._begin = begin
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        self._process = self._begin()

    def look_after(self) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            return
        lived = time.monotonic() - self._started
        if lived < CALM_SECONDS and self._process.returncode > 0:  # it gave up by itself
            time.sleep(1.0)
        _log.warning("%s ended (%s); starting it again", self._name, self._process.returncode)
        self.start()

    def end(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            self._process.wait(timeout=LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _web(plan: Plan, listening: int, counts: Path) -> "subprocess.Popen[bytes]":
    charge = Charge(
        data=str(plan.place.data),
        course=str(plan.place.course),
        listening=listening,
        parent=os.getpid(),
        is_secure=plan.is_secure,
    )
    encoded = msgspec.json.encode(charge).decode()
    command = ["-m", "grader.service.web", encoded]
    return _started(plan, command, {SHARED_COUNTS: str(counts)}, pass_fds=[listening])


def _worker(plan: Plan) -> "subprocess.Popen[bytes]":
    sandbox = plan.sandbox
    command = [
        *("-m", "grader", "worker", "--jobs", str(plan.slots), "--with-parent", str(os.getpid())),
        *("--data", str(plan.place.data), "--course", str(plan.place.course)),
        *("--sandbox", sandbox.backend, "--isolation", sandbox.isolation),
        *("--image", sandbox.image, "--runtime", sandbox.runtime),
    ]
    return _started(plan, command)


def _started(
    plan: Plan,
    command: Sequence[str],
    more: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if name != DATABASE}
    environment |= more or {}
    if plan.log:
        environment[FORM] = plan.log
    if plan.place.database:
        environment[DATABASE] = plan.place.database
    return subprocess.Popen(
        [sys.executable, "-P", *command],
        stdin=subprocess.DEVNULL,
        pass_fds=pass_fds,
        env=environment,
        start_new_session=True,  # Ctrl-C is for us, who end them in order
    )

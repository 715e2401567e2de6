"""The `docker` backend: the zygote and its cells inside a container, reached by a stream alone.

Around the walls of every cell stands one more, the container: no network, a read-only root, no
capability, no new privileges, our own filter of system calls (`container_seccomp.json`), limits
for all of it together. Nothing of the host is mounted; submissions and answers travel over the
attached streams. What ends the command ends the container, which the engine then removes.
"""

import contextlib
import json
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any

import docker
import docker.errors
import msgspec
import requests
from docker.types import LogConfig

from grader import __version__
from grader.errors import SandboxError
from grader.sandbox import relay
from grader.sandbox.cgroup import Groups
from grader.sandbox.levels import LEAST
from grader.sandbox.porter import Hello

WALL = "container"
IMAGE = f"grader:{__version__}"
LABEL = "grader.version"
PROFILE = "container_seccomp.json"
START_SECONDS = 120.0
REMOVE_SECONDS = 20.0
ZYGOTE_MIB = 1536  # measured 0.8 to 0.95 GiB with torch, the zygote and the porter together
MAX_FAULTS = 8192
MIB = 1 << 20


@dataclass(frozen=True)
class Size:
    """What all cells of a container may use together, beside what the zygote takes."""

    memory_mib: int
    tasks: int


@dataclass(eq=False)
class Container:
    """A running container with a zygote in it; cells are asked for through `control`."""

    engine: docker.DockerClient
    id: str
    control: socket.socket
    stream: relay.Stream
    attached: Any
    faults: bytearray
    thread: threading.Thread | None = None
    is_ready: bool = False

    backend = "docker"
    least = LEAST
    further_walls = (WALL,)
    groups: Groups | None = None  # the engine has one around all of it

    def await_ready(self) -> None:
        """Return once cells can be asked for; raises SandboxError if they cannot."""
        if self.is_ready:
            return
        try:
            answer = self.stream.await_frame(START_SECONDS)
        except SandboxError:
            self.end()
            raise
        if answer is None or answer[0] != relay.READY:
            said = answer[2] if answer is not None else bytes(self.faults[-2000:])
            self.end()
            reason = said.decode("utf-8", "replace").strip() or "it ended while starting"
            raise SandboxError(f"{WALL}: {reason}")
        self.is_ready = True
        self.thread = threading.Thread(target=self._carry, name="relay", daemon=True)
        self.thread.start()

    @contextmanager
    def lend(self) -> Iterator[socket.socket]:
        """Have its control socket for one submission: all share the one zygote."""
        yield self.control

    def end(self) -> None:
        """End the container and with it every cell."""
        _remove(self.engine, self.id)
        self.control.close()
        if self.thread is not None:
            self.thread.join(10)
        with contextlib.suppress(OSError):
            self.attached.close()

    def _carry(self) -> None:
        with contextlib.suppress(SandboxError, OSError):  # its end is what the judge sees
            relay.carry(self.stream, control=self._near)
        self._near.close()

    def __post_init__(self) -> None:
        self.control, self._near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


class Pool:
    """Containers that wait, warm, each for one submission (`--isolation container`)."""

    backend = "docker, a container per submission"
    least = LEAST
    further_walls = (WALL,)
    groups: Groups | None = None

    def __init__(self, choice: "Choice", given: bytes | None, size: Size, count: int) -> None:
        self._begin: Callable[[], Container] = partial(begin, choice, given, size)
        self._starters = ThreadPoolExecutor(max_workers=count)
        self._waiting: queue.Queue[Future[Container]] = queue.Queue()
        self._living: set[Container] = set()
        self._lock = threading.Lock()
        self._is_ended = False
        first = self._known(self._begin())  # what is wrong with the engine is told at once
        self._waiting.put(self._starters.submit(_ready, first))
        for _ in range(count - 1):
            self._replace()

    def await_ready(self) -> None:
        """Nothing to wait for: `lend` waits for its own container."""

    @contextmanager
    def lend(self) -> Iterator[socket.socket]:
        """Have a fresh container's control socket for one submission; it is destroyed then.

        Raises SandboxError if no container starts any more.
        """
        container = self._waiting.get().result()
        self._replace()
        try:
            yield container.control
        finally:
            with self._lock:
                self._living.discard(container)
            container.end()

    def end(self) -> None:
        """End all containers, those still starting too."""
        with self._lock:
            self._is_ended = True
            living = list(self._living)
        for container in living:
            container.end()
        self._starters.shutdown(wait=True, cancel_futures=True)

    def _replace(self) -> None:
        with self._lock:
            if not self._is_ended:
                self._waiting.put(self._starters.submit(self._start))

    def _start(self) -> Container:
        return _ready(self._known(self._begin()))

    def _known(self, container: Container) -> Container:
        """Have the container ended with the pool, at once if that has ended meanwhile."""
        with self._lock:
            if not self._is_ended:
                self._living.add(container)
                return container
        container.end()
        raise SandboxError(f"{WALL}: ended while starting")


@dataclass(frozen=True)
class Choice:
    """Which image, and which of the engine's runtimes, its default if none is named."""

    image: str = IMAGE
    runtime: str = ""


def _ready(container: Container) -> Container:
    container.await_ready()
    return container


def begin(choice: Choice, given: bytes | None, size: Size) -> Container:
    """Start a container; it goes on warming up by itself.

    Raises SandboxError in one sentence for: no engine, no such image or one of another version,
    no such runtime, a full disk, and whatever else the engine refuses.
    """
    engine = _engine()
    _check_runtime(engine, choice.runtime)
    _check_image(engine, choice.image)
    with _refusals(f"starting {choice.image}"):
        made = engine.api.create_container(
            choice.image,
            entrypoint=["python", "-P", "-m", "grader.sandbox.porter"],
            command=[],
            stdin_open=True,
            user="1000:1000",
            hostname="grader",
            working_dir="/",
            environment={"PYTHONUNBUFFERED": "1"},
            labels={LABEL: __version__, "grader.command": str(os.getpid())},
            runtime=choice.runtime or None,
            host_config=engine.api.create_host_config(
                auto_remove=True,
                network_mode="none",
                read_only=True,
                cap_drop=["ALL"],
                security_opt=_security_options(engine),
                tmpfs={"/tmp": "size=16m,mode=1777,nosuid,nodev,noexec"},
                mem_limit=f"{ZYGOTE_MIB + size.memory_mib}m",
                memswap_limit=f"{ZYGOTE_MIB + size.memory_mib}m",
                pids_limit=32 + size.tasks,
                ulimits=[{"Name": "core", "Soft": 0, "Hard": 0}],
                init=True,
                log_config=LogConfig(type="none"),  # what is carried is nobody's log
            ),
        )
    container: Container | None = None
    try:
        with _refusals(f"starting {choice.image}"):
            attached = engine.api.attach_socket(
                made["Id"], params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
            )
            faults = bytearray()
            stream = relay.Stream(attached.fileno(), attached.fileno(), _Unmixed(faults).plain)
            container = Container(engine, made["Id"], socket.socket(), stream, attached, faults)
            engine.api.start(made["Id"])
        hello = msgspec.msgpack.encode(Hello(__version__, given))
        stream.send(relay.HELLO, 0, hello)
    except BaseException:
        _remove(engine, made["Id"])
        raise
    return container


def _remove(engine: docker.DockerClient, name: str) -> None:
    """Remove a container and wait until it is gone: the engine may be at it already."""
    deadline = time.monotonic() + REMOVE_SECONDS
    with contextlib.suppress(docker.errors.NotFound, requests.RequestException):
        while time.monotonic() < deadline:
            with contextlib.suppress(docker.errors.APIError):  # it says that it is at it already
                engine.api.remove_container(name, force=True)
            engine.api.inspect_container(name)  # raises NotFound once it is gone
            time.sleep(0.05)


class _Unmixed:
    """Takes apart what an engine mixes on one stream: answers, and what went to stderr."""

    HEADER_BYTES = 8  # which of them (1), nothing (3), how many bytes (4)

    def __init__(self, faults: bytearray) -> None:
        self._faults = faults
        self._rest = bytearray()
        self._left = 0
        self._is_answer = False

    def plain(self, data: bytes) -> bytes:
        """Return what of the bytes was written to standard output."""
        self._rest += data
        answers = bytearray()
        while True:
            if self._left == 0:
                if len(self._rest) < self.HEADER_BYTES:
                    return bytes(answers)
                self._is_answer = self._rest[0] == 1
                self._left = int.from_bytes(self._rest[4 : self.HEADER_BYTES], "big")
                del self._rest[: self.HEADER_BYTES]
            piece = self._rest[: self._left]
            del self._rest[: len(piece)]
            self._left -= len(piece)
            if self._is_answer:
                answers += piece
            elif len(self._faults) < MAX_FAULTS:
                self._faults += piece
            if self._left:
                return bytes(answers)


def profile() -> str:
    """Return the filter of system calls around the container, as an engine reads it."""
    return resources.files("grader.sandbox").joinpath(PROFILE).read_text(encoding="utf-8")


def _engine() -> docker.DockerClient:
    try:
        engine = docker.from_env(timeout=60)
        engine.ping()
    except (docker.errors.DockerException, requests.RequestException) as error:
        place = os.environ.get("DOCKER_HOST", "its usual socket")
        raise SandboxError(
            f"{WALL}: no Docker engine answers at {place} ({_reason(error)}); start one, name it "
            "in DOCKER_HOST, or join the group that may use it"
        ) from error
    return engine


def _check_runtime(engine: docker.DockerClient, runtime: str) -> None:
    if not runtime:
        return
    with _refusals("asking for its runtimes"):
        known = sorted(engine.info().get("Runtimes", {}))
    if runtime not in known:
        raise SandboxError(
            f"{WALL}: the engine has no runtime {runtime!r}; it has {', '.join(known)}"
        )


def _check_image(engine: docker.DockerClient, name: str) -> None:
    how = (
        f"build it in a checkout of grader {__version__}: "
        f"docker build -t {name} --build-arg VERSION={__version__} ."
    )
    try:
        with _refusals(f"looking for {name}"):
            image = engine.images.get(name)
    except docker.errors.ImageNotFound as error:
        raise SandboxError(f"{WALL}: there is no image {name}; {how}") from error
    version = image.labels.get(LABEL)
    if version != __version__:
        found = f"holds grader {version}" if version else "is not of grader"
        raise SandboxError(f"{WALL}: the image {name} {found}, this is {__version__}; {how}")


@contextmanager
def _refusals(what: str) -> Iterator[None]:
    """Turn what an engine refuses into one sentence; a missing image stays what it is."""
    try:
        yield
    except docker.errors.ImageNotFound:
        raise
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise SandboxError(f"{WALL}: {what}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    explanation = getattr(error, "explanation", None) or str(error)
    if "no space left on device" in explanation:
        return "the engine's disk is full"
    return str(explanation).splitlines()[0][:300] if explanation else type(error).__name__


def _security_options(engine: docker.DockerClient) -> list[str]:
    options = ["no-new-privileges", f"seccomp={json.dumps(json.loads(profile()))}"]
    with _refusals("asking for its security"):
        has_apparmor = any("apparmor" in own for own in engine.info().get("SecurityOptions", []))
    # Its usual profile refuses mounts, which the zygote makes in a namespace of its own.
    return [*options, "apparmor=unconfined"] if has_apparmor else options

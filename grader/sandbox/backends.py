"""Which walls students' code is put behind, and by whom they are raised."""

import socket
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from grader.sandbox import launch
from grader.sandbox.cgroup import Groups

Backend = Literal["namespaces", "docker"]
Isolation = Literal["cell", "container"]


@dataclass(frozen=True)
class Choice:
    """How to wall off.

    backend: `namespaces` of this machine, or a container of a `docker` engine around them.
    isolation: of what is in a container: a cell per task, or a container per submission besides.
    image, runtime: the container's; those that are usual, if empty. jobs: how many submissions
    are graded at a time.
    """

    backend: Backend = "namespaces"
    isolation: Isolation = "cell"
    image: str = ""
    runtime: str = ""
    jobs: int = 1


DEFAULT = Choice()


class Sandbox(Protocol):
    """What was begun: something that lends zygotes to ask for cells.

    backend: its name in reports. further_walls: what stands around the zygote itself. groups:
    where cells have their control groups, None if they have none.
    """

    @property
    def backend(self) -> str: ...

    @property
    def further_walls(self) -> tuple[str, ...]: ...

    @property
    def groups(self) -> Groups | None: ...

    def await_ready(self) -> None:
        """Return once cells can be asked for; raises SandboxError if they cannot."""

    def lend(self) -> AbstractContextManager[socket.socket]:
        """Have a zygote's control socket for the length of one submission."""

    def end(self) -> None:
        """End it, and with it every cell."""


def begin(choice: Choice, given: bytes | None, *, memory_mib: int, threads: int) -> Sandbox:
    """Begin to raise the walls; raises SandboxError if that is impossible.

    given: the source of an assignment's given.py; the cells find it loaded. memory_mib, threads:
    of one cell, scratch space included; a container is sized by them.
    """
    if choice.backend == "namespaces":
        return launch.begin(given)
    from grader.sandbox import docker  # its client takes 0.2 s to import

    which = docker.Choice(choice.image or docker.IMAGE, choice.runtime)
    one = docker.Size(memory_mib, threads + 2)
    if choice.isolation == "container":
        return docker.Pool(which, given, one, choice.jobs + 1)
    size = docker.Size(choice.jobs * one.memory_mib, choice.jobs * one.tasks)
    return docker.begin(which, given, size)

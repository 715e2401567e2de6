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
    isolation, image, runtime: of the container (see `docker.begin`).
    """

    backend: Backend = "namespaces"
    isolation: Isolation = "cell"
    image: str = ""
    runtime: str = ""


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


def begin(choice: Choice, given: bytes | None) -> Sandbox:
    """Begin to raise the walls; raises SandboxError if that is impossible.

    given: the source of an assignment's given.py; the cells find it loaded.
    """
    return launch.begin(given)

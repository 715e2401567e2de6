"""What the processes of a service cost, by what they are: CPU seconds and memory."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

LOOK_SECONDS = 2.0
_GONE = (psutil.NoSuchProcess, psutil.AccessDenied)


def role(process: psutil.Process) -> str:
    """Return what a process is: web, worker, bench, judge, zygote or cell, else another."""
    name, command = process.name(), " ".join(process.cmdline())
    for kind in ("judge", "zygote", "cell"):
        if name == f"grader {kind}" or f"grader.{kind}" in command:
            return kind
    for kind in ("web", "bench"):
        if f"grader.service.{kind}" in command:
            return kind
    return "worker" if "grader worker" in command else "serve"


def cpu_seconds(process: int) -> dict[str, float]:
    """Return the CPU seconds so far of a process and all below it, by what they are.

    What has ended counts for whoever waited for it: a cell for its zygote, a run for its judge.
    """
    found: dict[str, float] = defaultdict(float)
    for one in _tree(process):
        with suppress(*_GONE):
            times = one.cpu_times()
            own = times.user + times.system + times.children_user + times.children_system
            found[role(one)] += own
    return dict(found)


class Memory:
    """The most memory at a time, in MiB, of all and by what they are; shared pages count once."""

    def __init__(self, process: int) -> None:
        self._process = process
        self.peak = 0.0
        self.peaks: dict[str, float] = defaultdict(float)

    def look(self) -> None:
        """Look once."""
        sizes: dict[str, float] = defaultdict(float)
        for one in _tree(self._process):
            with suppress(*_GONE):
                sizes[role(one)] += one.memory_full_info().pss / 2**20
        self.peak = max(self.peak, sum(sizes.values()))
        for kind, size in sizes.items():
            self.peaks[kind] = max(self.peaks[kind], size)


@contextmanager
def memory(process: int) -> Iterator[Memory]:
    """Look every two seconds for the length of a block."""
    found, ending = Memory(process), threading.Event()

    def look() -> None:
        while not ending.wait(LOOK_SECONDS):
            found.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ending.set()
        thread.join()


def _tree(process: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(process)
        return [top, *top.children(recursive=True)]
    except _GONE:
        return []

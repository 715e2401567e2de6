"""Resource limits of one cell, by setrlimit(2): what a process may use of the machine."""

import errno
import mmap
import os
import resource

from grader.sandbox.probe import expect, expect_no_more_tasks, expect_refusal

WALL = "rlimits"
MIB = 1 << 20
OPEN_FILES = 64
CPU_GRACE_SECONDS = 2


def address_space_bytes() -> int:
    """Return how much address space this process has now; needs /proc."""
    with open("/proc/self/statm", encoding="ascii") as handle:
        return int(handle.read().split()[0]) * os.sysconf("SC_PAGESIZE")


def peak_rss_bytes() -> int:
    """Return the most resident memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def confine(
    *, address_space: int, memory_mib: int, files_mib: int, threads: int, cpu_seconds: float
) -> None:
    """Set this process's limits, hard.

    address_space: bytes in use before the student's code. Address space is limited rather than
    data, since shared anonymous maps escape the data limit. threads: beside the first; counted
    per user and user namespace, of which a cell has its own.
    """
    for limit, value in (
        (resource.RLIMIT_AS, address_space + memory_mib * MIB),
        (resource.RLIMIT_FSIZE, files_mib * MIB),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, threads + 1),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CPU, int(cpu_seconds) + CPU_GRACE_SECONDS),
    ):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def prove(memory_mib: int, tasks: int) -> None:
    """Try to use more than the limits allow; raises SandboxError if it is possible."""
    more = (memory_mib + 1) * MIB
    expect_refusal(
        WALL, f"mapping more than {memory_mib} MiB", lambda: mmap.mmap(-1, more), errno.ENOMEM
    )
    opened: list[int] = []

    def open_many() -> None:
        for _ in range(OPEN_FILES):
            opened.append(os.dup(0))

    expect_refusal(WALL, f"opening more than {OPEN_FILES} files", open_many, errno.EMFILE)
    for descriptor in opened:
        os.close(descriptor)
    expect_no_more_tasks(WALL, tasks)
    expect(WALL, "core files are written", resource.getrlimit(resource.RLIMIT_CORE) == (0, 0))

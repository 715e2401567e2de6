"""Resource limits of one cell, by setrlimit(2): what a process may use of the machine."""

import os
import resource

MIB = 1 << 20
OPEN_FILES = 64
CPU_GRACE_SECONDS = 2


def address_space_bytes() -> int:
    """Return how much address space this process has now; needs /proc."""
    with open("/proc/self/statm", encoding="ascii") as handle:
        return int(handle.read().split()[0]) * os.sysconf("SC_PAGESIZE")


def confine(
    *, address_space: int, memory_mib: int, files_mib: int, threads: int, cpu_seconds: float
) -> None:
    """Set this process's limits, hard.

    address_space: bytes in use before the student's code. Address space is limited rather than
    data, since shared anonymous maps escape the data limit.
    """
    # RLIMIT_NPROC counts all threads of the user in this user namespace, other cells included;
    # it is a last bound on runaway threads, and cells may not starve each other of it.
    for limit, value in (
        (resource.RLIMIT_AS, address_space + memory_mib * MIB),
        (resource.RLIMIT_FSIZE, files_mib * MIB),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_NPROC, 64 * (threads + 1)),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CPU, int(cpu_seconds) + CPU_GRACE_SECONDS),
    ):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))

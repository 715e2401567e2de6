"""The targets: what reads strangers' bytes, and what must hold of it."""

import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.fuzz import frames, notebooks, uploads


@dataclass(frozen=True)
class Target:
    """check: raises for a finding. seeds: valid inputs. change: a change that keeps the form.

    max_bytes: of one input. seconds, memory_mib: what one input may cost, CPU and peak.
    """

    check: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    change: Callable[[bytes, random.Random], bytes]
    max_bytes: int
    seconds: float
    memory_mib: int


TARGETS = {
    "frame": Target(
        frames.check_frame, frames.frames, frames.change_frame, 300_000, seconds=2, memory_mib=96
    ),
    # A stream may announce 128 MiB, and the judge has the room ready.
    "stream": Target(
        frames.check_stream, frames.streams, frames.change_stream, 60_000, seconds=2, memory_mib=192
    ),
    "zip": Target(
        uploads.check_zip, uploads.zip_files, uploads.change_zip, 20_000, seconds=2, memory_mib=96
    ),
    "tar": Target(
        uploads.check_tar, uploads.tar_files, uploads.change_tar, 20_000, seconds=2, memory_mib=96
    ),
    "submission": Target(
        uploads.check_submission,
        uploads.uploads,
        uploads.change_upload,
        20_000,
        seconds=2,
        memory_mib=96,
    ),
    "names": Target(
        uploads.check_names,
        uploads.lists_of_names,
        uploads.change_names,
        10_000,
        seconds=2,
        memory_mib=32,
    ),
    "notebook": Target(
        notebooks.check_notebook,
        notebooks.notebooks,
        notebooks.change_notebook,
        30_000,
        seconds=4,
        memory_mib=128,
    ),
}

# For the test of the fuzzer itself; `all` does not run it.
EVERY = TARGETS | {"planted": replace(TARGETS["frame"], check=frames.check_planted)}


class TooCostly(Exception):
    """One input took more time or memory than it may."""


def checked(target: Target, data: bytes) -> None:
    """Check one input; raises TooCostly, or whatever the check found."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.thread_time()
    target.check(data)
    seconds = time.thread_time() - begun
    more_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    if seconds > target.seconds:
        raise TooCostly(f"{seconds:.1f} s of CPU; expected {target.seconds} at most")
    if more_mib > target.memory_mib:
        raise TooCostly(f"{more_mib:.0f} MiB of memory; expected {target.memory_mib} at most")

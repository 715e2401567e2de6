"""Control groups: a cell's memory and threads, counted and capped by the kernel."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader import wire
from grader.cell.limits import CellLimits
from grader.errors import SandboxError, WireClosed
from grader.judge import connection
from grader.judge.connection import Cell
from grader.sandbox import cgroup, launch
from grader.sandbox.cgroup import Groups

LIMITS = CellLimits(memory_mib=512, files_mib=64, threads=3, cpu_seconds=20.0)
SOURCE = b"""
import os, threading, time

def use(mib):
    kept = bytearray(mib << 20)
    for place in range(0, len(kept), 4096):
        kept[place] = 1
    return mib

def write(mib):
    with open("big", "wb") as file:
        for _ in range(mib):
            file.write(bytes(1 << 20))
    return mib

def start_threads(count):
    started = []
    try:
        for _ in range(count):
            thread = threading.Thread(target=time.sleep, args=(0.3,))
            thread.start()
            started.append(thread)
    except RuntimeError:
        pass
    for thread in started:
        thread.join()
    return len(started)
"""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make control groups here")


@pytest.fixture(scope="module")
def zygote() -> Iterator[launch.Zygote]:
    with launch.started() as zygote:
        yield zygote


@pytest.fixture
def groups(zygote: launch.Zygote) -> Groups:
    if zygote.groups is None:
        pytest.skip("nobody may make control groups here")
    return zygote.groups


def opened(zygote: launch.Zygote, groups: Groups) -> Cell:
    cell = Cell(zygote.control, LIMITS, max_output=0, groups=groups)
    files = {"a.py": np.frombuffer(SOURCE, np.uint8)}
    assert isinstance(cell.ask(wire.encode(wire.Load(files, "a.py"))), wire.Loaded)
    return cell


def answer(cell: Cell, name: str, number: int) -> object:
    call = wire.encode(wire.Call(1, name, [number], {}, 0))
    message = cell.ask(call, deadline=time.monotonic() + 20)
    assert isinstance(message, wire.Returned), message
    return message.value


def test_root_has_control_groups(zygote: launch.Zygote) -> None:
    """Where it is not so, every test below is skipped, which in CI is a failure."""
    assert (zygote.groups is not None) or os.geteuid() != 0


def test_the_peak_is_what_was_used(zygote: launch.Zygote, groups: Groups) -> None:
    cell = opened(zygote, groups)
    answer(cell, "use", 200)
    cell.end()

    assert 200 <= cell.peak_bytes / cgroup.MIB < 260
    assert not cell.is_out_of_memory


def test_scratch_space_counts_as_memory(zygote: launch.Zygote, groups: Groups) -> None:
    """S6: a file in the tmpfs is memory of the machine."""
    cell = opened(zygote, groups)
    answer(cell, "write", 50)
    cell.end()

    assert cell.peak_bytes / cgroup.MIB >= 50


def test_a_cell_that_needs_more_is_ended_alone(
    zygote: launch.Zygote, groups: Groups, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S6: what address space does not stop, the group does; a neighbour goes on."""
    neighbour = opened(zygote, groups)
    monkeypatch.setattr(connection, "COPIED_MIB", 100 - LIMITS.memory_mib - LIMITS.files_mib)
    cell = opened(zygote, groups)
    with pytest.raises(WireClosed):
        answer(cell, "use", 200)
    ended = cell.end()

    assert ended is not None
    assert ended.signal == 9
    assert cell.is_out_of_memory
    assert 90 <= cell.peak_bytes / cgroup.MIB <= 100
    assert answer(neighbour, "use", 10) == 10
    neighbour.end()
    assert not neighbour.is_out_of_memory


def test_threads_are_counted_exactly(zygote: launch.Zygote, groups: Groups) -> None:
    """S7: and those of a neighbour do not count."""
    one, other = opened(zygote, groups), opened(zygote, groups)

    assert answer(one, "start_threads", 50) == LIMITS.threads
    assert answer(other, "start_threads", 50) == LIMITS.threads
    one.end()
    other.end()


def test_nothing_is_left_of_a_cell(zygote: launch.Zygote, groups: Groups) -> None:
    opened(zygote, groups).end()

    assert not [own for folder in groups.folders for own in folder.iterdir() if own.is_dir()]


@needs_root
def test_what_a_killed_command_left_is_removed_by_the_next() -> None:
    program = "from grader.sandbox import cgroup; print(*cgroup.make_groups().folders)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    left = [Path(name) for name in done.stdout.split()]
    assert left
    assert all(folder.is_dir() for folder in left)
    groups = cgroup.make_groups()

    assert groups is not None
    assert not any(folder.exists() for folder in left)
    groups.remove()
    assert not any(folder.exists() for folder in groups.folders)


@needs_root
def test_removing_ends_what_is_left_in_it() -> None:
    groups = cgroup.make_groups()
    assert groups is not None
    group = groups.make("own", memory_mib=64, tasks=4)
    sleeper = subprocess.Popen(["sleep", "60"])
    for folder in group.folders:
        (folder / "cgroup.procs").write_text(str(sleeper.pid))
    groups.remove()

    assert sleeper.wait(10) == -9
    assert not any(folder.exists() for folder in groups.folders)


def test_two_graders_of_one_process_have_groups_of_their_own(
    zygote: launch.Zygote, groups: Groups
) -> None:
    """The end of one may not end the cells of the other."""
    cell = opened(zygote, groups)
    with launch.started() as other:
        assert other.groups is not None
        assert other.groups != groups
        opened(other, other.groups).end()

    assert answer(cell, "use", 1) == 1
    cell.end()


def test_a_group_that_cannot_be_made_stops_the_run(groups: Groups) -> None:
    """S23: a wall that stood around the first cell stands around all, or nothing is run."""
    away = Groups(tuple(folder / "not-there" for folder in groups.folders), groups.version)

    with pytest.raises(SandboxError, match="cgroup: "):
        away.make("own", memory_mib=64, tasks=4)

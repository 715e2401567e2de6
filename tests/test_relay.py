"""Cells at the other end of a stream: as near ones, whatever one of them does."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

from grader import wire
from grader.cell.limits import CellLimits
from grader.errors import SandboxError, WireClosed, WireLate
from grader.judge.connection import Cell
from grader.judge.walls import walls_of_a_first_cell
from grader.sandbox import launch, relay

LIMITS = CellLimits(memory_mib=512, files_mib=4, threads=2, cpu_seconds=20.0)
SOURCE = b"""
import os, sys, time

def echo(x):
    return x

def say(count):
    os.write(1, b"x" * count)
    return count

def leave():
    os._exit(7)

def sleep():
    time.sleep(60)
"""


class Far:
    """Two relays and a zygote, joined by a stream, as a command and a container are."""

    def __init__(self, zygote: socket.socket) -> None:
        self.control, self._near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.here, self.there = socket.socketpair()
        self._ends = [
            threading.Thread(target=self._carry_near, daemon=True),
            threading.Thread(target=self._carry_far, args=[zygote], daemon=True),
        ]
        for end in self._ends:
            end.start()

    def _carry_near(self) -> None:
        stream = relay.Stream(self.here.fileno(), self.here.fileno())
        with suppress(SandboxError):
            relay.carry(stream, control=self._near)
        self._near.close()
        self.here.close()

    def _carry_far(self, zygote: socket.socket) -> None:
        stream = relay.Stream(self.there.fileno(), self.there.fileno())
        relay.carry(stream, zygote=zygote)
        self.there.close()

    def end(self) -> None:
        """Hang up; both relays end."""
        self.control.close()
        for end in self._ends:
            end.join(10)
            assert not end.is_alive()


@pytest.fixture(scope="module")
def zygote() -> Iterator[launch.Zygote]:
    with launch.started() as zygote:
        yield zygote


@pytest.fixture
def far(zygote: launch.Zygote) -> Iterator[Far]:
    before = len(os.listdir("/proc/self/fd"))
    far = Far(zygote.control)
    yield far
    far.end()
    assert len(os.listdir("/proc/self/fd")) <= before


def opened(far: Far, max_output: int = 1000) -> Cell:
    cell = Cell(far.control, LIMITS, max_output=max_output)
    files = {"a.py": np.frombuffer(SOURCE, np.uint8)}
    assert isinstance(cell.ask(wire.encode(wire.Load(files, "a.py"))), wire.Loaded)
    return cell


def call(name: str, *args: object) -> bytes:
    return wire.encode(wire.Call(1, name, list(args), {}, 0))


def answer(cell: Cell, name: str, *args: object) -> object:
    message = cell.ask(call(name, *args), deadline=time.monotonic() + 20)
    assert isinstance(message, wire.Returned), message
    return message.value


def test_the_same_walls_hold_around_a_cell(far: Far) -> None:
    assert "seccomp" in walls_of_a_first_cell(far.control)


def test_answers_come_back(far: Far) -> None:
    cell = opened(far)

    assert answer(cell, "echo", [1, "two", None]) == [1, "two", None]
    cell.end()


@pytest.mark.parametrize("size", [1, 100_000, 3_000_000])
def test_large_values_cross_both_ways(far: Far, size: int) -> None:
    """Many times what may be under way at once."""
    x = np.arange(size, dtype=np.float64)
    cell = opened(far)
    got = answer(cell, "echo", x)
    cell.end()

    assert isinstance(got, np.ndarray)
    assert np.array_equal(got, x)


def test_what_is_printed_comes_back_and_is_cut(far: Far) -> None:
    cell = opened(far, max_output=50)
    assert answer(cell, "say", 5_000_000) == 5_000_000
    cell.end()

    assert bytes(cell.output) == b"x" * 50


def test_how_a_cell_ended_is_told(far: Far) -> None:
    cell = opened(far)
    with pytest.raises(WireClosed):
        cell.ask(call("leave"), deadline=time.monotonic() + 20)
    ended = cell.ended_by_itself(5)
    cell.end()

    assert ended is not None
    assert ended.exit_code == 7


def test_a_cell_that_is_let_go_is_killed(far: Far) -> None:
    cell = opened(far)
    with pytest.raises(WireLate):
        cell.ask(call("sleep"), deadline=time.monotonic() + 0.2)
    ended = cell.end()

    assert ended is not None
    assert ended.signal == 9


def test_a_cell_that_reads_nothing_stops_no_other(far: Far) -> None:
    """S14: its line fills up, and it alone waits."""
    busy, other = opened(far), opened(far)
    with pytest.raises(WireLate):
        busy.ask(call("sleep"), deadline=time.monotonic() + 0.1)
    with pytest.raises(WireLate):
        busy.ask(call("echo", np.zeros(2_000_000)), deadline=time.monotonic() + 0.5)

    assert answer(other, "echo", 5) == 5
    busy.end()
    other.end()


def test_many_cells_one_after_the_other(far: Far) -> None:
    for number in range(20):
        cell = opened(far)
        assert answer(cell, "echo", number) == number
        cell.end()


def test_an_end_of_the_stream_is_an_end_of_every_cell(zygote: launch.Zygote) -> None:
    far = Far(zygote.control)
    cell = opened(far)
    far.here.shutdown(socket.SHUT_RDWR)

    with pytest.raises(WireClosed):
        cell.ask(call("echo", 1), deadline=time.monotonic() + 10)
    cell.end()
    with pytest.raises(SandboxError, match="zygote is gone"):
        Cell(far.control, LIMITS, max_output=0, open_seconds=5)
    far.end()


@pytest.mark.parametrize(
    "said",
    [
        b"\xff" * 64,
        relay.HEADER.pack(relay.DATA, 0, 1 << 30),
        relay.HEADER.pack(relay.OPEN, 999, 0),  # only the near side may ask
    ],
    ids=["noise", "a frame too long", "a request"],
)
def test_what_no_relay_says_ends_the_stream(said: bytes) -> None:
    """The container is trusted with cells, not with the command."""
    ours, theirs = socket.socketpair()
    control, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.sendall(said)

    with pytest.raises(SandboxError):
        relay.carry(relay.Stream(ours.fileno(), ours.fileno()), control=near)
    for own in (ours, theirs, control, near):
        own.close()


def test_more_than_the_window_ends_the_stream() -> None:
    """S4: what one line may have under way is bounded, whatever the other side sends."""
    ours, theirs = socket.socketpair()
    control, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    wire_end, kept = socket.socketpair()
    output, output_end = os.pipe()
    leash, kept_leash = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    socket.send_fds(control, [b"cell"], [wire_end.fileno(), output_end, leash.fileno()])
    failed: list[SandboxError] = []

    def run() -> None:
        try:
            relay.carry(relay.Stream(ours.fileno(), ours.fileno()), control=near)
        except SandboxError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    piece = bytes(relay.PIECE)
    theirs.settimeout(5)  # once it has ended, nobody reads on
    with suppress(OSError):
        for _ in range(200):  # nobody reads the cell's wire at this end
            theirs.sendall(relay.HEADER.pack(relay.DATA, 0, len(piece)) + piece)
    thread.join(10)

    assert [str(error) for error in failed] == ["the container sends more than it may"]
    for own in (ours, theirs, control, near, wire_end, kept, leash, kept_leash):
        own.close()
    for descriptor in (output, output_end):
        os.close(descriptor)

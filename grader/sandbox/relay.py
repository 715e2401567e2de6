"""Cells at the other end of a stream: requests and their descriptors, carried as bytes.

A zygote is asked for cells by datagrams that carry descriptors (`forkserver.request`). Into a
container no descriptor reaches, only bytes. So there is a relay at either end of one stream: the
near one takes such datagrams as a zygote would, the far one (in the container) asks the real
zygote, and between them each descriptor is a *line*:

    wire    both ways: the judge's calls and the cell's answers
    output  back: what the cell prints
    leash   both ways: let go, and how the cell ended

Frames: kind (1 byte), line (4), length (4), body. A sender never has more than WINDOW bytes of a
line under way that the other side has not handed on, so that a cell which reads nothing, or a
judge which reads no output, stops its own line and no other.
"""

import contextlib
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from grader import forkserver
from grader.errors import GraderError, SandboxError

HEADER = struct.Struct(">BII")
OPEN, DATA, CREDIT, END, PING, HELLO, READY, FAILED = range(8)
WIRE, OUTPUT, LEASH = range(3)
LINES_PER_CELL = 3
WINDOW = 256 * 1024
PIECE = 64 * 1024
MAX_BODY = 2 << 20  # a Hello carries a given.py; all else is at most a piece
MAX_WAITING = 1 << 20
PING_SECONDS = 5.0
SILENCE_SECONDS = 60.0  # without a word of the near side, the far one ends


class Stream:
    """Frames over a pair of descriptors, never waiting.

    plain: what of the bytes read belongs to the stream (an engine mixes in what it prints).
    """

    def __init__(
        self, reading: int, writing: int, plain: Callable[[bytes], bytes] = lambda data: data
    ) -> None:
        self.reading = reading
        self.writing = writing
        self.is_open = True
        self._plain = plain
        self._in = bytearray()
        self._out = bytearray()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)

    @property
    def waiting(self) -> int:
        """How many bytes are not yet written."""
        return len(self._out)

    def send(self, kind: int, line: int, body: bytes = b"") -> None:
        """Have a frame written as soon as there is room."""
        self._out += HEADER.pack(kind, line, len(body)) + body
        self.write()

    def write(self) -> None:
        """Write what there is room for."""
        try:
            while self._out:
                del self._out[: os.write(self.writing, self._out[:PIECE])]
        except BlockingIOError:
            pass
        except OSError:
            self.is_open = False

    def read(self) -> list[tuple[int, int, bytes]]:
        """Return the frames that have come whole; raises SandboxError for what is none."""
        try:
            data = os.read(self.reading, PIECE)
        except BlockingIOError:
            data = None
        except OSError:
            data = b""
        if data is not None:
            self.is_open = self.is_open and bool(data)
            self._in += self._plain(data)
        frames = []
        while len(self._in) >= HEADER.size:
            kind, line, length = HEADER.unpack_from(self._in)
            if kind > FAILED or length > MAX_BODY:
                raise SandboxError("the container's answer is not of this program")
            if len(self._in) < HEADER.size + length:
                break
            frames.append((kind, line, bytes(self._in[HEADER.size : HEADER.size + length])))
            del self._in[: HEADER.size + length]
        return frames

    def await_frame(self, seconds: float) -> tuple[int, int, bytes] | None:
        """Return the first frame to come, None if the stream ends; raises SandboxError if late."""
        deadline = time.monotonic() + seconds
        while self.is_open:
            self.write()
            poll = select.poll()
            poll.register(self.reading, select.POLLIN)
            if self._out:
                poll.register(self.writing, select.POLLOUT)
            left = deadline - time.monotonic()
            if left <= 0:
                raise SandboxError(f"no word from the container in {seconds:g} seconds")
            poll.poll(1000 * left)
            if frames := [frame for frame in self.read() if frame[0] != PING]:
                return frames[0]  # each side waits for the other's first: there are no more
        return None


@dataclass
class _Line:
    """One descriptor and what is under way on it."""

    descriptor: int
    reads: bool  # there is more to come from the descriptor
    writes: bool  # there may be more to come for it
    credit: int = WINDOW
    pending: bytearray = field(default_factory=bytearray)
    is_last: bool = False  # what is pending is all

    @property
    def is_done(self) -> bool:
        return not self.reads and not self.writes


def carry(
    stream: Stream,
    *,
    control: socket.socket | None = None,
    zygote: socket.socket | None = None,
) -> None:
    """Carry cells until either side hangs up.

    control: at the near side, where cells are asked for. zygote: at the far side, who forks them.
    """
    relay = _Relay(stream, control, zygote)
    try:
        while stream.is_open:
            if not relay.step():
                return
    finally:
        relay.end()


class _Relay:
    def __init__(
        self, stream: Stream, control: socket.socket | None, zygote: socket.socket | None
    ) -> None:
        self._stream = stream
        self._control = control
        self._zygote = zygote
        self._lines: dict[int, _Line] = {}
        self._next = 0
        self._pinged = self._heard = time.monotonic()

    def step(self) -> bool:
        """Wait for something to do and do it; returns False when it is time to end."""
        poll = select.poll()
        wanted: dict[int, int] = {self._stream.reading: select.POLLIN}
        if self._stream.waiting:
            wanted[self._stream.writing] = wanted.get(self._stream.writing, 0) | select.POLLOUT
        has_room = self._stream.waiting < MAX_WAITING
        if self._control is not None and has_room:
            wanted[self._control.fileno()] = select.POLLIN
        if self._zygote is not None:
            wanted[self._zygote.fileno()] = select.POLLIN  # it says nothing: its end shows
        by_descriptor = {}
        for number, line in self._lines.items():
            events = select.POLLIN if line.reads and line.credit > 0 and has_room else 0
            events |= select.POLLOUT if line.pending or line.is_last else 0
            if events:
                wanted[line.descriptor] = events
                by_descriptor[line.descriptor] = number
        for descriptor, events in wanted.items():
            poll.register(descriptor, events)
        for descriptor, events in poll.poll(1000 * PING_SECONDS):
            if descriptor in (self._stream.reading, self._stream.writing):
                if events & select.POLLOUT:
                    self._stream.write()
                if events & ~select.POLLOUT:
                    self._take_frames()
            elif self._control is not None and descriptor == self._control.fileno():
                if not self._take_request():
                    return False
            elif self._zygote is not None and descriptor == self._zygote.fileno():
                return False
            elif (number := by_descriptor[descriptor]) in self._lines:
                self._serve(number, events)
        return self._is_alive()

    def end(self) -> None:
        """Close every line: cells are let go, judges see an end."""
        for line in self._lines.values():
            os.close(line.descriptor)
        self._lines.clear()

    def _is_alive(self) -> bool:
        now = time.monotonic()
        if self._control is not None and now - self._pinged >= PING_SECONDS:
            self._pinged = now
            self._stream.send(PING, 0)
        return self._zygote is None or now - self._heard < SILENCE_SECONDS

    def _take_request(self) -> bool:
        """Have a cell opened at the far side; returns False if nobody will ask again."""
        assert self._control is not None
        try:
            payload, descriptors, _, _ = socket.recv_fds(
                self._control, forkserver.MAX_PAYLOAD_BYTES, forkserver.MAX_DESCRIPTORS
            )
        except OSError:
            return False
        if not payload:
            return False
        if len(descriptors) != LINES_PER_CELL:
            for descriptor in descriptors:
                os.close(descriptor)
            return True
        first = self._next
        self._next += LINES_PER_CELL
        self._add(first, descriptors, output_is_read=False)
        self._stream.send(OPEN, first, payload)
        return True

    def _open(self, first: int, payload: bytes) -> None:
        """Have the zygote fork a cell."""
        if self._zygote is None or first in self._lines:
            raise SandboxError("the container asks for what only its host may")
        wire, theirs = socket.socketpair()
        output, output_end = os.pipe()
        with theirs:
            try:
                forked = forkserver.request(self._zygote, payload, [theirs.fileno(), output_end])
                leash = forked.detach()
            except GraderError:  # the zygote is gone: the near side learns it by the lines' end
                leash = os.open(os.devnull, os.O_RDONLY)
        os.close(output_end)
        self._add(first, [wire.detach(), output, leash], output_is_read=True)

    def _add(self, first: int, descriptors: list[int], *, output_is_read: bool) -> None:
        for kind, descriptor in enumerate(descriptors):
            os.set_blocking(descriptor, False)
            is_output = kind == OUTPUT
            self._lines[first + kind] = _Line(
                descriptor,
                reads=output_is_read or not is_output,
                writes=not output_is_read or not is_output,
            )

    def _take_frames(self) -> None:
        for kind, number, body in self._stream.read():
            self._heard = time.monotonic()
            line = self._lines.get(number)
            if kind == OPEN:
                self._open(number, body)
            elif line is None:
                continue  # it was closed here while this was under way
            elif kind == DATA:
                line.pending += body
                if len(line.pending) > WINDOW:
                    raise SandboxError("the container sends more than it may")
                self._write(number, line)
            elif kind == CREDIT:
                line.credit += int.from_bytes(body, "big")
            elif kind == END:
                line.is_last = True
                self._write(number, line)

    def _serve(self, number: int, events: int) -> None:
        line = self._lines[number]
        if line.pending or line.is_last:
            self._write(number, line)
        if line.reads and events & (select.POLLIN | select.POLLHUP | select.POLLERR):
            self._read(number, line)

    def _read(self, number: int, line: _Line) -> None:
        if line.credit <= 0:
            return
        try:
            data = os.read(line.descriptor, min(PIECE, line.credit))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            line.credit -= len(data)
            self._stream.send(DATA, number, data)
        else:
            line.reads = False
            self._stream.send(END, number)
            self._close_if_done(number, line)

    def _write(self, number: int, line: _Line) -> None:
        """Hand on what has come; what nobody takes any more is dropped."""
        while line.pending:
            try:
                count = os.write(line.descriptor, line.pending)
            except BlockingIOError:
                break
            except OSError:
                count = len(line.pending)
            del line.pending[:count]
            self._stream.send(CREDIT, number, count.to_bytes(4, "big"))
        if line.is_last and not line.pending:
            line.is_last = line.writes = False
            _shut(line.descriptor)
            self._close_if_done(number, line)

    def _close_if_done(self, number: int, line: _Line) -> None:
        if line.is_done:
            os.close(line.descriptor)
            del self._lines[number]


def _shut(descriptor: int) -> None:
    """Let the other end see that no more comes, where that can be said of one direction."""
    try:
        own = socket.socket(fileno=descriptor)
    except OSError:
        return  # a pipe: closing it says so
    with contextlib.suppress(OSError):
        own.shutdown(socket.SHUT_WR)
    own.detach()

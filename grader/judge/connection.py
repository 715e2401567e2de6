"""One cell, seen from the judge: opened, asked, ended. Every wait has a deadline."""

import itertools
import math
import os
import signal
import socket
import time

import msgspec

from grader import forkserver, wire
from grader.cell.limits import CellLimits, Opening
from grader.errors import GraderError, JudgeError, SandboxError, WireError
from grader.forkserver import Ended
from grader.sandbox import levels
from grader.sandbox.cgroup import Group, Groups, Usage

# What a cell copies of its zygote's memory, and what the kernel itself holds for it.
COPIED_MIB = 64
GONE = "the zygote is gone, and every cell with it"
OPEN_SECONDS = 30.0  # a fork and the walls; measured 0.01 to 0.1 on a busy machine


class Cell:
    """A cell behind its walls, and what its code has printed so far.

    groups: where it gets its control group. least: the level that is accepted, the usual one if
    none is said. prove: it tries each of its walls. Raises SandboxError, when made, if a wall does
    not stand.
    """

    def __init__(
        self,
        zygote: socket.socket,
        limits: CellLimits,
        *,
        max_output: int,
        groups: Groups | None = None,
        least: levels.Level | None = None,
        prove: bool = False,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        self.output = bytearray()
        self.peak_bytes = 0
        self.is_out_of_memory = False
        self._max_output = max_output
        self._cpu_seconds = limits.cpu_seconds
        self._least = least or levels.LEAST
        self._ended: Ended | None = None  # once it was told, which is once
        self._group = _group(groups, limits)
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        os.set_blocking(output, False)
        self._output = output
        entrances = self._group.descriptors() if self._group is not None else []
        opening = msgspec.msgpack.encode(Opening(limits, prove))
        with theirs:
            try:
                self._forked = forkserver.request(
                    zygote, opening, [theirs.fileno(), output_end, *entrances]
                )
            except GraderError as error:
                if self._group is not None:
                    self._group.remove()
                raise SandboxError(GONE) from error
            finally:
                for descriptor in (output_end, *entrances):
                    os.close(descriptor)
        self._line = wire.Wire(ours.detach(), has_deadlines=True)
        self._watched: wire.Watched = {output: self._drain}
        self._rss_at_start = 0
        self.walls = self._await_walls(open_seconds)

    def ask(self, frame: bytes, *, deadline: float = math.inf) -> wire.Message:
        """Send a frame and return the answer.

        Raises WireLate at the deadline, WireClosed if the cell died, WireError for no frame.
        """
        self._line.send(frame, deadline=deadline)
        return self._line.receive(deadline=deadline, watch=self._watched)

    def end(self) -> Ended | None:
        """End the cell and return how it ended: by itself, or now.

        Afterwards it is known what memory it used at the peak, and whether that ended it.
        """
        self._line.close()
        told = self._forked.kill()
        ended = self._ended or told
        if self._output in self._watched:
            self._drain()
        os.close(self._output)
        if self._group is not None:
            self._note(self._group.usage())
            self._group.remove()
        elif ended is not None:
            self.peak_bytes = max(0, ended.peak_rss_kib * 1024 - self._rss_at_start)
        return ended

    def ended_by_itself(self, seconds: float = 1.0) -> Ended | None:
        """Return how a cell that hung up ended, or None if it only closed its wire.

        Raises what is no student's fault: SandboxError if the zygote is gone and every cell with
        it, JudgeError if someone outside killed the cell. Code inside cannot: either it is the
        first process of its namespace, and the kernel hands it no such signal from there, or its
        seccomp filter refuses the signal.
        """
        self._ended = self._ended or self._forked.wait(seconds)
        if self._ended is not None and not self._ended.is_known:
            raise SandboxError(GONE)
        if self._ended is not None and self._was_killed_from_outside(self._ended):
            raise JudgeError(
                "something outside killed the cell: a person, or the machine for want of memory"
            )
        return self._ended

    def _was_killed_from_outside(self, ended: Ended) -> bool:
        if ended.signal != signal.SIGKILL or ended.cpu_seconds >= self._cpu_seconds:
            return False
        return self._group is None or not self._group.usage().is_out_of_memory

    def _await_walls(self, seconds: float) -> list[str]:
        try:
            ready = self._line.receive(deadline=time.monotonic() + seconds)
        except WireError as error:
            ended = self.end()
            if ended is not None and not ended.is_known:
                raise SandboxError(GONE) from error
            raise SandboxError(f"a cell did not open ({error})") from error
        if isinstance(ready, wire.Ready):
            missing = levels.missing_for(self._least, ready.walls)
            if not missing:
                self._rss_at_start = ready.rss_bytes
                return ready.walls
            reason = (
                f"{', '.join(missing)}: not standing; expected level {self._least}\n"
                f"{levels.advice(missing)}"
            )
        else:
            reason = ready.reason if isinstance(ready, wire.WallFailed) else "no word of its walls"
        self.end()
        raise SandboxError(levels.explained(reason))

    def _note(self, usage: Usage) -> None:
        self.peak_bytes = usage.peak_bytes
        self.is_out_of_memory = usage.is_out_of_memory

    def _drain(self) -> None:
        """Take what was printed; beyond the limit it is read and dropped, so nothing blocks."""
        try:
            data = os.read(self._output, 65536)
        except BlockingIOError:
            return
        if not data:
            self._watched.pop(self._output, None)
            return
        self.output += data[: self._max_output - len(self.output)]


_numbers = itertools.count()


def _group(groups: Groups | None, limits: CellLimits) -> Group | None:
    if groups is None:
        return None
    return groups.make(
        f"{os.getpid()}-{next(_numbers)}",
        memory_mib=limits.memory_mib + limits.files_mib + COPIED_MIB,
        tasks=limits.threads + 1,
    )

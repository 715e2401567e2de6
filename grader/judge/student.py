"""One student's answers to one task: one call here is one call into the cell."""

import hashlib
import signal
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader import wire
from grader.cell.limits import CellLimits
from grader.errors import (
    AnswerRaised,
    CellDied,
    MissingAnswer,
    OutOfMemory,
    StudentError,
    TimedOut,
    WireClosed,
    WireError,
    WireLate,
    WrongAnswer,
)
from grader.judge.connection import Cell
from grader.judge.record import Record
from grader.judge.reference import packed
from grader.scoring import Used

STUB = "NotImplementedError"
NO_MEMORY = "MemoryError"
# The cell keeps to these too; but what comes from there is a student's, and so are its bounds.
MAX_TEXT = 500
MAX_TYPE_NAMES = 16
# They turn text around where it is shown.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MIB = 1 << 20


@dataclass(frozen=True)
class Files:
    """What the cell of one task gets: the student's files, which of them answers, torch threads."""

    answer: str | None
    student: dict[str, bytes]
    threads: int = 1

    def load(self, task: str) -> wire.Load:
        """Return the message that carries them; raises MissingAnswer if none answers the task."""
        if self.answer is None:
            raise MissingAnswer(f"no file {task}.py was handed in")
        return wire.Load(
            files={path: np.frombuffer(data, np.uint8) for path, data in self.student.items()},
            path=self.answer,
            threads=self.threads,
        )


@dataclass(frozen=True)
class Bounds:
    """What one task may use: a cell's limits, and seconds of wall time."""

    cell: CellLimits
    call_seconds: float
    task_seconds: float
    max_output: int
    show_exception_text: bool


class StudentSide:
    """The student's side of one task: opens its cell when first asked, replaces a dead one."""

    def __init__(
        self,
        task: str,
        files: Files,
        bounds: Bounds,
        open_cell: Callable[[CellLimits, int], Cell],
    ) -> None:
        self._task = task
        self._files = files
        self._bounds = bounds
        self._open_cell = open_cell
        self._cell: Cell | None = None
        self._seconds_left = bounds.task_seconds
        self._last_id = 0
        self._never_loads: StudentError | None = None
        self._printed = bytearray()
        self.seed = 0
        self.record = Record()
        self.used = Used()  # by the cells that have ended

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, whose: wire.Whose
    ) -> Any:
        """Return what the student's function, or class of modules, answers, of whatever form.

        Raises a StudentError for everything but an answer.
        """
        self._last_id += 1
        seed = self._seed_of_call()
        frame = packed(args, kwargs, name, call_id=self._last_id, seed=seed, whose=whose)
        return self._answer(self._ask(frame, name))

    def value(self, name: str) -> Any:
        """Return the student's module-level value of that name, of whatever form."""
        self._last_id += 1
        frame = wire.encode(wire.Read(id=self._last_id, name=name))
        return self._answer(self._ask(frame, name))

    @property
    def output(self) -> str:
        """What the student's code has printed so far, cut at the limit."""
        printed = self._printed + (self._cell.output if self._cell is not None else b"")
        text = printed[: self._bounds.max_output].decode("utf-8", "replace")
        return _plain(text.replace("\r\n", "\n").replace("\r", "\n"))

    def end(self) -> None:
        """End the task's cell; the next call would open another."""
        if self._cell is not None:
            ended = self._cell.end()
            self._printed += self._cell.output
            self.used = replace(
                self.used,
                cpu_seconds=self.used.cpu_seconds + (ended.cpu_seconds if ended else 0.0),
                memory_mib=max(self.used.memory_mib, self._cell.peak_bytes / MIB),
            )
            self._cell = None

    def _seed_of_call(self) -> int:
        """Return what the cell is reseeded with: the case's own seed cannot be told from it.

        The cell can read it, and hidden tests draw their inputs from the case's.
        """
        text = f"{self.seed} {self._last_id}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")

    def _ask(self, frame: bytes, name: str) -> wire.Message:
        if self._never_loads is not None:
            raise self._never_loads
        cell = self._cell or self._load()
        message = self._timed(cell, frame, f"`{name}`")
        if getattr(message, "id", None) != self._last_id:
            self.end()
            raise CellDied("the answer was to no question of ours", staff=str(type(message)))
        self.record.add(frame, message)
        return message

    def _load(self) -> Cell:
        """Open a cell and have it load the file; what fails here fails for the whole task."""
        try:
            frame = wire.encode(self._files.load(self._task))
            cell = self._cell = self._open_cell(self._bounds.cell, self._bounds.max_output)
            message = self._timed(cell, frame, "loading the file")
            if not isinstance(message, wire.Loaded):
                try:
                    self._answer(message)
                finally:
                    self.end()
                raise CellDied("the file did not load", staff=str(type(message)))
        except StudentError as error:
            self._never_loads = error
            raise
        return cell

    def _timed(self, cell: Cell, frame: bytes, what: str) -> wire.Message:
        """Ask within the seconds of a call and of the task; the cell is lost if it is late."""
        if self._seconds_left <= 0:
            raise TimedOut(
                f"the {_seconds(self._bounds.task_seconds)} of this task are used up; not run"
            )
        seconds = min(self._bounds.call_seconds, self._seconds_left)
        start = time.monotonic()
        try:
            return cell.ask(frame, deadline=start + seconds)
        except WireLate:
            self.end()
            if seconds < self._bounds.call_seconds:  # no odd rest of them: reports must agree
                whole = _seconds(self._bounds.task_seconds)
                raise TimedOut(f"{what} used up the {whole} of this task") from None
            raise TimedOut(f"{what} took longer than {_seconds(seconds)}") from None
        except WireClosed:
            raise self._how_it_died(cell, what) from None
        except WireError as error:
            self.end()
            raise CellDied(f"{what}: what came back is no answer", staff=str(error)) from None
        finally:
            taken = time.monotonic() - start
            self._seconds_left -= taken
            self.used = replace(
                self.used,
                seconds=self.used.seconds + taken,
                call_seconds=max(self.used.call_seconds, taken),
            )

    def _how_it_died(self, cell: Cell, what: str) -> StudentError:
        ended = cell.ended_by_itself()
        self.end()
        if cell.is_out_of_memory:
            return self._out_of_memory(cell, what)
        if ended is None:
            return CellDied(f"{what} closed the connection to the grader")
        if ended.signal is not None and ended.cpu_seconds >= self._bounds.cell.cpu_seconds:
            return TimedOut(f"{what} used more than {self._bounds.cell.cpu_seconds:g} CPU seconds")
        if ended.signal is not None:
            return CellDied(f"{what} ended Python by signal {_signal_name(ended.signal)}")
        return CellDied(f"{what} ended Python with exit code {ended.exit_code}")

    def _answer(self, message: wire.Message) -> Any:
        if isinstance(message, wire.Returned):
            return message.value
        if isinstance(message, wire.Missing):
            raise MissingAnswer(f"{self._files.answer} defines no `{message.name}`")
        if isinstance(message, wire.Unfit):
            raise WrongAnswer(_bounded(message.reason))
        if isinstance(message, wire.Uncrossable):
            raise WrongAnswer(_bounded(message.reason).replace("result", "the answer", 1))
        if isinstance(message, wire.Raised):
            raise self._raised(message)
        self.end()
        raise CellDied("what came back is no answer", staff=type(message).__name__)

    def _raised(self, raised: wire.Raised) -> StudentError:
        names = tuple(_bounded(name) for name in raised.type_names[:MAX_TYPE_NAMES])
        said = _bounded(raised.text)
        where = f" ({_bounded(raised.where)})" if raised.where else ""
        if names[:1] == (STUB,):
            return MissingAnswer(f"not implemented yet{where}")
        if NO_MEMORY in names:
            cell = self._cell
            self.end()  # what is left of it is in no state to go on
            return self._out_of_memory(cell, f"the code{where}", staff=said)
        kind = names[0] if names else "an exception"
        text = f": {said}" if said and self._bounds.show_exception_text else ""
        return AnswerRaised(f"{kind}{text}{where}", type_names=names, staff=said)

    def _out_of_memory(self, cell: Cell | None, what: str, staff: str = "") -> OutOfMemory:
        """Return the verdict, with what the kernel counted once the cell had ended."""
        peak = cell.peak_bytes if cell is not None else 0
        return OutOfMemory(
            f"{what} needed more than the {self._bounds.cell.memory_mib} MiB of memory that "
            f"there are; in use at the peak: {round(peak / MIB)} MiB",
            staff=staff,
        )


def _bounded(text: str) -> str:
    """Return what the cell says as a report may hold it."""
    return _plain(text[:MAX_TEXT])


def _plain(text: str) -> str:
    """Return the text with what would move a cursor or turn text around written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode() if _is_control(letter) else letter
        for letter in text
    )


def _is_control(letter: str) -> bool:
    return letter in _TURNS or (letter not in "\n\t" and unicodedata.category(letter) == "Cc")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most real-time signals have none
        return str(number)


def _seconds(count: float) -> str:
    return "1 second" if count == 1 else f"{count:.3g} seconds"

"""The bench: the process that grades for a worker. It knows no database and no queue.

A process of its own, begun before the worker has threads, with an environment without secrets:
what it starts, judges and zygotes, descends from nothing that ever held one. One request and one
answer per connection, a line of JSON each. When the worker is gone, its end of the
bench's standard input is closed, and the bench ends with all that it has started.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from grader import grade
from grader.errors import GraderError
from grader.grade import Grader
from grader.report import Report
from grader.sandbox.backends import Choice
from grader.service import anew
from grader.service.handed_in import File, own_id, take_in
from grader.service.hashes import Hashes
from grader.service.store import Store

KEPT_WARM = 3  # a judge and a zygote take about 0.6 GiB
ANSWER_SECONDS = 3600.0  # judge and cell have their own, far stricter limits
SIGN_OF_LIFE_SECONDS = 20.0
_PIECE = 1 << 20


class Charge(msgspec.Struct):
    """What the bench is told at its start."""

    course: str
    store: str
    socket: str
    sandbox: Choice
    kept_warm: int
    likely: list[str]


class Request(msgspec.Struct, tag=True):
    """One submission to grade."""

    assignment: str
    login: str
    number: int
    received: datetime
    files: list[File]
    students: list[str]


class Graded(msgspec.Struct, tag=True):
    """A report, as JSON."""

    report: str


class Fault(msgspec.Struct, tag=True):
    """Why there is none; for staff."""

    reason: str


Answer = Graded | Fault | anew.Regraded | anew.Compared
_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)
_requests: msgspec.json.Decoder[Request | anew.Regrade | anew.Compare] = msgspec.json.Decoder(
    Request | anew.Regrade | anew.Compare
)


class BenchFault(GraderError):
    """There is no report, and it is no fault of the student's."""


class Bench:
    """The bench, seen from the worker; may be asked by several threads at once."""

    def __init__(
        self,
        course: Path,
        store: Store,
        sandbox: Choice,
        *,
        likely: Sequence[str] = (),
        kept_warm: int = KEPT_WARM,
    ) -> None:
        """Start it. likely: the assignments to be warm for, before anybody asks."""
        self._folder = Path(tempfile.mkdtemp(prefix="grader-bench-"))
        self._charge = Charge(
            course=str(course.resolve()),
            store=str(store.folder),
            socket=str(self._folder / "socket"),
            sandbox=sandbox,
            kept_warm=kept_warm,
            likely=list(likely[:kept_warm]),
        )
        self._lock = threading.Lock()
        self._has_ended = False
        self._process = self._start()

    def grade(self, request: Request) -> Report:
        """Return the report; raises BenchFault if there is none."""
        answer = self._answer_to(request)
        assert isinstance(answer, Graded)
        return Report.model_validate_json(answer.report)

    def regrade(self, request: anew.Regrade) -> anew.Regraded:
        """Return what grading anew comes to; raises BenchFault if that cannot be said."""
        answer = self._answer_to(request)
        assert isinstance(answer, anew.Regraded)
        return answer

    def compare(self, request: anew.Compare) -> anew.Compared:
        """Return what a class has in common; raises BenchFault if that cannot be said."""
        answer = self._answer_to(request)
        assert isinstance(answer, anew.Compared)
        return answer

    def look_after(self) -> None:
        """Replace a bench that does not answer: stopped, or stuck; whoever asked it has a fault."""
        process = self._process
        try:
            self._asked(b"", SIGN_OF_LIFE_SECONDS)
        except (OSError, msgspec.DecodeError):
            process.kill()
            self._restart_if_gone()

    def end(self) -> None:
        """End it, and with it every judge and every cell."""
        with self._lock:
            self._has_ended = True  # whoever still asks must not start another one
            _end(self._process)
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def process(self) -> int:
        """The number of its process."""
        return self._process.pid

    def _answer_to(self, request: Request | anew.Regrade | anew.Compare) -> Answer:
        try:
            answer = self._asked(msgspec.json.encode(request))
        except (OSError, msgspec.DecodeError) as error:
            self._restart_if_gone()
            raise BenchFault(f"the bench was lost while it graded ({error})") from error
        if isinstance(answer, Fault):
            raise BenchFault(answer.reason)
        return answer

    def _asked(self, request: bytes, seconds: float = ANSWER_SECONDS) -> Answer:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(seconds)
            line.connect(self._charge.socket)
            line.sendall(request + b"\n")
            return _answers.decode(_line(line))

    def _restart_if_gone(self) -> None:
        with self._lock:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1.0)
            if self._process.returncode is not None and not self._has_ended:
                _end(self._process)
                self._process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        Path(self._charge.socket).unlink(missing_ok=True)
        kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "DOCKER_HOST", "TMPDIR", "PYTHONPATH")
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.service.bench"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: os.environ[name] for name in kept if name in os.environ},
            start_new_session=True,  # Ctrl-C is for the worker, which lets what has begun end
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(self._charge) + b"\n")
        process.stdin.flush()
        if process.stdout.read(1) != b"\n":
            _end(process)
            raise BenchFault("the bench did not start; its own message stands above")
        return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()


# ---- in the process ----------------------------------------------------------------------------


class Warm:
    """Graders kept open, each for one assignment as it is on the disk; of idle ones a few."""

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self._hashes = Hashes(Path(charge.course))
        self._lock = threading.Lock()
        self._open: dict[str, _Opened] = {}  # the one used last comes last

    @contextmanager
    def lent(self, name: str) -> Iterator[Grader]:
        """Have a grader for the length of a block; raises as `grade.opened` does.

        One that fails of itself is not lent again: the next gets a fresh judge.
        """
        course = Path(self._charge.course)
        sha256 = self._hashes.of(name)
        with self._lock:
            opened = self._open.pop(name, None)
            if opened is None or opened.sha256 != sha256 or opened.is_broken:
                if opened is not None:
                    opened.is_broken = True
                    self._close_idle([opened])
                opened = _Opened(sha256)
            self._open[name] = opened
            opened.users += 1
        try:
            with opened.lock:
                if opened.grader is None:
                    opened.grader = opened.stack.enter_context(
                        grade.opened(name, course, self._charge.sandbox)
                    )
            yield opened.grader
        except (GraderError, OSError):
            opened.is_broken = True
            raise
        finally:
            with self._lock:
                opened.users -= 1
                idle = [one for one in self._open.values() if not one.users]
                spare = idle[: max(0, len(self._open) - self._charge.kept_warm)]
                self._close_idle([*spare, *([opened] if opened.is_broken else [])])

    def end(self) -> None:
        """Close all, whoever uses them."""
        for opened in list(self._open.values()):
            opened.stack.close()

    def _close_idle(self, graders: "list[_Opened]") -> None:
        for opened in graders:
            if not opened.users:
                self._open = {name: one for name, one in self._open.items() if one is not opened}
                opened.stack.close()


class _Opened:
    """A grader, or a place for one, and how many use it."""

    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        self.stack = ExitStack()
        self.lock = threading.Lock()
        self.grader: Grader | None = None
        self.users = 0
        self.is_broken = False


def main() -> None:
    """Serve until the worker hangs up."""
    charge = msgspec.json.decode(sys.stdin.buffer.readline(), type=Charge)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a whole service is told; the worker decides
    warm = Warm(charge)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(charge.socket)
    listening.listen(128)
    threading.Thread(target=_accept, args=(listening, warm, charge), daemon=True).start()
    os.write(sys.stdout.fileno(), b"\n")
    threading.Thread(target=_warm_up, args=(warm, charge.likely), daemon=True).start()
    sys.stdin.buffer.read()
    threading.Thread(target=_leave_late, daemon=True).start()
    warm.end()
    shutil.rmtree(Path(charge.socket).parent, ignore_errors=True)  # a killed worker did not
    os._exit(0)  # threads may still wait for a judge that is gone


def _warm_up(warm: Warm, names: Sequence[str]) -> None:
    for name in names:
        # Whoever submits to it is told of what is wrong with it.
        with contextlib.suppress(GraderError, OSError), warm.lent(name):
            pass


def _leave_late() -> None:
    threading.Event().wait(10.0)
    os._exit(1)


def _accept(listening: socket.socket, warm: Warm, charge: Charge) -> None:
    while True:
        line, _ = listening.accept()
        threading.Thread(target=_serve, args=(line, warm, charge), daemon=True).start()


def _serve(line: socket.socket, warm: Warm, charge: Charge) -> None:
    with line, contextlib.suppress(OSError):  # the worker has hung up
        asked = _line(line)
        if asked == b"\n":  # only whether we live
            line.sendall(msgspec.json.encode(Fault("")) + b"\n")
            return
        request = _requests.decode(asked)
        line.sendall(msgspec.json.encode(_answer(request, warm, charge)) + b"\n")


def _answer(request: Request | anew.Regrade | anew.Compare, warm: Warm, charge: Charge) -> Answer:
    """Return what one request comes to, or why that is nothing; never raises."""
    store = Store(Path(charge.store))

    def content(file: File) -> bytes:
        return store.get(file.sha256)

    try:
        if isinstance(request, anew.Compare):
            return anew.compared(Path(charge.course), request, content)
        with warm.lent(request.assignment) as grader:
            if isinstance(request, anew.Regrade):
                return anew.regraded(grader, request, content)
            id = own_id(request.login, request.number)
            submission = take_in(grader.assignment, id, request.files, content, request.received)
            report = grade.grade(grader, submission, request.students)
        return Graded(report.model_dump_json())
    except Exception as error:  # whatever it is, it is ours: the worker tries again
        return Fault(f"{type(error).__name__}: {error}")


def _line(line: socket.socket) -> bytes:
    """Return what comes up to the end of a line; raises OSError if the other side hangs up."""
    data = bytearray()
    while not data.endswith(b"\n"):
        piece = line.recv(_PIECE)
        if not piece:
            raise ConnectionError("the line was cut")
        data += piece
    return bytes(data)


if __name__ == "__main__":
    main()

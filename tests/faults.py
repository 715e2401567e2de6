"""A batch that is hit: started, watched until the moment, struck, and looked at afterwards.

Whatever is struck, the batch goes on with `--resume`. `python -m tests.faults` does some of it as
whoever calls it, for an ordinary user.
"""

import contextlib
import ctypes
import errno
import os
import random
import re
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from grader.pages import report_page
from grader.report import read
from tests.command import GRADER, WIDE
from tests.conftest import ADD, MANIFEST, SCALE, CourseFolder, make_course
from tests.host import descendants
from tests.test_batch import command_line, of_course
from tests.test_forkserver import is_gone, soon

Strike = Callable[["Running"], None]
PATIENCE = 60.0  # for what takes a few seconds, on a machine that has much else to do
IN_CREATE = 0x100  # <sys/inotify.h>
INTERRUPTED = "grader: interrupted; --resume goes on from here"

# ---- a class -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A kind of submission, and what it is worth."""

    add: str
    score: float


KINDS = {
    "right": Kind(ADD, 10.0),
    "half": Kind("def add(a, b): return 3", 7.0),
    "raises": Kind("def add(a, b): return a / 0", 6.0),
    "leaves": Kind("import os\ndef add(a, b): os._exit(3)", 6.0),
    "eats": Kind("def add(a, b):\n    x = []\n    while True: x.append(bytes(10**7))", 6.0),
    "hangs": Kind("def add(a, b):\n    while a == 50: pass\n    return a + b", 9.0),
}
SLOW = ("eats", "hangs")  # few of them: each costs seconds
LIMITS = {"call_seconds = 1": "call_seconds = 2", "task_seconds = 2": "task_seconds = 8"}


def make_class(folder: Path, count: int) -> tuple[CourseFolder, dict[str, float]]:
    """Make a course and a class, no two alike; return what each submission is worth."""
    manifest = MANIFEST.format(more="")
    for old, new in LIMITS.items():
        manifest = manifest.replace(old, new)
    course = make_course(folder / "course", manifest=manifest)
    quick = [name for name in KINDS if name not in SLOW]
    worth = {}
    for number in range(count):
        name = SLOW[number // 40 % 2] if number % 40 == 7 else quick[number % len(quick)]
        own = course.path / "class" / f"s{number:03}"
        own.mkdir(parents=True)
        (own / "add.py").write_text(f"# {number}\n{KINDS[name].add}\n")
        (own / "scale.py").write_text(SCALE)
        worth[own.name] = KINDS[name].score
    return course, worth


# ---- a batch -------------------------------------------------------------------------------------


@dataclass
class Running:
    """A `grader batch` under way."""

    process: subprocess.Popen[str]
    course: CourseFolder
    out: Path
    before: frozenset[str]  # what was reported already

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def fresh(self) -> int:
        """Return how many reports it has written so far."""
        return len(reported(self.out) - self.before)

    def named(self, name: str) -> list[int]:
        """Return its processes of that name, as `ps` shows it."""
        return [pid for pid, own in descendants(self.pid) if own == name]

    def zygotes(self) -> list[int]:
        """Return the outer and the inner process of the zygote, as far as they are there."""
        return sorted(
            pid
            for pid, name in descendants(self.pid)
            if name != "grader cell" and "grader.cell.zygote" in command_line(pid)
        )[:2]

    def judges(self) -> list[int]:
        """Return the judge's process, if it is there."""
        return sorted(
            pid
            for pid, name in descendants(self.pid)
            if name != "grader run" and "grader.judge.server" in command_line(pid)
        )[:1]


@dataclass(frozen=True)
class End:
    """How it ended. below: the processes that it had when it was struck, their sockets too."""

    code: int
    out: str
    faults: str
    seconds: float
    below: frozenset[int]
    sockets: frozenset[str]
    done: Mapping[str, bytes]
    pid: int


@dataclass
class Batch:
    """A class that is graded by many commands, one after the other: what one leaves, others do.

    prefix: what to run the command with, such as `nsenter`. seen: the folder `out` as this process
    sees it. commands: the processes of all of them so far.
    """

    course: CourseFolder
    worth: Mapping[str, float]
    out: Path
    options: Sequence[str] = ()
    prefix: Sequence[str] = ()
    seen: Path = Path()
    environment: Mapping[str, str] = field(default_factory=dict)
    temporary: Path = Path()
    commands: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.seen == Path():
            self.seen = self.out
        self.temporary = self.course.path / "tmp"
        self.temporary.mkdir(mode=0o777, exist_ok=True)

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Have `grader batch --resume` for the length of a block; then it is no more."""
        process = subprocess.Popen(
            [
                *(*self.prefix, *GRADER, "batch", "sums", str(self.course.path / "class")),
                *("--course", str(self.course.path), "--out", str(self.out)),
                *("--jobs", "2", "--resume", *self.options),
            ],
            env=os.environ | WIDE | {"TMPDIR": str(self.temporary)} | dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.commands.append(process.pid)
        before = frozenset(reported(self.seen))
        try:
            yield Running(process, self.course, self.seen, before)
        finally:
            process.kill()
            process.communicate()

    def struck(self, moment: Strike, strike: Strike) -> End:
        """Return how a command ended that was struck at the moment."""
        with self.running() as running:
            moment(running)
            below = frozenset(pid for pid, _ in descendants(running.pid))
            sockets = _sockets([running.pid, *below])
            done = contents(self.seen)
            start = time.monotonic()
            strike(running)
            out, faults = running.process.communicate(timeout=2 * PATIENCE)
            seconds = time.monotonic() - start
            code = running.process.returncode
            return End(code, out, faults, seconds, below, sockets, done, running.pid)

    def finished(self) -> End:
        """Return how a command ended that nobody struck."""
        return self.struck(at_once, at_once)

    def broken_promises(self, end: End, *, is_cleaner_gone: bool = False) -> list[str]:
        """Return in words what is not as it must be after any fault at all.

        is_cleaner_gone: all who could have tidied up were killed; the next command does.
        """
        found = []
        if "Traceback" in end.faults:
            found.append(f"a traceback: {end.faults}")
        if not soon(lambda: all(map(is_gone, end.below)) and not of_course(self.course)):
            names = {pid: command_line(pid) for pid in end.below if not is_gone(pid)}
            found.append(f"processes: {names}, {of_course(self.course)}")
        if not is_cleaner_gone and not soon(lambda: not control_groups(end.pid)):
            found.append(f"control groups: {control_groups(end.pid)}")
        if left := end.sockets & _all_sockets():
            found.append(f"sockets: {left}")
        found += [f"mount: {line}" for line in _mounts() if str(self.course.path) in line]
        found += [f"temporary file: {path}" for path in self.temporary.rglob("*")]
        if not is_cleaner_gone and end.code >= 0:
            found += [f"left: {path}" for path in self.seen.rglob(".*")]
        now = contents(self.seen)
        for name, content in end.done.items():
            if b'"status": "graded"' in content and now.get(name) != content:
                found.append(f"{name} was done, and is another now")
        return found + self.unlike()

    def unlike(self) -> list[str]:
        """Return which reports and pages are not whole, not of one piece, or score wrongly."""
        found = []
        for path in sorted((self.seen / "reports").glob("*.json")):
            report = read(path)  # raises if it is none
            words = f"{path.stem}: {report.status}, {report.score}, {_verdicts(path)}"
            if report.status not in ("graded", "judge_error"):
                found.append(words)
            if report.score != (self.worth[path.stem] if report.status == "graded" else None):
                found.append(words)
            if path.with_suffix(".html").read_text() != report_page(report):
                found.append(f"{path.stem}: its page is of another report")
        return found

    def unfinished(self, end: End) -> list[str]:
        """Return in words what is missing once a command could do all there was to do."""
        found = self.broken_promises(end)
        count = len(self.worth)
        if end.code != 0 or not end.out.startswith(f"{count} submissions: {count} graded"):
            found.append(f"ended with {end.code}: {end.out} {end.faults}")
        if reported(self.seen) != self.worth.keys():
            found.append(f"reports of {reported(self.seen)}")
        names = {"reports", "summary.csv", "index.html"}
        if {path.name for path in self.seen.iterdir()} != names:
            found.append(f"in the folder: {sorted(self.seen.iterdir())}")
        pages = {path.stem for path in (self.seen / "reports").glob("*.html")}
        if pages != self.worth.keys():
            found.append(f"pages of {pages}")
        lines = (self.seen / "summary.csv").read_text().splitlines()
        if len(lines) != 1 + count:
            found.append(f"{len(lines)} lines in summary.csv")
        if not (self.seen / "index.html").read_text().rstrip().endswith("</html>"):
            found.append("half an index.html")
        return found


def reported(out: Path) -> set[str]:
    return {path.stem for path in (out / "reports").glob("*.json")}


def contents(out: Path) -> dict[str, bytes]:
    """Return the reports as they stand, byte for byte."""
    return {path.name: path.read_bytes() for path in (out / "reports").glob("*.json")}


def control_groups(pid: int) -> list[Path]:
    """Return the control groups of a command's cells."""
    return list(Path("/sys/fs/cgroup").glob(f"**/grader-{pid}-*"))


def _verdicts(path: Path) -> list[str]:
    report = read(path)
    return [f"{own.verdict} {own.feedback}" for task in report.tasks for own in task.tests]


def _mounts() -> list[str]:
    return Path("/proc/self/mountinfo").read_text().splitlines()


def _sockets(pids: Sequence[int]) -> frozenset[str]:
    """Return the local sockets that the processes have open, by inode."""
    found = set()
    for pid in pids:
        try:
            for own in Path(f"/proc/{pid}/fd").iterdir():
                found |= set(re.findall(r"^socket:\[(\d+)\]$", os.readlink(own)))
        except OSError:
            continue
    return frozenset(found) & _all_sockets()


def _all_sockets() -> frozenset[str]:
    lines = Path("/proc/net/unix").read_text().splitlines()[1:]
    return frozenset(line.split()[6] for line in lines)


# ---- moments -------------------------------------------------------------------------------------


def at_once(running: Running) -> None:
    """Be a moment, or a strike that harms nobody."""


def until(fact: Callable[[Running], object]) -> Strike:
    """Return a moment: as soon as it is so."""

    def moment(running: Running) -> None:
        deadline = time.monotonic() + PATIENCE
        while not fact(running):
            assert not running.has_ended, running.process.communicate()
            assert time.monotonic() < deadline, "the moment did not come"
            time.sleep(0.002)

    return moment


def later(first: Strike, seconds: float) -> Strike:
    """Return a moment: so long after another."""

    def moment(running: Running) -> None:
        first(running)
        time.sleep(seconds)

    return moment


def after(count: int) -> Strike:
    """Return a moment: when so many more are reported."""
    return until(lambda running: running.fresh() >= count)


def writing(name: str) -> Strike:
    """Return a moment: as that file begins to be written; or the end, should it not be."""

    def moment(running: Running) -> None:
        libc = ctypes.CDLL(None)
        watch = libc.inotify_init1(os.O_NONBLOCK)
        libc.inotify_add_watch(watch, os.fsencode(running.out), IN_CREATE)
        try:
            while not running.has_ended:
                is_new = bool(select.select([watch], [], [], 0.1)[0])
                if is_new and f".{name}.".encode() in os.read(watch, 65536):
                    return
        finally:
            os.close(watch)

    return moment


warming_up = until(lambda running: running.judges() and len(running.zygotes()) == 2)
first_cell = until(lambda running: running.named("grader cell"))
first_run = until(lambda running: running.named("grader run"))


# ---- strikes -------------------------------------------------------------------------------------


def kill(find: Callable[[Running], Sequence[int]], number: int = signal.SIGKILL) -> Strike:
    """Return a strike: a signal to the first process found that is still there to get it."""

    def strike(running: Running) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for pid in find(running):
                try:
                    os.kill(pid, number)
                    return
                except ProcessLookupError:
                    continue
            if running.has_ended:
                return
        raise AssertionError("nobody to strike")

    return strike


def together(*strikes: Strike) -> Strike:
    """Return a strike: all of these, one right behind the other."""

    def strike(running: Running) -> None:
        for own in strikes:
            own(running)

    return strike


def command(running: Running) -> Sequence[int]:
    return [running.pid]


def judge(running: Running) -> Sequence[int]:
    return running.judges()


def outer_zygote(running: Running) -> Sequence[int]:
    return running.zygotes()[:1]


def inner_zygote(running: Running) -> Sequence[int]:
    return running.zygotes()[1:]


def cells(running: Running) -> Sequence[int]:
    return running.named("grader cell")


def runs(running: Running) -> Sequence[int]:
    return running.named("grader run")


def threads(pid: int) -> int:
    """Return how many threads a process has; none once it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def whole_group(number: int) -> Strike:
    """Return a strike: a signal to all whom a terminal would send it."""

    def strike(running: Running) -> None:
        os.killpg(running.pid, number)

    return strike


def struck_at_random(numbers: random.Random, strikes: Sequence[Strike], count: int) -> Strike:
    """Return a strike: so many of these, one every tenth of a second or so."""

    def strike(running: Running) -> None:
        for _ in range(count):
            time.sleep(numbers.uniform(0.02, 0.2))
            numbers.choice(strikes)(running)

    return strike


def pause_a_cell(running: Running) -> None:
    """Be a strike: a cell stands still for a moment."""
    for pid in cells(running)[:1]:
        try:
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.3)
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            continue


# ---- a disk --------------------------------------------------------------------------------------


def fill(path: Path) -> None:
    """Make a file that leaves no byte free on its disk."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


@dataclass(frozen=True)
class Disk:
    """A small file system that only `inside` sees where it is; `seen` is where it is for others."""

    place: Path
    holder: int

    @property
    def seen(self) -> Path:
        return Path(f"/proc/{self.holder}/root{self.place}")

    @property
    def inside(self) -> list[str]:
        """Return what a command is run with to be where it is mounted."""
        return ["nsenter", "--target", str(self.holder), "--mount", "--"]

    def fill(self) -> None:
        """Leave no byte free."""
        fill(self.seen / "full")

    def free(self) -> None:
        """Take away what `fill` has put there."""
        (self.seen / "full").unlink()

    def remount(self, how: str) -> None:
        """Make it "ro" or "rw"; while a file is being written, the kernel has us wait."""

        def is_done() -> bool:
            command = [*self.inside, "mount", "-o", f"remount,{how}", str(self.place)]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0

        assert soon(is_done)


@contextmanager
def disk(place: Path, size: str) -> Iterator[Disk]:
    """Have a file system of its own at a place, for the length of a block; takes root."""
    place.mkdir()
    script = f"mount -t tmpfs -o size={size} none {shlex.quote(str(place))} && echo ready && read x"
    with subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        yield Disk(place, holder.pid)
        holder.stdin.close()


def remove(folder: Path) -> None:
    """Remove a folder, however much is being written into it."""

    def is_done() -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    assert soon(is_done)


# ---- an engine -----------------------------------------------------------------------------------


class Way:
    """A way to the container engine: cut, it is to its user as if the engine had died."""

    def __init__(self, place: Path, engine: str) -> None:
        self._place = place
        self._engine = engine
        self._sockets: list[socket.socket] = []

    @property
    def address(self) -> str:
        """Return what `DOCKER_HOST` is for who goes this way."""
        return f"unix://{self._place}"

    def open(self) -> None:
        """Have it there, until it is cut."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._place))
        listener.listen()
        self._sockets.append(listener)
        threading.Thread(target=self._accept, args=[listener], daemon=True).start()

    def cut(self) -> None:
        """Have nothing there: neither what goes this way now nor whatever comes later."""
        self._place.unlink()
        for own in self._sockets:
            with contextlib.suppress(OSError):  # its other end may be gone
                own.shutdown(socket.SHUT_RDWR)
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError), listener:  # it ends with a shutdown
            while True:
                near, _ = listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._engine)
                self._sockets += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=ends, daemon=True).start()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


# ---- as whoever calls it -------------------------------------------------------------------------

FEW = 24


def sentence(end: End) -> str:
    """Return the one sentence that a command ended with, after what its progress printed.

    Raises AssertionError if it is not one.
    """
    said = [line for line in end.faults.splitlines() if line.startswith("grader: ")]
    assert said == end.faults.splitlines()[-1:], end.faults
    assert end.out == ""
    return said[0]


def main() -> None:
    """Strike a small class in several ways; print what is not as promised."""
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        course, worth = make_class(Path(folder), FEW)
        batch = Batch(course, worth, Path(folder) / "out")

        def close(running: Running) -> None:
            (running.out / "reports").chmod(0o500)

        strikes: dict[str, tuple[int, Strike]] = {
            "the command": (-signal.SIGKILL, kill(command)),
            "the zygote": (3, kill(outer_zygote)),
            "the folder": (2, close),
        }
        for name, (code, strike) in strikes.items():
            end = batch.struck(after(2), strike)
            (batch.out / "reports").chmod(0o700)
            found += [f"{name}: {own}" for own in batch.broken_promises(end)]
            if end.code != code or (end.code > 0 and not sentence(end)):
                found.append(f"{name}: ended with {end.code}: {end.faults}")
        found += batch.unfinished(batch.finished())
    print("\n".join(found), end="")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()

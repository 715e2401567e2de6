"""The walls, tried from inside a real cell: each test does the forbidden thing."""

import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import assignment, grade, wire
from grader.errors import AssignmentError, SandboxError, WireClosed, WireLate
from grader.judge.connection import Cell
from grader.sandbox import identity, landlock, launch, levels, namespaces, root
from tests.cells import LIMITS, asked
from tests.command import PATIENCE
from tests.conftest import ADD, MANIFEST, make_course
from tests.ordinary_user import as_ordinary_user

CANARY = "canary-6c1f"


@pytest.fixture(scope="module")
def zygote() -> Iterator[launch.Zygote]:
    os.environ["GRADER_TEST_CANARY"] = CANARY
    with launch.started() as zygote:
        yield zygote
    del os.environ["GRADER_TEST_CANARY"]


@pytest.fixture
def cell(zygote: launch.Zygote) -> Iterator[Cell]:
    cell = Cell(zygote.control, LIMITS, max_output=1000)
    yield cell
    cell.end()


Try = Callable[[str], Any]


@pytest.fixture
def attempt(cell: Cell) -> Try:
    """Run lines in the cell; return the value of `result`, or "TypeName: message"."""

    return lambda lines: asked(cell, lines, {}, seconds=20)


def test_level_two_at_least_stands(cell: Cell) -> None:
    assert levels.level_of(cell.walls) in ("L2", "L3")
    assert ("landlock" in cell.walls) == (landlock.abi() > 0)


@pytest.mark.parametrize(
    "lines",
    [
        "os.fork()",
        "os.execv('/usr/bin/true', ['true'])",
        "os.posix_spawn('/usr/bin/true', ['true'], {})",
        "import subprocess; subprocess.run(['true'])",
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "socket.create_connection(('127.0.0.1', 80))",
        "os.memfd_create('x')",
        "os.setuid(0)",
        "os.mknod('/scratch/home/device')",
        "os.open('/proc/self/mem', os.O_RDONLY)",
        "os.listdir('/proc')",
        "os.listdir('/sys')",
        "os.listdir('/etc')",
        "open('/etc/passwd')",
        "open('/new', 'w')",
        "open('/dev/sda')",
        "open(os.__file__, 'w')",
        "os.unlink(os.__file__)",
        "os.chroot('/scratch')",
        "os.kill(-1, signal.SIGKILL)",
        "os.kill(2, signal.SIGKILL)",
        "os.sched_setaffinity(0, {0})",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        "os.link('/scratch/home/attempt.py', '/scratch/home/other')",
    ],
)
def test_forbidden_calls_raise(attempt: Try, lines: str) -> None:
    answer = attempt(lines)

    assert isinstance(answer, str)
    assert answer.split(":")[0] in (
        *("PermissionError", "FileNotFoundError", "OSError"),
        *("ProcessLookupError", "ValueError"),
    ), answer


@pytest.mark.parametrize(
    "name, number",
    [
        *(("ptrace", 101), ("mount", 165), ("unshare", 272), ("setns", 308), ("bpf", 321)),
        *(("keyctl", 250), ("add_key", 248), ("io_uring_setup", 425), ("userfaultfd", 323)),
        *(("perf_event_open", 298), ("process_vm_readv", 310), ("pidfd_getfd", 438)),
        *(("shmget", 29), ("msgget", 68), ("semget", 64), ("mq_open", 240), ("vmsplice", 278)),
        *(("pivot_root", 155), ("init_module", 175), ("kexec_load", 246), ("acct", 163)),
        *(("name_to_handle_at", 303), ("open_by_handle_at", 304), ("personality", 135)),
        *(("seccomp", 317), ("landlock_restrict_self", 446), ("fork", 57), ("vfork", 58)),
    ],
)
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
def test_forbidden_system_calls_are_not_permitted(attempt: Try, name: str, number: int) -> None:
    answer = attempt(f"result = [libc.syscall({number}, 0, 0, 0, 0, 0, 0), ctypes.get_errno()]")

    assert answer == [-1, 1], name


def test_clone3_is_unknown_so_that_threads_work(attempt: Try) -> None:
    import errno

    assert attempt("result = [libc.syscall(435, 0, 0), ctypes.get_errno()]") == [-1, errno.ENOSYS]
    assert errno.ENOSYS == 38


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="numbers of x86-64")
@pytest.mark.parametrize("number", [0x40000000 + 39, 0x40000000 + 57], ids=["getpid", "fork"])
def test_calls_of_the_x32_kind_end_the_cell(cell: Cell, number: int) -> None:
    """S13: the same calls under other numbers are not let through, and nobody needs them."""
    source = f"import ctypes\ndef call(): return ctypes.CDLL(None).syscall({number})\n".encode()
    files = {"a.py": np.frombuffer(source, np.uint8)}
    assert isinstance(cell.ask(wire.encode(wire.Load(files, "a.py"))), wire.Loaded)
    with pytest.raises(WireClosed):
        cell.ask(wire.encode(wire.Call(1, "call", [], {}, 0)))
    ended = cell.ended_by_itself()

    assert ended is not None
    assert ended.signal == signal.SIGSYS


def test_shared_anonymous_memory_is_bounded(attempt: Try) -> None:
    """S6: the data limit does not see it, that of address space does."""
    answer = attempt(f"import mmap\nmmap.mmap(-1, {LIMITS.memory_mib + 1} << 20)")

    assert answer == "OSError: [Errno 12] Cannot allocate memory"


def test_threads_work(attempt: Try) -> None:
    lines = "t = threading.Thread(target=lambda: None)\nt.start(); t.join(5)\nresult = t.is_alive()"

    assert attempt(lines) is False


def test_no_environment_of_ours_is_inside(attempt: Try) -> None:
    assert CANARY not in str(attempt("result = dict(os.environ)"))


def test_no_descriptor_but_the_wire_and_the_standard_three(attempt: Try) -> None:
    lines = (
        "result = []\n"
        "for fd in range(1024):\n"
        "    try:\n        os.fstat(fd); result.append(fd)\n    except OSError: pass"
    )

    assert len(attempt(lines)) == 4


def test_the_first_process_of_its_own_world_and_nobody(attempt: Try) -> None:
    got = attempt("result = [os.getpid(), os.getuid(), os.geteuid(), os.getgroups()]")

    assert got[:3] == [1, identity.CELL_ID, identity.CELL_ID]
    assert 0 not in got[3]


def test_no_course_and_no_checkout_is_visible(attempt: Try) -> None:
    """Of this repository only the package itself: solutions lie beside it."""
    root = Path(__file__).parent.parent
    lines = f"result = os.listdir({str(root)!r}) if os.path.exists({str(root)!r}) else []"

    # The environment of Python may lie in the checkout; it is shown, and only it.
    assert set(attempt(lines)) <= {"grader", Path(sys.prefix).name}


def test_scratch_space_is_there_and_only_the_student_s_file_in_it(attempt: Try) -> None:
    lines = "open('a', 'w').write('x')\nresult = sorted(os.listdir('.'))"

    assert attempt(lines) == ["a", "attempt.py"]


def test_filling_the_disk_stops_at_the_limit(attempt: Try) -> None:
    lines = (
        "size = 0\n"
        "try:\n"
        "    for i in range(100):\n"
        "        size += open(f'f{i}', 'wb').write(bytes(1 << 20))\n"
        "except OSError: pass\n"
        "result = size"
    )

    assert 2 << 20 <= attempt(lines) <= 4 << 20


def test_making_files_without_end_stops_at_the_limit(attempt: Try) -> None:
    lines = (
        "count = 0\n"
        "try:\n"
        "    while count < 100000:\n"
        "        open(f'f{count}', 'w').close(); count += 1\n"
        "except OSError: pass\n"
        "result = count"
    )

    assert attempt(lines) < root.INODES


def test_what_one_cell_writes_no_other_sees(zygote: launch.Zygote, attempt: Try) -> None:
    assert "mark" in attempt(
        "open('/scratch/tmp/mark', 'w').close()\nresult = os.listdir('/scratch/tmp')"
    )
    other = Cell(zygote.control, LIMITS, max_output=0)
    source = b"import os\ndef look(): return os.listdir('/scratch/tmp')\n"
    files = {"a.py": np.frombuffer(source, np.uint8)}
    other.ask(wire.encode(wire.Load(files=files, path="a.py")))

    answer = other.ask(wire.encode(wire.Call(1, "look", [], {}, 0)))
    other.end()
    assert isinstance(answer, wire.Returned)
    assert answer.value == []


def test_the_zygote_s_memory_holds_no_secret_of_ours(attempt: Try) -> None:
    """S3: what the zygote remembers, every cell can read; so it must remember nothing."""
    lines = (
        "import gc\n"
        "texts = [o for o in gc.get_objects() if isinstance(o, dict)]\n"
        f"result = any({CANARY[:6]!r} + {CANARY[6:]!r} in str(k) for d in texts for k in list(d))\n"
        "result = [result, sorted(m for m in sys.modules if m.startswith('grader'))]"
    )
    found, modules = attempt(lines)

    assert found is False
    assert not [
        name
        for name in modules
        if name.split(".")[1:2]
        not in ([], ["cell"], ["errors"], ["forkserver"], ["sandbox"], ["wire"])
    ]


def test_a_lock_on_a_shared_file_is_none(attempt: Try) -> None:
    """S14: cells and the host share Python's files; a lock on one would be a line between them."""
    lines = (
        "import fcntl, struct\n"
        "lock = struct.pack('hhqqi4x', fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)\n"
        "fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), fcntl.F_SETLK, lock)\n"
        "result = 'seems to be had'"
    )
    assert attempt(lines) == "seems to be had"

    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    with open(os.__file__, "rb") as file:
        found = fcntl.fcntl(file, fcntl.F_GETLK, asked)
    assert struct.unpack("hhqqi4x", found)[0] == fcntl.F_UNLCK


# ---- nothing stays ---------------------------------------------------------------------------


def descendants(pid: int) -> list[int]:
    """Return the processes below one, however deep."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, todo = [], [pid]
    while todo:
        own = children.get(todo.pop(), [])
        found += own
        todo += own
    return found


HOSTILE = b"""
import ctypes, os, sys, threading, time

def leave(how):
    for name in ("/scratch/tmp/left", "/dev/shm/left", "/tmp/left"):
        try:
            open(name, "w").write("left")
        except OSError:
            pass
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    ctypes.CDLL(None).syscall(57)
    os.write(1, b"x" * 10_000)
    if how == 0:
        os._exit(1)
    if how == 1:
        os.kill(os.getpid(), 9)
    if how == 2:
        os.closerange(3, 64)
    time.sleep(60)
"""


def test_five_hundred_hostile_cells_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R10: no process, descriptor, mount, control group or temporary file, however they end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    load = wire.encode(wire.Load({"a.py": np.frombuffer(HOSTILE, np.uint8)}, "a.py"))

    def counts(zygote: launch.Zygote) -> tuple[int, int, int, list[Path], int]:
        groups = zygote.groups.folders if zygote.groups is not None else ()
        return (
            len(descendants(zygote.process.pid)),
            len(os.listdir("/proc/self/fd")),
            len(Path("/proc/self/mounts").read_text().splitlines()),
            sorted(tmp_path.rglob("*")),
            sum(path.is_dir() for folder in groups for path in folder.iterdir()),
        )

    with launch.started() as zygote:
        Cell(zygote.control, LIMITS, max_output=0, groups=zygote.groups).end()
        before = counts(zygote)
        for number in range(500):
            cell = Cell(zygote.control, LIMITS, max_output=100, groups=zygote.groups)
            assert isinstance(cell.ask(load), wire.Loaded)
            call = wire.Call(1, "leave", [number % 5], {}, 0)
            with pytest.raises((WireClosed, WireLate)):
                cell.ask(wire.encode(call), deadline=time.monotonic() + 0.01)
            cell.end()
        after = counts(zygote)

    assert after == before
    assert list(tmp_path.iterdir()) == []
    assert not any(Path(place, "left").exists() for place in ("/tmp", "/dev/shm"))


def test_ending_the_zygote_ends_every_cell() -> None:
    """S11: also when it is killed rather than asked."""
    zygote = launch.begin()
    zygote.await_ready()
    cells = [Cell(zygote.control, LIMITS, max_output=0) for _ in range(3)]
    zygote.process.kill()

    for cell in cells:
        with pytest.raises(SandboxError, match="the zygote is gone, and every cell with it"):
            cell.ended_by_itself(10)
        cell.end()
    zygote.end()


@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_a_zygote_whose_starter_is_gone_ends_without_a_word(seconds: float) -> None:
    """While it warms up, too."""
    lines = "import os, time; from grader.sandbox import launch; launch.begin(); "
    lines += f"time.sleep({seconds}); os._exit(0)"
    done = subprocess.run(
        [sys.executable, "-c", lines], capture_output=True, text=True, timeout=PATIENCE, check=True
    )  # it holds the other ends of both pipes: here it has ended

    assert (done.stdout, done.stderr) == ("", "")


def test_letting_go_of_a_cell_kills_it(zygote: launch.Zygote) -> None:
    cell = Cell(zygote.control, LIMITS, max_output=0)

    ended = cell.end()
    assert ended is not None
    assert ended.signal == 9 or ended.exit_code == 0


# ---- who may raise them ------------------------------------------------------------------------


def test_a_wall_that_does_not_rise_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail closed, with the way to get it."""

    def refuse(pid: int) -> None:
        raise SandboxError("user namespace: mapping users: Operation not permitted")

    monkeypatch.setattr(namespaces, "map_users", refuse)
    with pytest.raises(SandboxError, match="user namespace"), launch.started():
        pass


def test_a_missing_wall_in_a_cell_is_refused(
    monkeypatch: pytest.MonkeyPatch, zygote: launch.Zygote
) -> None:
    monkeypatch.setattr(levels, "LEAST", "L3")
    monkeypatch.setitem(levels.NEEDED, "L3", frozenset({"container"}))

    with pytest.raises(SandboxError, match=r"container: not standing(.|\n)*--sandbox docker"):
        Cell(zygote.control, LIMITS, max_output=0)


def test_a_required_wall_that_is_missing_stops_the_run(tmp_path: Path) -> None:
    """S23: with the way to get it; what stands is not enough."""
    more = '[sandbox]\nrequire = ["seccomp", "container"]\n'
    course = make_course(tmp_path / "course", manifest=MANIFEST.format(more=more))

    with (
        pytest.raises(SandboxError, match=r"^container: required .*\n.*--sandbox docker"),
        grade.opened("sums", course.path),
    ):
        pass


def test_required_walls_that_stand_are_no_hindrance(tmp_path: Path) -> None:
    more = '[sandbox]\nrequire = ["seccomp", "network namespace"]\n'
    course = make_course(tmp_path / "course", manifest=MANIFEST.format(more=more))

    with grade.opened("sums", course.path) as grader:
        assert {"seccomp", "network namespace"} <= set(grader.session.walls)


def test_a_required_wall_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    more = '[sandbox]\nrequire = ["moat"]\n'
    course = make_course(tmp_path / "course", manifest=MANIFEST.format(more=more))

    with pytest.raises(AssignmentError, match=r"sandbox\.require: 'moat' is no wall; expected"):
        assignment.load("sums", course.path)


@pytest.mark.skipif(os.geteuid() != 0, reason="is already run by an ordinary user")
def test_an_ordinary_user_has_the_same_walls() -> None:
    """That is how most people run it."""
    code = (
        "from grader.sandbox import launch; from grader.judge.walls import walls_of_a_first_cell\n"
        "with launch.started() as z: print(','.join(walls_of_a_first_cell(z.control)))"
    )
    done = as_ordinary_user([sys.executable, "-c", code])

    assert done.returncode == 0, done.stderr
    assert levels.level_of(done.stdout.strip().split(",")) in ("L2", "L3")


@pytest.mark.skipif(os.geteuid() != 0, reason="is already run by an ordinary user")
def test_an_ordinary_user_grades_all_the_way(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    answers = tmp_path / "answers"
    answers.mkdir()
    (answers / "add.py").write_text(ADD)
    tmp_path.chmod(0o755)
    command = [sys.executable, "-m", "grader", "grade", "sums", str(answers), "--json"]
    command += ["--course", str(course.path)]

    done = as_ordinary_user(command, shown=[tmp_path])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["score"] == 4.0

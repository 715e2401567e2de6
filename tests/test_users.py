"""Level L1: cells that are users of their own, as root in a container with an engine's defaults.

Such a container refuses namespaces. One is started for all of it; what is tried runs inside.
"""

import dataclasses
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import SandboxError
from grader.pages.report_page import report_page
from grader.report import Report
from grader.sandbox import levels, scratch, users
from tests import attacks
from tests.conftest import ADD, make_course
from tests.image import ROOT, engine
from tests.ordinary_user import as_ordinary_user

pytestmark = [pytest.mark.xdist_group("users")]
in_a_container = pytest.mark.needs("docker")

# One at least of each way out, in and over the limits.
ATTACKS = (
    *("escape_by_native_calls", "escape_by_x32_numbers", "escape_devices", "escape_file_locks"),
    *("escape_ipc", "escape_kill_everyone", "escape_limits_raised", "escape_loopback"),
    *("escape_mounts", "escape_odd_sockets", "escape_process_control", "escape_trace"),
    *("escape_unix_sockets", "escape_user_namespace", "escape_write_to_packages"),
    *("exhaust_daemon", "exhaust_death_by_odd_signals", "exhaust_deaf_loop", "exhaust_descriptors"),
    *("exhaust_fork_bomb", "exhaust_one_block", "exhaust_threads"),
    *("forge_frames_of_the_other_side", "forge_garbage_on_the_wire", "forge_result_files"),
    *("read_course_folders", "read_descriptors", "read_environment", "read_known_files"),
    *("read_neighbours_files", "read_proc", "read_process_memory", "torch_shared_memory"),
)
# Verdict and points where they are others than behind namespaces. A cell that stops its own group
# stops. That a path is there can be seen, as can the own folder through /proc: those who call that
# success have it, and no canary.
ELSE = {
    "escape_kill_everyone": ("timed_out", 0.0),
    "read_course_folders": ("raised", 0.0),
    "read_known_files": ("passed", 3.0),
    "read_proc": ("passed", 3.0),
}

FORBIDDEN = {
    "a signal to the zygote": "os.kill(ZYGOTE, 0)",
    "a signal to a neighbour": "os.kill(NEIGHBOUR, signal.SIGTERM)",
    "an end by SIGKILL": "os.kill(os.getpid(), signal.SIGKILL)",
    "what /proc says": "os.listdir('/proc')",
    "the zygote's environment": "open(f'/proc/{ZYGOTE}/environ')",
    "a neighbour's memory": "open(f'/proc/{NEIGHBOUR}/mem')",
    "a neighbour's folder": "os.listdir(NEIGHBOURS_HOME)",
    "a neighbour's file": "open(NEIGHBOURS_HOME + '/secret')",
    "the names of neighbours": "os.listdir('../..')",
    "a folder beside": "os.mkdir('../../other')",
    "a file that all may read": "open('/etc/passwd')",
    "a folder that all may write to": "open('/dev/shm/left', 'w')",
    "another such": "open('/var/tmp/left', 'w')",
    "a process": "os.fork()",
    "a program": "os.execv('/bin/true', ['true'])",
    "a socket": "socket.socket()",
    "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a socket of the kernel's": "socket.socket(socket.AF_NETLINK)",
    "root": "os.setuid(0)",
    "a root folder": "os.chroot('.')",
    "a device": "os.mknod('device')",
    "Python's files": "open(os.__file__, 'w')",
}
VALUES = {
    "SIGKILL in 32 of 64 bits": (
        "result = [libc.syscall(62, os.getpid(), ctypes.c_long(9 | 1 << 32)), ctypes.get_errno()]",
        [-1, 1],
    ),
    "SIGKILL to the own thread": (
        "result = [libc.syscall(234, os.getpid(), os.getpid(), 9), ctypes.get_errno()]",
        [-1, 1],
    ),
    "shared memory": ("result = [libc.shmget(1, 4096, 0o1600), ctypes.get_errno()]", [-1, 1]),
    "another's memory": (
        "result = [libc.syscall(310, NEIGHBOUR, 0, 0, 0, 0, 0), ctypes.get_errno()]",
        [-1, 1],
    ),
    "other signals": (
        "came = []\nfor number in (2, 8, 10, 15, 16, 31, 34, 63, 64):\n"
        "    signal.signal(number, lambda n, _: came.append(n))\n"
        "    os.kill(os.getpid(), number)\nresult = came",
        [2, 8, 10, 15, 16, 31, 34, 63, 64],
    ),
    "a thread": (
        "t = threading.Thread(target=lambda: None)\nt.start(); t.join(9)\nresult = t.is_alive()",
        False,
    ),
    "what is in its folder": ("result = sorted(os.listdir('.'))", ["attempt.py"]),
    "one large file": (
        "try: open('f', 'wb').write(bytes(5 << 20))\nexcept OSError as error: result = error.errno",
        27,
    ),
    # What L1 lacks, as docs/security.md says.
    "lacks: files in all": (
        "result = sum(open(f'f{i}', 'wb').write(bytes(1 << 20)) for i in range(8)) >> 20",
        8,
    ),
    "lacks: number of files": (
        "for i in range(5000): open(f'f{i}', 'w').close()\nresult = len(os.listdir('.')) > 5000",
        True,
    ),
    "lacks: whether a path exists": (
        "result = [os.path.exists('/etc/passwd'), os.path.exists('/etc/no-such-file')]",
        [True, False],
    ),
    "lacks: whether a process exists": (
        "def error_of(pid):\n    try: os.kill(pid, 0)\n    except OSError as e: return e.errno\n"
        "result = [error_of(ZYGOTE), error_of(4_000_000)]",
        [1, 3],
    ),
    "lacks: the host's name": ("result = os.uname().nodename", "the-host"),
}


class Box:
    """A container with an engine's defaults and no network, in which commands are run as root."""

    def __init__(self, container: Any) -> None:
        self._container = container

    def run(
        self, command: list[str], user: str = "0:0", **environment: str
    ) -> tuple[int, str, str]:
        """Return exit code, output and errors."""
        code, (out, err) = self._container.exec_run(
            command,
            user=user,
            demux=True,
            workdir="/",
            environment={"PYTHONPATH": "/checkout", "COLUMNS": "100", **environment},
        )
        return code, (out or b"").decode(), (err or b"").decode()

    def shell(self, line: str) -> str:
        """Return what a line of a shell printed; it has to end well."""
        code, out, err = self.run(["sh", "-c", line])
        assert code == 0, out + err
        return out

    def processes(self) -> list[str]:
        """Return the names of those that live, but for what keeps the container."""
        lines = "for s in /proc/[0-9]*/stat; do cat $s 2>/dev/null; done; true"
        found = []
        for line in self.shell(lines).splitlines():
            name, rest = line.split("(", 1)[1].rsplit(")", 1)
            if rest.split()[0] != "Z" and name not in ("sh", "cat", "sleep"):
                found.append(name)
        return found

    def left(self) -> list[str]:
        """Return the scratch folders that are there."""
        return self.shell(f"ls -d /tmp/{scratch.PREFIX}* 2>/dev/null; true").split()


@pytest.fixture(scope="module")
def box(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    course = make_course(tmp_path_factory.mktemp("course") / "course").path
    (course / "answers.py").write_text(ADD)
    container = engine().containers.run(
        image,
        ["infinity"],
        entrypoint="sleep",
        user="0:0",
        hostname="the-host",
        network_mode="none",
        detach=True,
        init=True,  # or what has lost its parent stays listed
        volumes={
            str(ROOT / "tests"): {"bind": "/checkout/tests", "mode": "ro"},
            str(course): {"bind": "/given", "mode": "ro"},
        },
    )
    try:
        own = Box(container)
        own.shell("cp -r /given/. /course && chmod -R go=rX /course")
        yield own
    finally:
        container.remove(force=True)


@pytest.fixture(scope="module")
def attacked(box: Box) -> dict[str, attacks.Result]:
    """What became of each of the attacks, a neighbour beside each."""
    code, out, err = box.run(["python", "-P", "-m", "tests.attacks", "--sandbox", "user", *ATTACKS])
    assert code == 0, err[-4000:]
    found = {}
    for name, values in json.loads(out).items():
        lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
        found[name] = attacks.Result(**{**values, **lists})
    return found


@pytest.fixture(scope="module")
def tried(box: Box) -> dict[str, Any]:
    """What came of all lines, each in a cell of its own."""
    lines = FORBIDDEN | {name: line for name, (line, _) in VALUES.items()}
    code, out, err = box.run(["python", "-P", "-m", "tests.cells", json.dumps(lines)])
    assert code == 0, err[-4000:]
    found: dict[str, Any] = json.loads(out)
    return found


# ---- what holds --------------------------------------------------------------------------------


@in_a_container
def test_level_one_stands_where_namespaces_are_refused(tried: dict[str, Any]) -> None:
    assert levels.level_of(tried["walls"]) == "L1"


@in_a_container
@pytest.mark.parametrize("name", FORBIDDEN)
def test_it_is_refused(tried: dict[str, Any], name: str) -> None:
    assert str(tried[name]).startswith("PermissionError: "), tried[name]


@in_a_container
@pytest.mark.parametrize("name", VALUES)
def test_it_is_so(tried: dict[str, Any], name: str) -> None:
    """The names of what L1 lacks begin with that: who mends it takes it out of the docs."""
    assert tried[name] == VALUES[name][1]


@in_a_container
def test_no_neighbour_was_hurt(tried: dict[str, Any]) -> None:
    assert tried["neighbour lives"]


@in_a_container
@pytest.mark.parametrize("name", ATTACKS)
def test_attack_earns_nothing_and_hurts_nobody(
    attacked: dict[str, attacks.Result], name: str
) -> None:
    attack = attacks.read(attacks.HOSTILE / f"{name}.py")
    if not attack.runs_here:
        pytest.skip(f"is written for {attack.needs}")
    if name in ELSE:
        verdict, earns = ELSE[name]
        attack = dataclasses.replace(attack, verdicts=frozenset({verdict}), earns=earns)

    assert attacks.complaints(attack, attacked[name]) == []


@in_a_container
def test_nothing_is_left_behind(
    box: Box, attacked: dict[str, attacks.Result], tried: dict[str, Any]
) -> None:
    assert attacked["after"].changes == ()
    assert box.left() == []
    assert [name for name in box.processes() if "grader" in name or "python" in name] == []


# ---- grading -----------------------------------------------------------------------------------

GRADE = ["grader", "grade", "sums", "/course/answers.py", "--course", "/course", "--json"]
# In a process that has it and all that it starts, Landlock is as on a kernel without it.
NO_LANDLOCK = """
import errno, os, sys
import pyseccomp as seccomp
rules = seccomp.SyscallFilter(seccomp.ALLOW)
for number in (444, 445, 446):
    rules.add_rule(seccomp.ERRNO(errno.ENOSYS), number)
rules.load()
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module")
def graded(box: Box) -> dict[str, Any]:
    """The report of `--sandbox strongest`."""
    code, out, err = box.run([*GRADE, "--sandbox", "strongest"])
    assert code == 0, err
    report: dict[str, Any] = json.loads(out)
    return report


@in_a_container
def test_the_strongest_where_namespaces_are_refused_is_users(graded: dict[str, Any]) -> None:
    sandbox = graded["environment"]["sandbox"]

    assert graded["score"] == 4.0
    assert (sandbox["backend"], sandbox["level"]) == ("user", "L1")
    assert levels.NEEDED["L1"] <= set(sandbox["walls"])


@in_a_container
def test_a_page_says_that_it_was_level_one(graded: dict[str, Any]) -> None:
    page = report_page(Report.model_validate_json(json.dumps(graded)))

    assert "Level L1." in page
    assert "user, level L1" in page


@in_a_container
def test_an_open_reference_is_refused_where_there_is_no_landlock(box: Box) -> None:
    """With the command that closes it; it is graded then, without Landlock among its walls."""
    box.shell("cp -r /course /open")
    grading = [word.replace("/course", "/open") for word in GRADE]
    command = ["python", "-c", NO_LANDLOCK, *grading, "--sandbox", "user"]

    code, _, said = box.run(command)
    assert code == 3
    assert "closed folders: does not hold: reading /open/reference was possible" in said
    assert "chmod -R go= /open/reference\n" in said

    box.shell("chmod -R go= /open/reference")
    code, out, said = box.run(command)
    assert code == 0, said
    sandbox = json.loads(out)["environment"]["sandbox"]
    assert sandbox["level"] == "L1"
    assert "landlock" not in sandbox["walls"]


@in_a_container
@pytest.mark.parametrize("whom", ["the command", "the zygote"])
def test_whoever_is_killed_no_cell_and_no_folder_stays(box: Box, whom: str) -> None:
    lines = json.dumps({"it": "open('left', 'w').write('x')\ntime.sleep(600)"})
    name = {"the command": "tests.cells", "the zygote": "grader.cell.zygote"}[whom]
    box.shell(
        f"(python -P -m tests.cells {shlex.quote(lines)} >/dev/null 2>&1 &)\n"
        "for i in $(seq 1200); do\n"
        f"  ls /tmp/{scratch.PREFIX}*/*/home/left 2>/dev/null && break; sleep 0.1\n"
        "done\n"
        f"ls /tmp/{scratch.PREFIX}*/*/home/left || exit 1\n"
        f"for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline 2>/dev/null "
        f"| grep -q '^[a-z/]*python -P -m {name} ' && kill -9 ${{p#/proc/}} && break; done\n"
        "for i in $(seq 600); do\n"
        f"  ls -d /tmp/{scratch.PREFIX}* 2>/dev/null || break; sleep 0.1\n"
        "done"
    )

    assert box.left() == []
    for _ in range(100):  # what is being ended is given some time to end
        if "grader cell" not in box.processes():
            break
        time.sleep(0.1)
    else:
        pytest.fail("a cell lives on")


# ---- refused -----------------------------------------------------------------------------------


@in_a_container
def test_an_ordinary_user_is_told_what_both_lack(box: Box) -> None:
    code, said, _ = box.run(["grader", "doctor", "--sandbox", "strongest"], user="1000:1000")

    assert code == 3
    assert "user namespace: unshare: Operation not permitted" in said
    assert "separate user: only root can start cells as another user, this is user 1000" in said


@in_a_container
def test_root_without_a_right_is_told_which(box: Box) -> None:
    code, _, said = box.run(["setpriv", "--bounding-set=-kill", *GRADE, "--sandbox", "user"])

    assert code == 3
    assert "separate user: root lacks CAP_KILL here" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="is already run by an ordinary user")
def test_an_ordinary_user_is_refused(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course").path
    (course / "answers.py").write_text(ADD)
    tmp_path.chmod(0o755)
    command = [*(sys.executable, "-m", "grader", "grade", "sums"), str(course / "answers.py")]
    done = as_ordinary_user(
        [*command, "--course", str(course), "--sandbox", "user"], shown=[tmp_path]
    )

    assert done.returncode == 3
    assert "only root can start cells as another user, this is user 65534" in done.stderr
    assert "could read whatever the grader can" in done.stderr


@pytest.mark.needs("walls")
def test_the_strongest_elsewhere_is_namespaces() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "doctor", "--sandbox", "strongest"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    if "No sandbox" in done.stdout:
        pytest.skip(done.stdout)
    assert "The strongest here: namespaces." in done.stdout, done.stdout + done.stderr


# ---- the steps ---------------------------------------------------------------------------------


def test_a_folder_however_deep_is_emptied(tmp_path: Path) -> None:
    """Nothing here may call itself per level, and no link may lead out."""
    top, outside = tmp_path / "top", tmp_path / "outside"
    top.mkdir()
    outside.mkdir()
    (outside / "kept").write_text("kept")
    here = os.open(top, os.O_RDONLY)
    for number in range(1500):
        os.symlink(outside, f"link{number}", dir_fd=here)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        os.mkdir("x" * 200, dir_fd=here)
        deeper = os.open("x" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    scratch.remove(top)

    assert not top.exists()
    assert (outside / "kept").read_text() == "kept"


def test_what_is_closed_names_what_lies_in_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "test_add.py").write_text("")

    named = users.named([tmp_path, tmp_path / "not there"])
    assert named == {
        str(tmp_path): [str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a/test_add.py")]
    }


def test_more_files_than_are_tried_are_no_hindrance(tmp_path: Path) -> None:
    for number in range(users.MAX_PATHS + 10):
        (tmp_path / f"{number}.py").write_text("")

    assert len(users.named([tmp_path])[str(tmp_path)]) == users.MAX_PATHS


def test_ids_are_nobody_s_and_differ() -> None:
    if os.geteuid() != 0:
        with pytest.raises(SandboxError, match="only root"):
            users.choose()
        return
    ids = users.choose()

    assert len(set(ids)) == users.COUNT
    assert not {path.stat().st_uid for path in Path("/proc").glob("[0-9]*")} & set(ids)

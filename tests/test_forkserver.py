"""A warm process forks on request, says how each child ended, and lets none outlive its requester.

The server is a real process; a request's payload is the Python that its child runs.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.forkserver import FAULT_EXIT_CODE, MAX_DESCRIPTORS, MAX_PAYLOAD_BYTES, Forked, request

SERVER = """
import os, signal, socket, sys, time
from grader import forkserver
WARM = os.getpid()
def child(payload, descriptors):
    exec(payload.decode(), {"descriptors": descriptors, "WARM": WARM, **globals()})
if "settled" in sys.argv:
    forkserver.settle()
forkserver.serve(socket.socket(fileno=int(sys.argv[1])), child)
print("served", flush=True)
"""
WAIT = 60.0  # seconds, on a machine that has much else to do


@dataclass
class Server:
    """A running server, and this side of its control socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def fork(self, code: str, *descriptors: int) -> Forked:
        return request(self.control, code.encode(), descriptors)

    def told(self, code: str) -> bytes:
        """Return what the child writes to the pipe it is given."""
        ours, theirs = os.pipe()
        child = self.fork(code, theirs)
        os.close(theirs)
        with open(ours, "rb") as pipe:
            told = pipe.read()
        assert child.wait(WAIT) is not None
        return told


def started(*words: str) -> Server:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(theirs.fileno()), *words],
            pass_fds=[theirs.fileno()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    return Server(process, ours)


def ended(server: Server) -> tuple[bytes, bytes]:
    """Hang up on the server and return what it wrote."""
    server.control.close()
    return server.process.communicate(timeout=WAIT)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = started()
    yield server
    assert ended(server)[0] == b"served\n"


@pytest.fixture
def own_server() -> Iterator[Server]:
    server = started()
    yield server
    server.control.close()
    server.process.kill()
    server.process.communicate()


def children_of(server: Server) -> list[str]:
    pid = server.process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def soon(fact: Callable[[], bool]) -> bool:
    """Return whether it is so before long."""
    deadline = time.monotonic() + WAIT
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_gone(pid: int) -> bool:
    """Return whether there is no such process, or only what is left for its parent to read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


# ---- how a child ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, exit_code, killed_by",
    [
        ("pass", 0, None),
        ("os._exit(7)", 7, None),
        ("sys.exit(7)", FAULT_EXIT_CODE, None),
        ("1 / 0", FAULT_EXIT_CODE, None),
        ("not python", FAULT_EXIT_CODE, None),
        ("raise KeyboardInterrupt", FAULT_EXIT_CODE, None),
        ("os.kill(os.getpid(), signal.SIGKILL)", None, signal.SIGKILL),
        ("os.abort()", None, signal.SIGABRT),
    ],
)
def test_how_a_child_ended_is_told(
    server: Server, code: str, exit_code: int | None, killed_by: int | None
) -> None:
    end = server.fork(code).wait(WAIT)

    assert end is not None
    assert (end.exit_code, end.signal) == (exit_code, killed_by)


def test_what_a_child_used_is_told(server: Server) -> None:
    code = "end = time.process_time() + 0.2\nx = bytearray(b'x') * (50 << 20)\n"
    end = server.fork(f"{code}while time.process_time() < end: pass").wait(WAIT)

    assert end is not None
    assert end.cpu_seconds >= 0.2
    assert end.peak_rss_kib >= 50 << 10


def test_a_child_that_still_runs_has_no_end(server: Server) -> None:
    child = server.fork("time.sleep(1000)")

    assert child.wait(0.05) is None
    assert child.wait(0) is None
    end = child.kill()
    assert end is not None
    assert end.signal == signal.SIGKILL


def test_killing_a_child_that_has_ended_tells_how_it_did(server: Server) -> None:
    """The requester may be a moment late; `kill` is then no more than asking."""
    ours, theirs = os.pipe()
    child = server.fork("os._exit(3)", theirs)
    os.close(theirs)
    assert os.read(ours, 1) == b""  # the server has forked, and the child's end is closed
    os.close(ours)
    assert soon(lambda: not children_of(server))

    end = child.kill()
    assert end is not None
    assert (end.exit_code, end.signal) == (3, None)


def test_a_child_is_a_fork_of_the_warm_process(server: Server) -> None:
    told = server.told("os.write(descriptors[0], f'{WARM} {os.getppid()}'.encode())")

    warm, parent = map(int, told.split())
    assert warm == parent == server.process.pid


# ---- what a child has, and has not ---------------------------------------------------------------


def test_a_child_gets_the_descriptors_in_order(server: Server) -> None:
    pipes = [os.pipe() for _ in range(3)]
    child = server.fork(
        "[os.write(own, str(i).encode()) for i, own in enumerate(descriptors)]",
        *(theirs for _, theirs in pipes),
    )
    for _, theirs in pipes:
        os.close(theirs)

    told = []
    for ours, _ in pipes:
        with open(ours, "rb") as pipe:
            told.append(pipe.read())
    assert told == [b"0", b"1", b"2"]
    assert child.wait(WAIT) is not None


def test_a_child_holds_no_one_else_s_descriptors(server: Server) -> None:
    """Another child's leash or wire in its hands would be a way to it; they would also stay open
    when the server closes them, and no end would be seen."""
    list_open = "os.write(descriptors[0], ' '.join(os.listdir('/proc/self/fd')).encode())"
    alone = server.told(list_open).split()
    ours, theirs = os.pipe()
    others = [server.fork("time.sleep(1000)", theirs) for _ in range(5)]
    os.close(theirs)

    among_others = server.told(list_open).split()

    assert len(among_others) == len(alone)
    for other in others:
        other.kill()
    assert os.read(ours, 1) == b""
    os.close(ours)


def test_the_server_keeps_no_descriptor(server: Server) -> None:
    folder = Path(f"/proc/{server.process.pid}/fd")
    server.told("pass")
    before = len(list(folder.iterdir()))
    for _ in range(20):
        server.told("pass")

    # It may have held that of the first one still.
    assert soon(lambda: len(list(folder.iterdir())) <= before)


def test_children_run_side_by_side(server: Server) -> None:
    """Each waits for a word that is said only when all of them have begun."""
    pairs = [socket.socketpair() for _ in range(8)]
    children = []
    for _, theirs in pairs:
        children.append(
            server.fork(
                "os.write(descriptors[0], b'?'); os.read(descriptors[0], 1)", theirs.fileno()
            )
        )
        theirs.close()

    assert [ours.recv(1) for ours, _ in pairs] == [b"?"] * 8
    assert not any(child.wait(0) for child in children)
    for ours, _ in pairs:
        ours.send(b"!")
    ends = [child.wait(WAIT) for child in children]
    assert [end.exit_code for end in ends if end is not None] == [0] * 8
    for ours, _ in pairs:
        ours.close()


# ---- no child outlives its requester -------------------------------------------------------------

SLEEP = "os.write(descriptors[0], str(os.getpid()).encode()); os.close(descriptors[0])\n"


def sleeping(server: Server, *, ignoring: str = "") -> tuple[int, Forked]:
    """Have a child that only a signal ends; return its process id and leash."""
    ours, theirs = os.pipe()
    child = server.fork(f"{ignoring}\n{SLEEP}\ntime.sleep(1000)", theirs)
    os.close(theirs)
    with open(ours, "rb") as pipe:
        return int(pipe.read()), child


def test_letting_go_kills(server: Server) -> None:
    pid, child = sleeping(
        server, ignoring="[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 13, 15)]"
    )
    assert not is_gone(pid)

    child.let_go()
    assert soon(lambda: is_gone(pid))


def test_letting_one_go_leaves_the_others(server: Server) -> None:
    (first, leash), (second, other) = sleeping(server), sleeping(server)

    leash.let_go()
    assert soon(lambda: is_gone(first))
    assert other.wait(0) is None
    assert not is_gone(second)
    other.kill()


def test_a_requester_that_is_killed_takes_its_children_along() -> None:
    """kill -9 leaves nothing behind: neither the children nor the server."""
    code = """
import os, sys, time
from tests.test_forkserver import sleeping, started
server = started()
children = [sleeping(server) for _ in range(3)]
print(server.process.pid, *(pid for pid, _ in children), flush=True)
time.sleep(1000)
"""
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True
    ) as requester:
        assert requester.stdout is not None
        pids = [int(word) for word in requester.stdout.readline().split()]
        assert len(pids) == 4
        requester.kill()

    assert soon(lambda: all(map(is_gone, pids)))


def test_hanging_up_ends_the_server_and_every_child(own_server: Server) -> None:
    children = [sleeping(own_server) for _ in range(3)]

    assert ended(own_server) == (b"served\n", b"")
    assert all(is_gone(pid) for pid, _ in children)


def test_a_killed_server_is_the_end_of_waiting(own_server: Server) -> None:
    """What else its children then do is theirs to settle: cells and runs end with their parent."""
    pid, child = sleeping(own_server)
    own_server.process.kill()

    end = child.wait(WAIT)
    os.kill(pid, signal.SIGKILL)
    assert end is not None
    assert (end.exit_code, end.signal) == (None, signal.SIGKILL)
    assert child.kill() is not None


def test_a_server_that_is_gone_can_be_asked_nothing(own_server: Server) -> None:
    own_server.process.kill()
    own_server.process.wait()
    before = len(os.listdir("/proc/self/fd"))

    with pytest.raises(GraderError, match="the fork server is gone"):
        own_server.fork("pass")
    assert len(os.listdir("/proc/self/fd")) == before


# ---- bounds --------------------------------------------------------------------------------------


def test_a_request_is_at_most_a_datagram(server: Server) -> None:
    with pytest.raises(ValueError, match="larger than a datagram"):
        server.fork("#" * (MAX_PAYLOAD_BYTES + 1))
    with pytest.raises(ValueError, match="larger than a datagram"):
        server.fork("pass", *([0] * MAX_DESCRIPTORS))

    end = server.fork("#" * MAX_PAYLOAD_BYTES, *([0] * (MAX_DESCRIPTORS - 1))).wait(WAIT)
    assert end is not None
    assert end.exit_code == 0


def test_a_fault_of_a_child_is_told_on_the_server_s_stderr(own_server: Server) -> None:
    assert own_server.fork("raise RuntimeError('own fault')").wait(WAIT) is not None

    assert b"RuntimeError: own fault" in ended(own_server)[1]


def test_a_settled_server_serves_as_well() -> None:
    """Its heap was gathered and its free memory taken; children still have all they need."""
    server = started("settled")
    told = server.told(
        "x = [bytes(1000) for _ in range(10000)]\nos.write(descriptors[0], str(len(x)).encode())"
    )

    assert told == b"10000"
    assert ended(server) == (b"served\n", b"")

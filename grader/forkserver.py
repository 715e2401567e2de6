"""A fork server: a warm process that forks a child for every request.

Twice the same shape carries the whole grader: the zygote forks cells, the judge forks a run per
submission. A request is one datagram: a payload and descriptors, the last of which is the
child's leash. The server holds the leash's other end: it says there how the child ended, and
kills the child as soon as the requester lets go, be it on purpose or by dying.
"""

import contextlib
import ctypes
import gc
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from grader.errors import GraderError

MAX_PAYLOAD_BYTES = 64 * 1024
MAX_DESCRIPTORS = 8
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
GARBAGE_BEFORE_COLLECTION = 50_000  # children are short-lived; Python's 700 is for servers
MADV_COLLAPSE, LARGE_PAGE = 25, 2 << 20
FAULT_EXIT_CODE = 70  # a child of ours that failed before or outside of any student's code

Child = Callable[[bytes, list[int]], None]


class Ended(msgspec.Struct, frozen=True):
    """How a child ended.

    exit_code: None if a signal ended it. peak_rss_kib: its largest resident memory. is_known: False
    if the server itself is gone, and the child with it; the rest says nothing about the child then.
    """

    exit_code: int | None
    signal: int | None
    peak_rss_kib: int
    cpu_seconds: float
    is_known: bool = True


_SERVER_IS_GONE = Ended(None, signal.SIGKILL, peak_rss_kib=0, cpu_seconds=0.0, is_known=False)
_decoder = msgspec.json.Decoder(Ended)


class Forked:
    """The requester's end of a child's leash; closing it kills the child."""

    def __init__(self, leash: socket.socket) -> None:
        self._leash = leash

    def let_go(self) -> None:
        """Have the child killed, if it still lives."""
        self._leash.close()

    def detach(self) -> int:
        """Return the leash's descriptor: whoever closes it lets go."""
        return self._leash.detach()

    def wait(self, seconds: float) -> Ended | None:
        """Return how the child ended, or None if it has not within that time."""
        self._leash.settimeout(max(seconds, 0.001))
        try:
            data = self._leash.recv(4096)
        except TimeoutError:
            return None
        except OSError:
            data = b""
        if not data:
            return _SERVER_IS_GONE
        return _decoder.decode(data)

    def kill(self, seconds: float = 5.0) -> Ended | None:
        """Have the child killed and return how it ended."""
        with contextlib.suppress(OSError):  # the server is gone, and so is the child
            self._leash.shutdown(socket.SHUT_WR)
        ended = self.wait(seconds)
        self.let_go()
        return ended


def request(control: socket.socket, payload: bytes, descriptors: Sequence[int] = ()) -> Forked:
    """Have the server at the other end of `control` fork a child; it gets the descriptors.

    Raises GraderError if the server is gone.
    """
    if len(payload) > MAX_PAYLOAD_BYTES or len(descriptors) >= MAX_DESCRIPTORS:
        raise ValueError("a request larger than a datagram")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            socket.send_fds(control, [payload], [*descriptors, theirs.fileno()])
        except OSError as error:
            ours.close()
            raise GraderError("the fork server is gone") from error
    return Forked(ours)


@dataclass
class _Living:
    pid: int
    pidfd: int
    leash: socket.socket


def settle() -> None:
    """Make this process cheap to fork: call it once, when all that is to be warm is warm.

    Garbage is collected and what is left is set aside, since a collection in a child would touch,
    and so copy, every object. Then the heap is gathered in large pages, so that a fork has few
    page tables to copy. Both matter: measured, together, they halve a fork with torch inside.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_BEFORE_COLLECTION)
    libc = ctypes.CDLL(None)
    _use_up_old_free_memory(libc)
    with open("/proc/self/maps", encoding="ascii") as handle:
        areas = [line.split() for line in handle]
    for span, rights, _, _, inode, *name in areas:
        if rights == "rw-p" and inode == "0" and name in ([], ["[heap]"]):
            start, end = (int(part, 16) for part in span.split("-"))
            start, end = -(-start // LARGE_PAGE) * LARGE_PAGE, end // LARGE_PAGE * LARGE_PAGE
            if start < end:  # where the kernel is older than 6.1 it says no, and nothing is lost
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), MADV_COLLAPSE)


def _use_up_old_free_memory(libc: ctypes.CDLL) -> None:
    """Leave no free memory among what is in use: a child writes to new pages, not to shared ones.

    What the C library would hand out again lies scattered over the heap; every piece that a child
    takes costs it a copy of the page. Measured: a quarter of a run's page faults.
    """
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]
    libc.mallopt(M_MMAP_THRESHOLD, 32 << 20)
    libc.mallopt(M_TRIM_THRESHOLD, 1 << 30)
    behind = libc.malloc(4 << 20)  # fits in no old piece: where it lies, new memory begins
    size = 1 << 20
    while size >= 16:
        while libc.malloc(size) < behind:
            pass  # taken for good: an old piece of at least this size
        size = size * 7 // 8 if size > 1024 else size - 16
    libc.free(behind)


def give_back_large_memory() -> None:
    """Have each piece of a MiB and more given back as it is freed: for a child with a limit.

    On the heap, where `settle` has them put, freed pieces lie between small ones, and aligned
    ones of the same size do not fit in again: 150 MiB used twice were 280 MiB of address space.
    """
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1 << 20)


def serve(
    control: socket.socket,
    child: Child,
    fork: Callable[[], int] = os.fork,
    buried: Callable[[int], None] = lambda pid: None,
) -> None:
    """Fork `child(payload, descriptors)` per request until the requester hangs up.

    buried: told the id of a child that has ended, before the requester is. Every child still alive
    is killed before this returns.
    """
    living: dict[int, _Living] = {}  # by pidfd and by leash
    poll = select.poll()
    poll.register(control, select.POLLIN)
    try:
        while True:
            for descriptor, event in poll.poll():
                if descriptor == control.fileno():
                    if not _accept(control, child, fork, living, poll):
                        return
                elif (one := living.get(descriptor)) is not None:
                    if descriptor == one.pidfd:
                        _bury(one, living, poll, buried)
                    elif event:  # whatever comes on a leash means: let go
                        poll.unregister(descriptor)
                        signal.pidfd_send_signal(one.pidfd, signal.SIGKILL)
    finally:
        for one in {id(own): own for own in living.values()}.values():
            signal.pidfd_send_signal(one.pidfd, signal.SIGKILL)
            os.waitpid(one.pid, 0)


def _accept(
    control: socket.socket,
    child: Child,
    fork: Callable[[], int],
    living: dict[int, _Living],
    poll: select.poll,
) -> bool:
    payload, descriptors, _, _ = socket.recv_fds(control, MAX_PAYLOAD_BYTES, MAX_DESCRIPTORS)
    if not payload:
        return False
    *passed, leash_fd = descriptors
    leash = socket.socket(fileno=leash_fd)
    pid = fork()
    if pid == 0:
        _run_child(control, leash, living, child, payload, passed)
    for descriptor in passed:
        os.close(descriptor)
    one = _Living(pid, os.pidfd_open(pid), leash)
    for descriptor in (one.pidfd, leash.fileno()):
        living[descriptor] = one
        poll.register(descriptor, select.POLLIN)
    return True


def _run_child(
    control: socket.socket,
    leash: socket.socket,
    living: dict[int, _Living],
    child: Child,
    payload: bytes,
    passed: list[int],
) -> None:
    code = FAULT_EXIT_CODE
    try:
        control.close()
        leash.close()
        for descriptor in living:
            os.close(descriptor)
        child(payload, passed)
        code = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _bury(
    one: _Living,
    living: dict[int, _Living],
    poll: select.poll,
    buried: Callable[[int], None],
) -> None:
    """Reap the child and tell the requester, who may be gone."""
    _, status, usage = os.wait4(one.pid, 0)
    buried(one.pid)
    ended = Ended(
        exit_code=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        peak_rss_kib=usage.ru_maxrss,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
    )
    for descriptor in (one.pidfd, one.leash.fileno()):
        del living[descriptor]
        with contextlib.suppress(KeyError):  # the requester had let go already
            poll.unregister(descriptor)
    with contextlib.suppress(OSError):  # the requester is gone
        one.leash.send(msgspec.json.encode(ended))
    one.leash.close()
    os.close(one.pidfd)

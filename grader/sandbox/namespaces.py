"""Namespaces: a user, process, mount, network, IPC and host-name world of the cell's own.

The zygote enters its namespaces once (`enter_user_namespace`, `enter_others`); a cell adds a
process, a mount and an IPC namespace of its own (`fork_into_new_process_namespace`,
`enter_cell`), since two cells must see nothing of each other. Works for root and, where the
kernel allows user namespaces, for anyone.
"""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox import libc
from grader.sandbox.identity import CELL_ID, CLONE_NEWNS, CLONE_NEWUSER, NOBODY
from grader.sandbox.probe import Bait, expect, expect_refusal

CLONE_NEWUTS, CLONE_NEWIPC = 0x04000000, 0x08000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
HOST_NAME = "cell"
UNMAPPED_ID = 4242


def enter_user_namespace() -> None:
    """Leave for a new user namespace; nobody is mapped into it yet.

    Raises SandboxError if the kernel refuses.
    """
    libc.call("user namespace", "unshare", CLONE_NEWUSER)


def map_users(pid: int) -> None:
    """Say who the process in its new user namespace is: called from outside, by its parent.

    A plain user is mapped to the cell's. Root stays root for building the root folder, and
    cells become nobody, so that root's files are not theirs even if every other wall fell.
    """
    folder = Path(f"/proc/{pid}")
    user, group = os.geteuid(), os.getegid()
    try:
        if user == 0:
            table = f"0 0 1\n{CELL_ID} {NOBODY} 1\n"
            (folder / "gid_map").write_text(table)
            (folder / "uid_map").write_text(table)
        else:
            (folder / "setgroups").write_text("deny")
            (folder / "gid_map").write_text(f"{CELL_ID} {group} 1\n")
            (folder / "uid_map").write_text(f"{CELL_ID} {user} 1\n")
    except OSError as error:
        raise SandboxError(f"user namespace: mapping users: {error.strerror}") from error


def enter_others() -> None:
    """Leave for new mount, network, IPC and host-name namespaces; processes come with a fork."""
    for wall, flag in {
        "mount namespace": CLONE_NEWNS,
        "network namespace": CLONE_NEWNET,
        "ipc namespace": CLONE_NEWIPC,
        "uts namespace": CLONE_NEWUTS,
        "pid namespace": CLONE_NEWPID,
    }.items():
        libc.call(wall, "unshare", flag)
    libc.call("uts namespace", "sethostname", HOST_NAME.encode(), len(HOST_NAME))


def fork_into_new_process_namespace(own: int) -> Callable[[], int]:
    """Return a fork whose child is the first process of a namespace of its own.

    own: descriptor of this process's own namespace, opened while /proc was there; unshare(2)
    refuses to make a second one before the first is left again.
    """

    def fork() -> int:
        libc.call("pid namespace", "unshare", CLONE_NEWPID)
        pid = os.fork()
        if pid != 0:
            libc.call("pid namespace", "setns", own, CLONE_NEWPID)
        return pid

    return fork


def enter_cell() -> None:
    """Leave for mounts and IPC of this cell's own."""
    libc.call("mount namespace", "unshare", CLONE_NEWNS | CLONE_NEWIPC)


def prove_user() -> None:
    """Try to become someone outside; raises SandboxError if there is such a person."""
    expect_refusal(
        "user namespace", "becoming another user", lambda: os.setuid(UNMAPPED_ID), errno.EINVAL
    )


def prove_pid(bait: Bait) -> None:
    """Try to signal a process of the host; raises SandboxError if there is one."""
    wall = "pid namespace"
    expect(wall, "it is not the first process", os.getpid() == 1)
    expect_refusal(wall, "a signal outwards", lambda: os.kill(bait.process, 0), errno.ESRCH)


def prove_network(bait: Bait) -> None:
    """Try to reach sockets that listen on the host; raises SandboxError if it is possible."""
    wall = "network namespace"
    with socket.socket() as own:
        expect_refusal(
            wall,
            "a connection to the loopback",
            lambda: own.connect(("127.0.0.1", bait.port)),
            errno.ENETUNREACH,
        )
    with socket.socket(socket.AF_UNIX) as own:
        expect_refusal(
            wall,
            "a connection to a socket of the host",
            lambda: own.connect(f"\0{bait.socket}"),
            errno.ECONNREFUSED,
        )


def prove_ipc(bait: Bait) -> None:
    """Try to attach shared memory of the host; raises SandboxError if it is possible."""
    wall = "ipc namespace"
    expect_refusal(
        wall,
        "attaching shared memory",
        lambda: libc.attach_shared_memory(wall, bait.shared_memory),
        *(errno.EINVAL, errno.EIDRM),
    )


def prove_uts() -> None:
    """Raise SandboxError if the host's name can be read."""
    expect("uts namespace", "the host's name can be read", os.uname().nodename == HOST_NAME)

"""Each probe tells a wall from none: run where no wall stands, it says that none holds."""

import subprocess
import sys

import pytest

from tests.ordinary_user import as_ordinary_user

PROBES = {
    "user namespace": "namespaces.prove_user()",
    "pid namespace": "namespaces.prove_pid(bait)",
    "network namespace": "namespaces.prove_network(bait)",
    "ipc namespace": "namespaces.prove_ipc(bait)",
    "uts namespace": "namespaces.prove_uts()",
    "mount namespace": "root.prove_no_host()",
    "read-only root": "root.prove_read_only()",
    "private tmpfs": "root.SCRATCH = Path(folder); root.prove_scratch(1)",
    "cgroup": "expect_no_more_tasks(cgroup.WALL, 3)",
    "rlimits": "limits.prove(64, 3)",
    "landlock": "landlock.prove(folder)",
    "capabilities": "identity.prove()",
    "seccomp": "seccomp.prove()",
    "separate user": "users.prove(bait)",
    "private folder": "scratch.prove(Path(folder))",
    "closed folders": "users.prove_closed(lure.bait(1, users.named([Path(folder)])))",
}
# In a process of its own each, since what a probe tries may well succeed.
PROGRAM = """
import os, sys, tempfile
from pathlib import Path
from grader.errors import SandboxError
from grader.sandbox import cgroup, identity, landlock, limits, namespaces, root, scratch, seccomp
from grader.sandbox import users
from grader.sandbox.probe import Lure, expect_no_more_tasks

lure = Lure()
bait = lure.bait(os.getppid())
with tempfile.TemporaryDirectory() as folder:
    try:
        {probe}
    except SandboxError as error:
        print(error, flush=True)
    else:
        print("found nothing", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("wall", PROBES)
def test_a_probe_finds_that_no_wall_stands(wall: str) -> None:
    program = PROGRAM.format(probe=PROBES[wall])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.startswith(f"{wall}: does not hold: "), done.stdout + done.stderr


@pytest.mark.parametrize(
    "wall", [wall for wall in PROBES if wall not in ("capabilities", "separate user")]
)
def test_a_probe_finds_it_as_an_ordinary_user_too(wall: str) -> None:
    """Who has no capabilities needs no wall against them, nor who is not root one against root."""
    done = as_ordinary_user([sys.executable, "-c", PROGRAM.format(probe=PROBES[wall])])

    assert done.stdout.startswith(f"{wall}: does not hold: "), done.stdout + done.stderr

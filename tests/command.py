"""The real command, as a person runs it, also where the disk is full or nothing can be written."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PATIENCE = 600.0  # seconds, on a machine that has much else to do
WIDE = {"COLUMNS": "100"}  # where a table is wrapped
GRADER = [sys.executable, "-m", "grader"]


def grader(*arguments: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Return how `grader` ended, run in a folder; its output is not a terminal."""
    return subprocess.run(
        [*GRADER, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | WIDE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def on_a_disk_of_its_own(
    *arguments: object, mounted: Path, options: str, copied: Path
) -> subprocess.CompletedProcess[str]:
    """Return how `grader` ended where a folder is a file system of its own.

    options: of that tmpfs, such as "size=64k" or "ro". copied: where its files are put afterwards.
    Nobody outside sees the mount, and an ordinary user may make it.
    """
    place = shlex.quote(str(mounted))
    # Root needs no namespace of users for that, and limits would not hold in one whose user is
    # root outside. Others go back to being ordinary: a root that may not set groups can start no
    # sandbox.
    is_root = os.geteuid() == 0
    back = [] if is_root else ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    command = [*back, *GRADER]
    script = (
        f"mount -t tmpfs -o {options} none {place} || exit 99\n"
        f"{shlex.join([*command, *map(str, arguments)])}\n"
        f"code=$?\ncp -a {place} {shlex.quote(str(copied))}\nexit $code"
    )
    return subprocess.run(
        ["unshare", "--mount", *([] if is_root else ["--map-root-user"]), "sh", "-c", script],
        env=os.environ | WIDE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def without_a_sandbox(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Return how `grader` ended where no further user namespace can be made."""
    take_away = "echo 0 > /proc/sys/user/max_user_namespaces || exit 99\n"
    done = subprocess.run(
        [
            *("unshare", "--user", "--map-user=1000", "--map-group=1000", "--keep-caps"),
            *("sh", "-c", f"{take_away}{shlex.join([*GRADER, *map(str, arguments)])}"),
        ],
        env=os.environ | WIDE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode == 99:
        pytest.skip("here nobody may limit user namespaces")
    return done


def refusal(done: subprocess.CompletedProcess[str], code: int = 2) -> str:
    """Return why the command refused: one sentence on stderr, nothing else anywhere."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("grader: ")
    return lines[0].removeprefix("grader: ")

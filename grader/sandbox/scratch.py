"""Scratch folders where no tmpfs may be mounted: one per cell, its user's alone, swept afterwards.

A process of its own sweeps: what hostile code leaves behind may be a great deal, and nobody has to
wait for it. It ends when everyone who could ring for it has ended, however that came, and leaves
nothing.
"""

import contextlib
import errno
import os
import secrets
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxError
from grader.sandbox import libc
from grader.sandbox.probe import expect, expect_refusal

WALL = "private folder"
PREFIX = "grader-cells-"
SWEPT = "swept"  # what cells have left, until it is gone
LURE = "lure"  # a folder like that of a neighbour
SWEEP_SECONDS = 60.0
PASSES = 100


@dataclass(frozen=True)
class Scratch:
    """Where the cells of a command have their folders. bell: whoever writes to it has it swept."""

    folder: Path
    bell: int
    sweeper: subprocess.Popen[bytes]

    def end(self) -> None:
        """Have all of it removed, once the last cell has ended."""
        with contextlib.suppress(OSError):
            os.close(self.bell)
        try:
            self.sweeper.wait(SWEEP_SECONDS)
        except subprocess.TimeoutExpired:
            self.sweeper.kill()
            self.sweeper.wait()
        remove(self.folder)  # should the sweeper have been killed


def begin(neighbour: int) -> Scratch:
    """Make the folder, and begin to sweep it. neighbour: whose folder no cell may look into."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    (folder / SWEPT).mkdir(mode=0o700)
    give(folder, LURE, neighbour)
    look, bell = os.pipe()
    os.set_blocking(bell, False)
    try:
        sweeper = subprocess.Popen(
            [sys.executable, "-P", "-m", "grader.sandbox.scratch", str(folder)],
            stdin=look,
            stdout=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the command, which stops ringing
        )
    except BaseException:
        os.close(bell)
        remove(folder)
        raise
    finally:
        os.close(look)
    return Scratch(folder, bell, sweeper)


def give(folder: Path, name: str, user: int) -> Path:
    """Return a new, empty folder of that user's; raises OSError if there is one of that name."""
    own = folder / name
    own.mkdir(mode=0o700)
    os.chown(own, user, user)
    return own


def enter(own: Path) -> None:
    """Go into the own folder, as its user; raises SandboxError if there is no way to it."""
    try:
        os.chdir(own)
    except OSError as error:
        raise SandboxError(
            f"{WALL}: {own}: {error.strerror}; expected a folder for temporary files (TMPDIR) that "
            "any user may pass through"
        ) from error


def take_away(folder: Path, name: str, bell: int) -> None:
    """Have a folder swept whose user has no process any more; it is out of sight at once."""
    with contextlib.suppress(FileNotFoundError):  # the cell ended before it had one
        os.rename(folder / name, folder / SWEPT / secrets.token_hex(8))
    with contextlib.suppress(BlockingIOError):  # it was rung for often enough
        os.write(bell, b".")


def prove(own: Path) -> None:
    """Look for other cells' folders; raises SandboxError if they are open."""
    expect(WALL, "its folder is open to others", own.stat().st_mode & 0o777 == 0o700)
    lure, beside = own.parent / LURE, own.parent / "probe"
    expect_refusal(WALL, "naming all folders", lambda: os.listdir(own.parent), errno.EACCES)
    expect_refusal(WALL, "a look into a neighbour's", lambda: os.listdir(lure), errno.EACCES)
    expect_refusal(WALL, "a folder beside its own", lambda: os.mkdir(beside), errno.EACCES)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it, for as long as something may still be put there."""
    for _ in range(PASSES):
        try:
            empty(folder)
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.02)


def empty(folder: Path) -> None:
    """Remove what is in a folder, following no link, however deep it is.

    Folders in folders are moved up before they are looked at: paths stay short, and nothing here
    calls itself.
    """
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        while names := os.listdir(top):
            for name in names:
                if not _unlinked(name, top):
                    _empty_into(top, name)
    finally:
        os.close(top)


def _empty_into(top: int, name: str) -> None:
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for entry in os.listdir(inner):
            if not _unlinked(entry, inner):
                fresh = secrets.token_hex(8)
                os.rename(entry, fresh, src_dir_fd=inner, dst_dir_fd=top)
        os.rmdir(name, dir_fd=top)
    finally:
        os.close(inner)


def _unlinked(name: str, folder: int) -> bool:
    """Remove what is no folder; return False for a folder."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return True
    except (IsADirectoryError, PermissionError):
        return False
    return True


def main() -> None:
    """Sweep whenever it is rung for, and everything at the end."""
    folder = Path(sys.argv[1])
    libc.name_process("grader sweeper")
    while os.read(0, 4096):
        with contextlib.suppress(OSError):
            empty(folder / SWEPT)
    remove(folder)


if __name__ == "__main__":
    main()

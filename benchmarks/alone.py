"""A command as nobody, in a folder of its own, without network, with limits of time and size."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

NOBODY = 65534
SECONDS = 120
ADDRESS_SPACE_BYTES = 8 * 1024**3
FILE_BYTES = 64 * 1024**2
# Notebooks' kernels are spoken to over the loopback, which a new network has, but down.
_LOOPBACK_UP = (
    "import fcntl, socket, struct\n"
    "with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n"
    "    fcntl.ioctl(s, 0x8914, struct.pack('16sh14x', b'lo', 1))"  # SIOCSIFFLAGS, IFF_UP
)


@contextmanager
def scratch() -> Iterator[Path]:
    """Have a folder that user nobody may pass through, and that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="compare-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(
    command: Sequence[str | Path], folder: Path, *, needed: Sequence[Path] = ()
) -> subprocess.CompletedProcess[str]:
    """Return how the command ended in that folder, which becomes its own; 124 if it was too slow.

    command: begins with the path of a program, whose neighbours it finds too. needed: further
    folders that it reads. All its processes end with it.
    """
    home = folder / ".home"
    home.mkdir(exist_ok=True)
    limits = [f"--as={ADDRESS_SPACE_BYTES}", f"--fsize={FILE_BYTES}", "--core=0"]
    environment = [
        *("env", "-i", f"PATH={Path(command[0]).parent}:/usr/bin:/bin", "LANG=C.UTF-8"),
        *(f"HOME={home}", f"TMPDIR={home}"),
        *("OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"),
    ]
    inner = shlex.join(["prlimit", *limits, *environment, *map(str, command)])
    lines = ["set -e"]
    if os.getuid() == 0:
        for path, _, names in os.walk(folder):
            for name in [path, *(os.path.join(path, name) for name in names)]:
                os.chown(name, NOBODY, NOBODY, follow_symlinks=False)
        lines += _opened_up([Path(sys.base_prefix), Path(sys.prefix), folder, *needed])
        drop = f"setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=-all "
    else:
        drop = ""
    if _namespaces():
        lines.append(shlex.join([sys.executable, "-c", _LOOPBACK_UP]))
    lines.append(f"cd {shlex.quote(str(folder))} && exec {drop}{inner}")
    return subprocess.run(
        ["timeout", "--kill-after=5", str(SECONDS), *_namespaces(), "sh", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )


@cache
def _namespaces() -> tuple[str, ...]:
    """Return the command that takes away network and other processes, empty where nobody may."""
    own = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.getuid() != 0:
        own.append("--map-root-user")
    try:
        stands = subprocess.run([*own, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        stands = False
    if os.getuid() == 0 and not stands:
        raise RuntimeError("root may not unshare here; run this as an ordinary user")
    return tuple(own) if stands else ()


def _opened_up(needed: list[Path]) -> list[str]:
    """Return shell lines that make folders readable though they lie in closed ones.

    In this mount namespace alone, a closed folder is replaced by one that holds only those.
    """
    hidden = {path: top for path in needed if (top := _closed(path)) is not None}
    lines = ["mount -t tmpfs -o mode=755 none /mnt"] if hidden else []
    for number, path in enumerate(hidden):
        lines += [f"mkdir /mnt/{number}", f"mount --rbind {shlex.quote(str(path))} /mnt/{number}"]
    for top in sorted(set(hidden.values())):
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(top))}")
    for number, path in sorted(enumerate(hidden), key=lambda pair: len(pair[1].parts)):
        place = shlex.quote(str(path))
        lines += [f"mkdir -p {place}", f"mount --rbind /mnt/{number} {place}"]
    return lines


def _closed(folder: Path) -> Path | None:
    """Return the topmost folder on the way that others may not pass through."""
    for parent in [*reversed(folder.parents), folder]:
        if not parent.stat().st_mode & 0o001:
            return parent
    return None

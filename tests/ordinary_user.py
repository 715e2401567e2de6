"""Run a command as user nobody, even where Python or the checkout lies in a closed folder."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def as_ordinary_user(
    command: list[str], *, shown: list[Path] | None = None, groups: Sequence[int] = ()
) -> subprocess.CompletedProcess[str]:
    """Return how the command ended. shown: further folders it may read. groups: its own.

    In a mount namespace of its own, closed folders above what is needed are replaced by open
    ones that hold only that; nothing changes outside.
    """
    needed = [Path(sys.base_prefix), Path(sys.prefix), ROOT, *(shown or [])]
    lines = ["set -e", "mount -t tmpfs -o mode=755 none /mnt"]
    for number, folder in enumerate(needed):
        lines += [f"mkdir /mnt/{number}", f"mount --rbind {shlex.quote(str(folder))} /mnt/{number}"]
    closed = sorted({top for folder in needed if (top := _closed(folder)) is not None})
    for folder in closed:
        lines.append(f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}")
    for number, folder in sorted(enumerate(needed), key=lambda pair: len(pair[1].parts)):
        if _closed(folder) is not None:
            place = shlex.quote(str(folder))
            lines += [f"mkdir -p {place}", f"mount --rbind /mnt/{number} {place}"]
    in_groups = f"--groups={','.join(map(str, groups))}" if groups else "--clear-groups"
    lines.append(
        f"cd / && exec setpriv --reuid=65534 --regid=65534 {in_groups} --inh-caps=-all "
        "env -i PATH=/usr/bin:/bin LANG=C.UTF-8 HOME=/nonexistent " + shlex.join(command)
    )
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=False,
    )


def _closed(folder: Path) -> Path | None:
    """Return the topmost folder on the way that others may not pass through."""
    for parent in [*reversed(folder.parents), folder]:
        if not parent.stat().st_mode & 0o001:
            return parent
    return None

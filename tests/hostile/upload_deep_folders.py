"""Upload: folders in folders, a thousand deep.

Goal: recursion, and paths longer than any system takes.
Promise: S17
Verdict: refused
"""

import io
import tarfile
from pathlib import Path


def build(folder: Path) -> Path:
    with tarfile.open(folder / "upload.tar", "w") as archive:
        archive.add(folder / "honest.py", "honest.py")
        entry = tarfile.TarInfo("d/" * 1000 + "target.py")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"x = 1"))
    return folder / "upload.tar"

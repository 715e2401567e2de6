"""Upload: a tar archive with the full paths of files of the host.

Goal: the same, without climbing.
Promise: S16, S17
Verdict: refused
"""

import io
import tarfile
from pathlib import Path


def build(folder: Path) -> Path:
    with tarfile.open(folder / "upload.tar.gz", "w:gz") as archive:
        archive.add(folder / "honest.py", "honest.py")
        entry = tarfile.TarInfo("/tmp/hostile-absolute.py")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"x = 1"))
    return folder / "upload.tar.gz"

"""Upload: a tar archive with a symbolic link, and a file that is written through it.

Goal: read /etc/passwd as a submission, or write where the link leads.
Promise: S16, S17
Verdict: refused
"""

import io
import tarfile
from pathlib import Path


def build(folder: Path) -> Path:
    with tarfile.open(folder / "upload.tar", "w") as archive:
        archive.add(folder / "honest.py", "honest.py")
        link = tarfile.TarInfo("sub")
        link.type, link.linkname = tarfile.SYMTYPE, "/tmp"
        archive.addfile(link)
        entry = tarfile.TarInfo("sub/hostile-through-a-link.py")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"x = 1"))
    return folder / "upload.tar"

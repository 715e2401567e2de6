"""Upload: a tar archive with a hard link to a file of the host.

Goal: the host's file read as the student's own answer.
Promise: S3, S17
Verdict: refused
"""

import tarfile
from pathlib import Path


def build(folder: Path) -> Path:
    with tarfile.open(folder / "upload.tar", "w") as archive:
        archive.add(folder / "honest.py", "honest.py")
        link = tarfile.TarInfo("target.py")
        link.type, link.linkname = tarfile.LNKTYPE, "/etc/passwd"
        archive.addfile(link)
    return folder / "upload.tar"

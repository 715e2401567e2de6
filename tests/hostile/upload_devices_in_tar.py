"""Upload: a tar archive with devices and a pipe named like an answer.

Goal: a device made by root, or a read that never ends.
Promise: S5, S17
Verdict: refused
"""

import tarfile
from pathlib import Path


def build(folder: Path) -> Path:
    with tarfile.open(folder / "upload.tar", "w") as archive:
        archive.add(folder / "honest.py", "honest.py")
        for name, kind in (("target.py", tarfile.FIFOTYPE), ("data.csv", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.devmajor, entry.devminor = kind, 1, 5
            archive.addfile(entry)
    return folder / "upload.tar"

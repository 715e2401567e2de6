"""Upload: a gzipped tar archive of zeros, a gigabyte once unpacked.

Goal: memory of whoever unpacks it to look inside.
Promise: S6, S17
Verdict: refused
"""

import io
import tarfile
from pathlib import Path


class Zeros(io.RawIOBase):
    def read(self, size=-1):
        return bytes(size)


def build(folder: Path) -> Path:
    with tarfile.open(folder / "upload.tar.gz", "w:gz") as archive:
        archive.add(folder / "honest.py", "honest.py")
        entry = tarfile.TarInfo("data.npy")
        entry.size = 512 << 20
        archive.addfile(entry, Zeros())
    return folder / "upload.tar.gz"

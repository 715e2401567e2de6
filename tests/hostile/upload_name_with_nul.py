"""Upload: a zip archive with a NUL in a name, at which some programs stop reading.

Goal: one name for the check and another for the file.
Promise: S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target.py@.txt", "def total(n): return 0\n")
    path.write_bytes(path.read_bytes().replace(b"target.py@.txt", b"target.py\0.txt"))
    return path

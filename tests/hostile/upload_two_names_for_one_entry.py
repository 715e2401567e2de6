"""Upload: a zip archive in which an entry has one name in its table and another at its place.

Goal: what is checked is not what is written.
Promise: S15, S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("../arget.py", "def total(n): return 0\n")
    data = path.read_bytes()
    place = data.rindex(b"../arget.py")
    path.write_bytes(data[:place] + b"sub/target." + data[place + 11 :])
    return path

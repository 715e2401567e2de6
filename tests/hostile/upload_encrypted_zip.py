"""Upload: a zip archive that says it is encrypted.

Goal: a prompt that waits for ever, or an exception of a library.
Promise: S17, S22
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("target.py", "def total(n): return 0\n")
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    return path

"""Upload: an archive cut in the middle, in a folder of its own name.

Goal: an exception that is nobody's.
Promise: S17, S22
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target.py", "".join(f"x = {number}\n" for number in range(10_000)))
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + b"\xff" * 200 + data[middle + 200 :])
    return path

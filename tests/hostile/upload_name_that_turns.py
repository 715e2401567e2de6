"""Upload: a name that reads otherwise than it is, by letters that turn text around.

Goal: staff see another file than the one that is run.
Promise: S17, S21
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target\u202eyp.txt", "def total(n): return 0\n")
    return folder / "upload.zip"

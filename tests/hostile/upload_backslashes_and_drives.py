"""Upload: names that climb out on another operating system.

Goal: a check for `/` that does not know `\\` and `C:`.
Promise: S16, S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("..\\..\\tmp\\hostile-slipped.py", "x = 1")
        archive.writestr("C:\\hostile.py", "x = 1")
    return folder / "upload.zip"

"""Upload: a zip archive whose names climb out of the folder it is unpacked in.

Goal: a file of the grader's written over.
Promise: S16, S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("../../../../../../tmp/hostile-slipped.py", "x = 1")
        archive.writestr("target.py", "def total(n): return 0")
    return folder / "upload.zip"

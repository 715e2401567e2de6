"""Upload: eleven thousand empty files in one archive.

Goal: hours of work, a full table of inodes.
Promise: S8, S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        for number in range(11_000):
            archive.writestr(f"data/{number}.txt", "")
    return folder / "upload.zip"

"""Upload: the same name in two cases, one of them right and one not.

Goal: two readers of one archive see two different answers.
Promise: S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target.py", "def total(n): return 0\n")
        archive.writestr("Target.py", "def total(n): return 14\n")
    return folder / "upload.zip"

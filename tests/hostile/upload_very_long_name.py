"""Upload: a name of sixty thousand letters.

Goal: a file that cannot be written, a message that cannot be read.
Promise: S17, S21
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("t" * 60_000 + ".py", "def total(n): return 0\n")
    return folder / "upload.zip"

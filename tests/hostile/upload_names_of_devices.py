"""Upload: names that are devices, or lose their last letters, on other systems.

Goal: a course whose teacher opens them on Windows.
Promise: S17
Verdict: wrong, refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target.py", "def total(n): return 0\n")
        for name in ("CON", "NUL.txt", "aux.py", "trailing. ", "x.py.", "~", "-rf", "%2e%2e"):
            archive.writestr(name, "x = 1\n")
    return folder / "upload.zip"

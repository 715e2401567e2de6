"""Upload: the same name twice in one zip archive.

Goal: what is looked at is not what is run.
Promise: S15, S17
Verdict: refused
"""

import warnings
import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target.py", "def total(n): return 0\n")
        archive.writestr("target.py", "def total(n): return 14\n")
    return folder / "upload.zip"

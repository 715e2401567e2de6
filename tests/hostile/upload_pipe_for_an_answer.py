"""Upload: a folder in which the answer is a named pipe.

Goal: a read that never ends.
Promise: S5, S16
Verdict: refused
"""

import os
from pathlib import Path


def build(folder: Path) -> Path:
    os.mkfifo(folder / "target.py")
    return folder

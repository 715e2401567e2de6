"""Upload: a name with a newline and a terminal's escape in it.

Goal: a second line in a log or a table, a message on the screen.
Promise: S17, S21
Verdict: refused
"""

from pathlib import Path


def build(folder: Path) -> Path:
    (folder / "target.py").write_text("def total(n): return 0\n")
    (folder / "x\n10 of 10 \x1b[2J.py").write_text("x = 1\n")
    return folder

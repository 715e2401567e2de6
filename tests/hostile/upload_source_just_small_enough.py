"""Upload: as much of `x=1` as is taken in, for the cell to parse.

Goal: time and memory of the cell, beyond its limits.
Promise: S5, S6
Verdict: timed_out, out_of_memory, died
"""

from pathlib import Path


def build(folder: Path) -> Path:
    (folder / "target.py").write_text("x=1\n" * 500_000)
    return folder

"""Upload: four megabytes of `x=1`, which take gigabytes and half a minute to parse.

Goal: whoever parses it.
Promise: S6, S17
Verdict: refused
"""

from pathlib import Path


def build(folder: Path) -> Path:
    (folder / "target.py").write_text("x=1\n" * 1_000_000)
    return folder

"""Upload: two different answers that could both be meant, one in a folder further up.

Goal: the grader takes the right one of many guesses.
Promise: S17
Verdict: refused
"""

from pathlib import Path


def build(folder: Path) -> Path:
    for name, answer in (("a", 14), ("b", 385)):
        (folder / name).mkdir()
        (folder / name / "target.py").write_text(f"def total(n):\n    return {answer}\n")
    return folder

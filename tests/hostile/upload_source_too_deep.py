"""Upload: an expression of a hundred thousand brackets and one of as many minus signs.

Goal: the parser's stack.
Promise: S22
Verdict: raised, died, out_of_memory
"""

from pathlib import Path


def build(folder: Path) -> Path:
    deep = "(" * 100_000 + "1" + ")" * 100_000
    (folder / "target.py").write_text(f"x = {'-' * 100_000}1\ny = {deep}\n")
    return folder

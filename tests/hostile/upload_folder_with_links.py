"""Upload: a folder whose answer is a link to the solution.

Goal: the grader follows it with its own rights, and the solution is graded.
Promise: S3, S16
Verdict: refused
"""

from pathlib import Path


def build(folder: Path) -> Path:
    (folder / "target.py").symlink_to("../../course/reference/vault/target.py")
    (folder / "everything").symlink_to("/")
    return folder

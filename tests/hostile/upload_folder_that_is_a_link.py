"""Upload: an entry that is itself a link, to the folder of solutions.

Goal: the private folder of the course handed in as a submission.
Promise: S3, S16
Verdict: refused
"""

from pathlib import Path


def build(folder: Path) -> Path:
    link = folder / "upload"
    link.symlink_to(folder.parent.parent / "course" / "reference" / "vault")
    return link

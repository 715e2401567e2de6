"""Upload: a zip archive with a symbolic link in place of the answer.

Goal: the solution, handed in by its path.
Promise: S3, S17
Verdict: refused
"""

import stat
import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        link = zipfile.ZipInfo("target.py")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "../../course/reference/vault/target.py")
    return folder / "upload.zip"

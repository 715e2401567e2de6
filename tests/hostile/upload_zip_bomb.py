"""Upload: a few kilobytes that become half a gigabyte.

Goal: memory or disk of whoever unpacks it.
Promise: S6, S17
Verdict: refused
"""

import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    with (
        zipfile.ZipFile(folder / "upload.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("target.py", "w", force_zip64=True) as handle,
    ):
        for _ in range(512):
            handle.write(b"#" * (1 << 20))
    return folder / "upload.zip"

"""Upload: archives in archives, each of which becomes a hundred times as large.

Goal: whoever unpacks what was unpacked.
Promise: S6, S17
Verdict: wrong
"""

import io
import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    inner = bytes(1 << 20)
    for depth in range(4):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{depth}-{number}.zip", inner)
        inner = packed.getvalue()
    with zipfile.ZipFile(folder / "upload.zip", "w") as archive:
        archive.write(folder / "honest.py", "honest.py")
        archive.writestr("target.py", "def total(n): return 0")
        archive.writestr("inner.zip", inner)
    return folder / "upload.zip"

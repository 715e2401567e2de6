"""Upload: a zip archive whose entries all share the same packed bytes.

Goal: a bomb whose ratio looks harmless.
Promise: S6, S17
Verdict: refused
"""

import struct
import zipfile
from pathlib import Path


def build(folder: Path) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("target.py", "#" * 1000)
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    table = b"".join(
        data[start:end].replace(b"target.py", b"targe%03d" % number) for number in range(200)
    )
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(table), start, 0)
    path.write_bytes(data[:start] + table + tail)
    return path

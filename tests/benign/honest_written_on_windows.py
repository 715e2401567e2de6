"""Honest: a file with CRLF line ends and a byte order mark, in a zip archive of Windows."""

import zipfile
from pathlib import Path

SOURCE = '''\
"""Squares."""

TEXT = """two
lines"""


def total(n):
    assert len(TEXT) == 9
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    return share * x + (1 - share) * x.mean()
'''


def build(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "upload.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "honest.py", "Homework\\honest.py")
        data = b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode()
        archive.writestr("Homework\\target.py", data)
        archive.writestr("Homework\\Thumbs.db", b"\0")
    return folder / "upload.zip"

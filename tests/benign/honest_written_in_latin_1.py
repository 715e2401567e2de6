"""Honest: a file in an older encoding, as it says in its first line."""

from pathlib import Path

SOURCE = """\
# -*- coding: latin-1 -*-
NAME = "é ü ß"


def total(n):
    assert len(NAME) == 5
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    return share * x + (1 - share) * x.mean()
"""


def build(folder: Path) -> Path:
    (folder / "target.py").write_bytes(SOURCE.encode("latin-1"))
    return folder

"""Honest: temporary files and folders by every function that makes them."""

import tempfile
from pathlib import Path


def total(n):
    with tempfile.NamedTemporaryFile("w+") as handle, tempfile.TemporaryDirectory() as folder:
        handle.write("\n".join(str(i * i) for i in range(n + 1)))
        handle.seek(0)
        own = Path(folder) / "squares.txt"
        own.write_text(handle.read())
        with tempfile.SpooledTemporaryFile(max_size=10) as spooled:
            spooled.write(own.read_bytes())
        return sum(map(int, own.read_text().split()))


def blend(x, share):
    path = Path(tempfile.mkdtemp()) / "mean.txt"
    path.write_text(repr(x.mean().item()))
    return share * x + (1 - share) * float(path.read_text())

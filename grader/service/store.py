"""Uploaded bytes, each content once under its hash; what was put is there after a power cut."""

import contextlib
import hashlib
import os
import re
import secrets
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{64}")


class Store:
    """A folder of contents; processes on one machine share it, or machines on one disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Return the hash that the content is kept under, once it is on the disk.

        Raises OSError, and leaves nothing, if it cannot be kept.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self._path(name)
        if path.is_file() and path.stat().st_size == len(data):
            return name  # it was fsynced before it got its name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        for folder in (path.parent, self.folder):
            _sync(folder)
        return name

    def get(self, name: str) -> bytes:
        """Return the content; raises OSError if there is none, or it is no longer what was put."""
        data = self._path(name).read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise OSError(f"the content under {name} has changed on the disk")
        return data

    def _path(self, name: str) -> Path:
        if not _HASH.fullmatch(name):
            raise ValueError(f"{name!r} is no hash")
        return self.folder / name[:2] / name


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

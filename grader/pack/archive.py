"""Files that are not on a disk yet, and how they get there: the same bytes for the same files."""

import io
import secrets
import shutil
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip archive knows


@dataclass(frozen=True)
class File:
    """What a file holds, and whether it is a program."""

    content: bytes
    is_program: bool = False

    @property
    def mode(self) -> int:
        return 0o755 if self.is_program else 0o644


Files = Mapping[str, File]  # by path


def zipped(files: Files) -> bytes:
    """Return a zip archive of the files; in order, and without the time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, file in sorted(files.items()):
            entry = zipfile.ZipInfo(path, _EARLIEST)
            entry.create_system = 3  # Unix: or the mode means nothing
            entry.external_attr = (0o100000 | file.mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content)
    return buffer.getvalue()


def tarred(files: Files) -> bytes:
    """Return a tar archive of the files; in order, of nobody, and without the time."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, file in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(file.content), file.mode
            archive.addfile(entry, io.BytesIO(file.content))
    return buffer.getvalue()


def write_folder(out: Path, files: Files) -> None:
    """Write the files as a new folder, which appears with all of them or not at all.

    Raises UsageError if that is impossible.
    """
    half = out.resolve().with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        half.mkdir()
        for path, file in files.items():
            place = half / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.content)
            place.chmod(file.mode)
        half.rename(out.resolve())
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(half, ignore_errors=True)

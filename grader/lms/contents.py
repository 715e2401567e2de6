"""What an export of a whole class holds, a zip or the same unpacked: names first, bytes on demand.

Nothing is unpacked to disk. Names are text to be compared, never paths to be opened: a file of a
zip is found by its place in it, one of a folder through descriptors, and no link is followed.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import SubmissionError, UsageError
from grader.submission import DEFAULT_LIMITS, Part, folders, names, zips
from grader.submission.intake import FILE, FOLDER, Intake, bounded, kind_of
from grader.submission.names import shown

# Of a class, not of a submission: each of those is bounded on its own when it is read.
LIMITS = replace(DEFAULT_LIMITS, members=100_000)
MAX_DEPTH = 24


@dataclass(frozen=True)
class Contents:
    """The files and folders of an export, by path, and those whose names are not safe, in words."""

    items: tuple[Part, ...]
    skipped: tuple[str, ...] = ()

    def tops(self) -> dict[str, bool]:
        """Return the names at the top, each with whether it is a folder; junk is left out."""
        found: dict[str, bool] = {}
        for item in self.items:
            top, slash, _ = item.path.partition("/")
            found[top] = found.get(top, False) or bool(slash) or item.kind == FOLDER
        return {name: is_folder for name, is_folder in found.items() if not names.junk((name,))}

    def below(self, folder: str) -> "Contents":
        """Return what a folder at the top holds, with paths from there on."""
        start = f"{folder}/"
        inner = [item for item in self.items if item.path.startswith(start)]
        items = [replace(item, path=item.path[len(start) :]) for item in inner]
        return replace(self, items=tuple(item for item in items if item.path))


def of_zip(path: Path) -> Contents:
    """Return what a zip holds; raises UsageError if it is none, or has too many entries."""
    archive = _Archive(path)
    intake = Intake(str(path), LIMITS)
    with archive.opened() as data:
        if data[:4] not in zips.MAGIC:
            raise UsageError(
                f"{path}: is no zip archive; expected a folder of submissions, or the zip that a "
                "course system gave"
            )
        members = zips.members(data, intake)
    items, skipped = [], []
    for member in members:
        name = names.decoded(member.name)[0].replace("\\", "/")
        fault = "has a name of too many bytes" if len(member.name) > 4096 else names.fault(name)
        own = "/".join(part for part in name.split("/") if part not in ("", "."))
        if fault:
            skipped.append(f"{shown(name)} {fault}")
        elif own:
            items.append(Part(own, member.kind, member.size, archive.reader(member)))
    return Contents(tuple(items), tuple(skipped))


def is_zip(path: Path) -> bool:
    """Return whether a file begins as a zip does; raises OSError if it cannot be read."""
    with path.open("rb") as file:
        return file.read(4) in zips.MAGIC


def of_folder(path: Path) -> Contents:
    """Return what a folder holds, at every depth; raises UsageError if that is too much.

    Raises OSError if it cannot be read.
    """
    items: list[Part] = []
    todo: list[tuple[str, ...]] = [()]
    while todo:
        inside = todo.pop()
        with os.scandir(path.joinpath(*inside)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                parts = (*inside, entry.name)
                status = entry.stat(follow_symlinks=False)
                kind = kind_of(status.st_mode)
                own = "/".join(names.decoded(os.fsencode(part))[0] for part in parts)
                items.append(Part(own, kind, status.st_size, _reader(path, parts)))
                if kind == FOLDER and len(parts) < MAX_DEPTH:
                    todo.append(parts)
                if len(items) > LIMITS.members:
                    raise UsageError(
                        f"{path}: holds more than {LIMITS.members} entries; expected one class"
                    )
    return Contents(tuple(sorted(items, key=lambda item: item.path)))


class _Archive:
    """A zip on disk, opened anew for each reading: hundreds of submissions are never held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = _stamp(os.stat(path))

    @contextmanager
    def opened(self) -> Iterator["_Slices"]:
        """Have its bytes; raises UsageError if it has changed since it was first looked at."""
        descriptor = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            status = os.fstat(descriptor)
            if _stamp(status) != self._stamp:
                raise SubmissionError(
                    f"{self._path}: was changed while it was read; expected it at rest"
                )
            if kind_of(status.st_mode) != FILE:
                raise UsageError(f"{self._path}: is {kind_of(status.st_mode)}; expected a zip")
            yield _Slices(descriptor, status.st_size)
        finally:
            os.close(descriptor)

    def reader(self, member: zips.Member) -> Callable[[Intake], bytes]:
        """Return what reads one entry."""

        def read(intake: Intake) -> bytes:
            with self.opened() as data:
                return zips.content(data, member, intake)

        return read


class _Slices:
    """An open file as `zips` reads one."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: slice, /) -> bytes:
        begin, end, _ = place.indices(self._size)
        pieces = []
        while begin < end:  # one call gives 2 GiB at most
            piece = os.pread(self._descriptor, end - begin, begin)
            if not piece:
                break
            pieces.append(piece)
            begin += len(piece)
        return b"".join(pieces)


def _stamp(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _reader(root: Path, parts: tuple[str, ...]) -> Callable[[Intake], bytes]:
    """Return what reads a file below a folder."""

    def read(intake: Intake) -> bytes:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts:
                inner = os.open(part, folders.OPEN, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            if kind_of(os.fstat(descriptor).st_mode) != FILE:
                raise intake.error(f"{shown(parts[-1])} was changed; expected it at rest")
            return bounded(descriptor, intake.limits.archive_bytes)
        finally:
            os.close(descriptor)

    return read

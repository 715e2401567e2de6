"""What is taken in from a submission, whatever container it comes in.

A container asks `admit` about each of its entries and `put`s what that wants. All rules and
bounds are here, so that a folder and an archive of the same files become the same submission.
"""

import os
import stat
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.submission import names
from grader.submission.names import shown

FILE = "a file"
FOLDER = "a folder"
MAX_NOTES = 40
MAX_NAME_BYTES = 4096  # of any entry, junk too
MIB = 1024 * 1024
_PIECE = MIB


@dataclass(frozen=True)
class IntakeLimits:
    """What a submission may hold. The defaults let honest ones by with much to spare.

    archive_bytes: of the uploaded file; it is held in memory whole.
    members: entries of a container, junk included: a project with its history has thousands.
    files: what is kept: homework has a dozen, and all of it goes to a cell in one frame.
    file_bytes: a notebook full of pictures has a few MiB.
    total_bytes: of what is kept: half of a cell's private disk, the other half is for its work.
    unpacked_bytes: what a compressed archive may become on the way, wanted or not: a second's
        work.
    ratio: text shrinks to a tenth, a bomb to a thousandth; looked at from `ratio_from_bytes` on,
        since a small file of zeros harms nobody.
    path_bytes: what a file system takes as one name.
    depth: folders in folders.
    """

    archive_bytes: int = 64 * MIB
    members: int = 10_000
    files: int = 256
    file_bytes: int = 16 * MIB
    total_bytes: int = 32 * MIB
    unpacked_bytes: int = 256 * MIB
    ratio: int = 200
    ratio_from_bytes: int = MIB
    path_bytes: int = 255
    depth: int = 10


class Intake:
    """What has been taken in so far, and what was left out."""

    def __init__(self, entry: str, limits: IntakeLimits) -> None:
        self.entry = entry
        self.limits = limits
        self.files: dict[str, bytes] = {}
        self._notes: set[str] = set()
        self._seen: dict[str, tuple[str, str]] = {}
        self._members = 0
        self._admitted = 0
        self._total = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out or assumed, in alphabetical order, the rest of many counted."""
        notes = sorted(self._notes)
        rest = len(notes) - MAX_NOTES
        return (*notes[:MAX_NOTES], *([f"and {rest} more of these"] if rest > 0 else []))

    def note(self, sentence: str) -> None:
        """Keep a sentence for whoever reads the report."""
        self._notes.add(sentence)

    def error(self, what: str) -> SubmissionError:
        """Return the error that says so of this submission."""
        return SubmissionError(f"{self.entry}: {what}")

    def count(self) -> None:
        """Count an entry of the container; raises SubmissionError if there are too many."""
        self._members += 1
        if self._members > self.limits.members:
            raise self.error(f"holds more than {self.limits.members} entries; expected homework")

    def admit(self, raw_name: bytes, kind: str, size: int) -> str | None:
        """Return the path under which to put an entry, None if it is left out.

        kind: `FILE`, `FOLDER` (to be looked into if a path comes back) or what else it is.
        size: its bytes as the container announces them. Raises SubmissionError if the name is
        not safe or stands twice, it is neither file nor folder, or a bound is passed.
        """
        self.count()
        path = self._safe_path(raw_name)
        parts = tuple(path.split("/")) if path else ()
        if not parts and kind == FOLDER:
            return None  # the container's own root
        junk = names.junk(parts)
        if junk:
            self.note(f"ignored {shown(junk)}")
            return None
        if kind not in (FILE, FOLDER):
            raise self.error(f"{shown(path)} is {kind}; expected ordinary files and folders")
        self._bound_path(path, parts)
        self._keep_apart(path, parts, kind)
        return path if kind == FOLDER or self._is_wanted(path, size) else None

    def put(self, path: str, data: bytes) -> None:
        """Keep a file that was admitted; raises SubmissionError if all are too large together."""
        if not self._is_within_size(path, len(data)):
            return
        self._total += len(data)
        if self._total > self.limits.total_bytes:
            raise self.error(
                f"holds more than {size_of(self.limits.total_bytes)} in all; expected code "
                "and little data"
            )
        self.files[path] = data

    def _safe_path(self, raw_name: bytes) -> str:
        if len(raw_name) > MAX_NAME_BYTES:
            raise self._too_long(names.decoded(raw_name[:MAX_NAME_BYTES])[0])
        name, is_utf8 = names.decoded(raw_name)
        if not is_utf8:
            self.note(f"read the name {shown(name)}, which is not UTF-8, in code page 437")
        if "\\" in name:
            name = name.replace("\\", "/")
            self.note(f"read the backslashes of {shown(name)} as folders")
        fault = names.fault(name)
        if fault:
            raise self.error(f"{shown(name)} {fault}; expected a path inside the submission")
        return "/".join(part for part in name.split("/") if part not in ("", "."))

    def _bound_path(self, path: str, parts: tuple[str, ...]) -> None:
        if not parts:
            raise self.error("holds a file without a name; expected every file to have one")
        if len(path.encode()) > self.limits.path_bytes:
            raise self._too_long(path)
        if len(parts) > self.limits.depth:
            raise self.error(
                f"{shown(path)} lies more than {self.limits.depth} folders deep; expected fewer"
            )

    def _too_long(self, path: str) -> SubmissionError:
        most = self.limits.path_bytes
        return self.error(f"{shown(path)} is a path of more than {most} bytes; expected a shorter")

    def _keep_apart(self, path: str, parts: tuple[str, ...], kind: str) -> None:
        """Refuse what another program would take for an entry that was there before."""
        for end in range(1, len(parts)):
            folder = "/".join(parts[:end])
            if self._seen.setdefault(names.key(folder), (FOLDER, folder))[0] != FOLDER:
                raise self._clash(folder)
        before, its_path = self._seen.setdefault(names.key(path), (kind, ""))
        if before != kind:
            raise self._clash(path)
        if kind == FILE and its_path:
            raise self.error(
                f"{shown(its_path)} and {shown(path)} are one name; expected every name once"
            )
        self._seen[names.key(path)] = (kind, path)

    def _clash(self, path: str) -> SubmissionError:
        return self.error(f"{shown(path)} is both a file and a folder; expected one of them")

    def _is_wanted(self, path: str, size: int) -> bool:
        reason = names.unwanted(path)
        if reason:
            self.note(f"left out {shown(path)}: {reason}")
            return False
        if not self._is_within_size(path, size):
            return False
        self._admitted += 1
        if self._admitted > self.limits.files:
            raise self.error(
                f"holds more than {self.limits.files} files that code may need; expected fewer"
            )
        return True

    def _is_within_size(self, path: str, size: int) -> bool:
        most = self.limits.file_bytes
        if size <= most:
            return True
        if names.code_name(path):
            raise self.error(
                f"{shown(path)} is larger than {size_of(most)}; expected a smaller file "
                "(a notebook shrinks when its output is cleared)"
            )
        self.note(f"left out {shown(path)}: larger than {size_of(most)}")
        return False


def kind_of(mode: int) -> str:
    """Return what a file mode says an entry is."""
    kinds = {
        stat.S_IFREG: FILE,
        stat.S_IFDIR: FOLDER,
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "of an unknown kind")


def bounded(descriptor: int, most: int) -> bytes:
    """Return a file's bytes, or `most` and one more if there are more, whatever it grows to."""
    pieces = []
    left = most + 1
    while left > 0:
        piece = os.read(descriptor, min(left, _PIECE))
        if not piece:
            break
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def size_of(count: int) -> str:
    """Return a number of bytes as people write it."""
    for unit, name in ((MIB, "MiB"), (1024, "KiB")):
        if count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} bytes"

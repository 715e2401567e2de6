"""A submission: one student's files, bounded, and which of them answers which task.

Whatever a student may upload comes in here and nowhere else. It is data: nothing is extracted
to disk, nothing is parsed, compiled or imported, no link is followed, no size is believed. What
cannot be taken in is a `SubmissionError` of one sentence.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import SubmissionError
from grader.submission import answers, folders, names, tars, zips
from grader.submission.intake import FILE, FOLDER, Intake, IntakeLimits, bounded, kind_of, size_of
from grader.submission.names import shown

__all__ = [
    "DEFAULT_LIMITS",
    "IntakeLimits",
    "Part",
    "Submission",
    "fit_id",
    "id_of",
    "read",
    "read_parts",
]

DEFAULT_LIMITS = IntakeLimits()
MAX_ID = 100

_TAR_ENDINGS = (".tar.gz", ".tgz", ".tar")
_ENDINGS = (*_TAR_ENDINGS, ".zip", ".ipynb", ".py")
_EXPECTED = "expected a .py or .ipynb file, a folder, a .zip or a .tar.gz"
_OTHERS = {
    b"Rar!\x1a\x07": "a rar archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\0": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"%PDF-": "a PDF",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
}


@dataclass(frozen=True)
class Submission:
    """What a student handed in, as far as the cell may get it.

    id: the entry's name, fit for a file name. files: relative POSIX path -> bytes, sorted.
    sha256: over paths and contents; the same for a folder and an archive of the same files.
    received: when the entry was last changed, UTC. notes: what was left out or assumed, a
    sentence each. answers: task -> path of the file that answers it.
    """

    id: str
    files: Mapping[str, bytes]
    sha256: str
    received: datetime | None
    notes: tuple[str, ...]
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A file or folder of a submission that lies in something larger: the archive of a class.

    path: within the submission. kind: as `intake.kind_of` says. size: as is announced. content:
    returns the bytes, within the limits of the intake; raises SubmissionError or OSError.
    """

    path: str
    kind: str
    size: int
    content: Callable[[Intake], bytes]


def read(path: Path, tasks: Sequence[str], limits: IntakeLimits = DEFAULT_LIMITS) -> Submission:
    """Return the submission that a file, a folder or an archive holds.

    One without any answer is a submission too; a note says so. Raises SubmissionError if there
    is no such entry, it is of another kind, is damaged, passes a limit, holds a link or anything
    else that is no ordinary file, has a path that is not safe or stands twice, or has two
    different files that answer one task equally well.
    """
    name = _name(path)
    intake = Intake(shown(name)[1:-1], limits)
    try:
        with _opened(path, intake) as descriptor:
            status = os.fstat(descriptor)
            if kind_of(status.st_mode) == FOLDER:
                folders.read(descriptor, intake)
            else:
                _read_file(descriptor, name, intake)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        where = error.filename if isinstance(error.filename, (str, Path)) else path
        raise intake.error(
            f"{shown(_name(Path(where)))} cannot be read ({reason}); expected readable files"
        ) from error
    return _chosen(id_of(path), intake, tasks, received=_time(status.st_mtime))


def read_parts(
    own_id: str,
    parts: Sequence[Part],
    tasks: Sequence[str],
    limits: IntakeLimits = DEFAULT_LIMITS,
    *,
    received: datetime | None = None,
    notes: Sequence[str] = (),
) -> Submission:
    """Return the submission that these parts are; one file alone is taken as if it were uploaded.

    own_id: fit for a file name. received, notes: what is known of it from elsewhere. Raises
    SubmissionError as `read` does.
    """
    intake = Intake(shown(own_id)[1:-1], limits)
    try:
        alone = [part for part in parts if not names.junk(tuple(part.path.split("/")))]
        if [part.kind for part in alone if part.kind != FOLDER] == [FILE]:
            [part] = [part for part in alone if part.kind == FILE]
            _bound(part.size, intake)
            _take(part.content(intake), part.path.rsplit("/", 1)[-1], intake)
        else:
            for part in parts:
                path = intake.admit(part.path.encode(), part.kind, part.size)
                if path is not None and part.kind == FILE:
                    intake.put(path, part.content(intake))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise intake.error(f"cannot be read ({reason}); expected readable files") from error
    return _chosen(own_id, intake, tasks, received=received, notes=notes)


def _chosen(
    own_id: str,
    intake: Intake,
    tasks: Sequence[str],
    *,
    received: datetime | None,
    notes: Sequence[str] = (),
) -> Submission:
    """Return what has been taken in, as far as its answers need it."""
    chosen = answers.choose(intake.files, tasks, intake.entry)
    return Submission(
        id=own_id,
        files=chosen.files,
        sha256=_hash(chosen.files),
        received=received,
        notes=(*notes, *chosen.notes, *intake.notes),
        answers=chosen.by_task,
    )


def id_of(path: Path) -> str:
    """Return a submission's id: its entry's name without ending, as `fit_id` makes it."""
    name = unicodedata.normalize("NFC", _name(path))
    ending = next((own for own in _ENDINGS if name.lower().endswith(own)), "")
    return fit_id(name[: len(name) - len(ending)])


def fit_id(text: str) -> str:
    """Return the text as an id that is fit for a file name.

    Letters and digits of any script stay, what shells, browsers and file systems read otherwise
    becomes `_`. A long name is cut and told apart by a hash.
    """
    plain = "".join(
        letter if unicodedata.category(letter)[0] in "LMN" or letter in "._-+=@," else " "
        for letter in unicodedata.normalize("NFC", text)
    )
    own = re.sub(r"\s+", "_", plain).lstrip(".-_").rstrip("._")
    if len(own.encode()) > MAX_ID:
        digest = hashlib.sha256(own.encode()).hexdigest()[:8]
        own = own.encode()[: MAX_ID - 9].decode("utf-8", "ignore") + f"-{digest}"
    return own or "submission"


def _name(path: Path) -> str:
    """Return the entry's own name: what its student knows it by, and no path of this machine."""
    return Path(os.path.abspath(path)).name


@contextmanager
def _opened(path: Path, intake: Intake) -> Iterator[int]:
    """Have the entry open; raises SubmissionError if it is neither a file nor a folder."""
    try:
        kind = kind_of(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise SubmissionError(f"{shown(str(path))[1:-1]}: no such file; {_EXPECTED}") from error
    if kind not in (FILE, FOLDER):
        raise intake.error(f"is {kind}; {_EXPECTED}")
    descriptor = os.open(path, folders.OPEN)
    try:
        if kind_of(os.fstat(descriptor).st_mode) != kind:
            raise intake.error("was changed while it was read; expected it at rest")
        yield descriptor
    finally:
        os.close(descriptor)


def _read_file(descriptor: int, name: str, intake: Intake) -> None:
    data = bounded(descriptor, intake.limits.archive_bytes)
    _bound(len(data), intake)
    _take(data, name, intake)


def _bound(size: int, intake: Intake) -> None:
    if size > intake.limits.archive_bytes:
        raise intake.error(
            f"is larger than {size_of(intake.limits.archive_bytes)}; expected a smaller upload"
        )


def _take(data: bytes, name: str, intake: Intake) -> None:
    """Put what a file holds, by its content first and its ending second."""
    ending = name.lower()
    if data.startswith(zips.MAGIC):
        _note_ending(intake, ending.endswith(".zip"), "a zip archive")
        zips.read(data, intake)
    elif data.startswith(tars.GZIP_MAGIC) or tars.is_tar(data):
        _note_ending(intake, ending.endswith(_TAR_ENDINGS), "a tar archive")
        tars.read(data, intake)
    elif ending.endswith(".tar"):
        tars.read(data, intake)  # an empty one begins with nothing that could be known
    elif names.code_name(name) is not None:
        _put_alone(name, data, intake)
    elif _looks_like_notebook(data):
        intake.note(f"took {shown(name)} for a notebook: its content is one")
        _put_alone(f"{name}.ipynb", data, intake)
    else:
        what = next((what for magic, what in _OTHERS.items() if data.startswith(magic)), "")
        raise intake.error(f"is {what or 'of a kind that cannot be graded'}; {_EXPECTED}")


def _note_ending(intake: Intake, is_right: bool, kind: str) -> None:
    if not is_right:
        intake.note(f"took {shown(intake.entry)} for {kind}: its content is one")


def _put_alone(name: str, data: bytes, intake: Intake) -> None:
    path = intake.admit(os.fsencode(name), FILE, len(data))
    if path is not None:
        intake.put(path, data)


def _looks_like_notebook(data: bytes) -> bool:
    """Return whether bytes of another ending are a notebook's; they are searched, not parsed."""
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"{") and b'"nbformat"' in data


def _hash(files: Mapping[str, bytes]) -> str:
    """Return the hash over sorted paths and contents, each with its length before it."""
    digest = hashlib.sha256()
    for path, data in sorted(files.items()):
        for part in (path.encode(), data):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()


def _time(seconds: float) -> datetime | None:
    """Return the time in UTC, None if no calendar has it."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None

"""Tar archives, plain or gzipped, read as a stream whose every byte is counted.

Not `tarfile`: in versions still in use a crafted header keeps it busy for hours or for ever,
and it takes an extended header of any length into memory. Here a header is at most what it may
be, and a name, a size or a kind that cannot be read is a refusal.

Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format"; the GNU tar
manual, "Basic Tar Format".
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from grader.errors import SubmissionError
from grader.submission.intake import FILE, FOLDER, Intake, size_of
from grader.submission.names import decoded, shown

GZIP_MAGIC = b"\x1f\x8b"
BLOCK = 512
_PIECE = 64 * 1024
# Long names and extended attributes, of all entries together.
_MAX_EXTENDED_BYTES = 4 * 1024 * 1024
_NUMBER = re.compile(rb" *([0-7]+)[ \0]*|[ \0]*")
_BINARY, _BINARY_NEGATIVE = 0x80, 0xFF
# What is not needed here must still be numbers: programs stop at a header with another.
_NUMBERS = {
    "mode": slice(100, 108),
    "user": slice(108, 116),
    "group": slice(116, 124),
    "time": slice(136, 148),
    "major device": slice(329, 337),
    "minor device": slice(337, 345),
}
_KINDS = {
    **dict.fromkeys((b"0", b"\0", b"7"), FILE),
    b"1": "a hard link",
    b"2": "a symbolic link",
    b"3": "a device",
    b"4": "a device",
    b"5": FOLDER,
    b"6": "a named pipe",
    b"S": "a sparse file",
}
_PAX, _PAX_FOR_ALL, _GNU_NAME, _GNU_LINK = b"x", b"g", b"L", b"K"


@dataclass(frozen=True)
class _Header:
    name: bytes
    flag: bytes
    size: int


def is_tar(data: bytes) -> bool:
    """Return whether the bytes begin as a tar archive does."""
    return len(data) >= BLOCK and not _is_zero(data[:BLOCK]) and _has_checksum(data[:BLOCK])


def read(data: bytes, intake: Intake) -> None:
    """Put the archive's files; raises SubmissionError for what `Intake` or this module refuses."""
    stream = _Stream(data, intake)
    extended = 0
    name: bytes | None = None
    size: int | None = None
    while not _is_zero(block := stream.take(BLOCK)):
        header = _header(block, intake)
        if header.flag in (_PAX, _PAX_FOR_ALL, _GNU_NAME, _GNU_LINK):
            intake.count()
            extended += header.size
            if extended > _MAX_EXTENDED_BYTES:
                raise intake.error(
                    f"has extended headers of more than {size_of(_MAX_EXTENDED_BYTES)}; "
                    "expected an ordinary tar archive"
                )
            payload = stream.take_padded(header.size)
            if header.flag == _GNU_NAME:
                name = payload.split(b"\0", 1)[0]
            elif header.flag != _GNU_LINK:  # where a link leads does not matter: it is refused
                records = _records(payload, intake)
                if header.flag == _PAX_FOR_ALL and records.keys() & {b"path", b"size"}:
                    raise _damaged(intake, "all its entries have one name or one size")
                if header.flag == _PAX:
                    name = records.get(b"path", name)
                    size = _pax_size(records, size, intake)
            continue
        if _is_old_folder(header) and name is not None and not name.endswith(b"/"):
            raise _damaged(intake, f"{shown(decoded(name)[0])} is described in two ways")
        _take_in(
            _Header(
                header.name if name is None else name,
                header.flag,
                header.size if size is None else size,
            ),
            stream,
            intake,
        )
        name = size = None
    if name is not None or size is not None:
        raise _damaged(intake, "an extended header is the last")
    stream.end()


def _damaged(intake: Intake, reason: str) -> SubmissionError:
    return intake.error(f"is a damaged tar archive ({reason}); expected one that can be unpacked")


def _take_in(header: _Header, stream: "_Stream", intake: Intake) -> None:
    kind = _KINDS.get(header.flag, "of an unknown kind")
    if kind == FILE and header.name.endswith(b"/"):
        kind = FOLDER  # as the oldest programs write one
    path = intake.admit(header.name, kind, header.size)
    if kind == FILE:
        if path is None:
            stream.skip_padded(header.size)
        else:
            intake.put(path, stream.take_padded(header.size))
    elif header.size:
        raise _damaged(intake, f"{shown(decoded(header.name)[0])} is {kind} with content")


def _header(block: bytes, intake: Intake) -> _Header:
    if not _has_checksum(block):
        raise _damaged(intake, "a header is missing or was changed")
    name = block[:100].split(b"\0", 1)[0]
    prefix = block[345:500].split(b"\0", 1)[0]
    if block[257:263] == b"ustar\0" and prefix:
        name = prefix + b"/" + name
    size = _number(block[124:136])
    if size is None:
        raise _damaged(intake, f"the size of {shown(decoded(name)[0])} is no number")
    for what, place in _NUMBERS.items():
        field = block[place]
        if field[0] != _BINARY_NEGATIVE and _number(field.split(b"\0", 1)[0] or b"0") is None:
            raise _damaged(intake, f"the {what} of {shown(decoded(name)[0])} is no number")
    return _Header(name, block[156:157], size)


def _is_old_folder(header: _Header) -> bool:
    """Return whether a header is a folder's as the oldest programs write one."""
    return header.flag == b"\0" and header.name.endswith(b"/")


def _has_checksum(block: bytes) -> bool:
    """Return whether a header's bytes add up; some old programs added them with a sign."""
    announced = _number(block[148:156])
    rest = block[:148] + b" " * 8 + block[156:]
    return bool(announced) and announced in (
        sum(rest),
        sum(rest) - 256 * sum(byte > 127 for byte in rest),
    )


def _number(field: bytes) -> int | None:
    """Return a header's number, octal or big-endian, None if it is neither."""
    if field[0] == _BINARY:
        return int.from_bytes(field[1:], "big")
    match = _NUMBER.fullmatch(field)
    return int(match[1] or b"0", 8) if match else None


def _records(payload: bytes, intake: Intake) -> dict[bytes, bytes]:
    """Return the records of an extended header, each `length key=value` and a line's end."""
    records = {}
    place = 0
    while place < len(payload):
        space = payload.find(b" ", place, place + 8)
        digits = payload[place:space] if space > 0 else b""
        following = place + int(digits) if digits.isdigit() else 0
        key, equals, value = payload[space + 1 : following].partition(b"=")
        if not equals or not value.endswith(b"\n") or following > len(payload):
            raise _damaged(intake, "an extended header is not as it must be")
        if key.startswith(b"GNU.sparse"):
            raise intake.error("holds a sparse file; expected ordinary files and folders")
        records[key] = value[:-1]
        place = following
    return records


def _pax_size(records: dict[bytes, bytes], before: int | None, intake: Intake) -> int | None:
    size = records.get(b"size")
    if size is None:
        return before
    if not size.isdigit() or len(size) > 20:
        raise _damaged(intake, "a size is no number")
    return int(size)


class _Stream:
    """The archive's bytes in order, unzipped where they are gzipped."""

    def __init__(self, data: bytes, intake: Intake) -> None:
        self._intake = intake
        self._pieces = _unzipped(data, intake) if data[:2] == GZIP_MAGIC else _cut(data)
        self._waiting = bytearray()

    def take(self, count: int) -> bytes:
        """Return the next bytes; raises SubmissionError if there are fewer."""
        while len(self._waiting) < count:
            piece = next(self._pieces, None)
            if piece is None:
                raise _damaged(self._intake, "it is cut off")
            self._waiting += piece
        taken = bytes(self._waiting[:count])
        del self._waiting[:count]
        return taken

    def take_padded(self, count: int) -> bytes:
        """Return the next bytes, and leave out those that fill up their last block."""
        taken = self.take(count)
        self.take(-count % BLOCK)
        return taken

    def skip_padded(self, count: int) -> None:
        """Leave that many bytes out, and those that fill up their last block."""
        left = count + -count % BLOCK
        while left:
            left -= len(self.take(min(left, _PIECE)))

    def end(self) -> None:
        """Read on to the end; raises SubmissionError if anything but zeros comes."""
        if not (_is_zero(self._waiting) and all(map(_is_zero, self._pieces))):
            raise _damaged(self._intake, "there is more behind its end")


def _is_zero(data: bytes | bytearray) -> bool:
    return not data.strip(b"\0")


def _cut(data: bytes) -> Iterator[bytes]:
    for place in range(0, len(data), _PIECE):
        yield data[place : place + _PIECE]


def _unzipped(data: bytes, intake: Intake) -> Iterator[bytes]:
    """Yield what a gzip file holds, in small pieces; raises SubmissionError past a bound."""
    limits = intake.limits
    stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
    produced = fed = 0
    while fed < len(data) and not stream.eof:
        piece = data[fed : fed + _PIECE]
        fed += len(piece)
        unpacked = b""
        while piece or len(unpacked) == _PIECE:  # a full one may leave more in zlib's hands
            try:
                unpacked = stream.decompress(piece, _PIECE)
            except zlib.error as error:
                raise _damaged(intake, "its gzip layer does not unpack") from error
            piece = stream.unconsumed_tail
            produced += len(unpacked)
            if produced > limits.unpacked_bytes:
                raise intake.error(
                    f"unpacks to more than {size_of(limits.unpacked_bytes)}; expected homework"
                )
            if produced > limits.ratio_from_bytes and produced > limits.ratio * fed:
                raise intake.error(
                    f"is packed more than {limits.ratio} times smaller; expected ordinary files"
                )
            yield unpacked
    if not stream.eof:
        raise _damaged(intake, "its gzip layer is cut off")
    if not (_is_zero(stream.unused_data) and _is_zero(data[fed:])):
        raise _damaged(intake, "there is more behind its gzip layer")

"""Zip archives, read from memory, believed in nothing that can be checked.

Not `zipfile`, which believes sizes, names and places: in versions still in use it reads members
that overlap, reads a table of contents of any length, and meets nonsense with a dozen kinds of
exception. Here each entry is where the table says, once, under the same name in both places,
and becomes exactly the bytes that were announced and admitted, or the archive is refused.

Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.4.
"""

import stat
import struct
import zlib
from dataclasses import dataclass
from typing import Protocol

from grader.errors import SubmissionError
from grader.submission.intake import FILE, FOLDER, Intake, kind_of, size_of
from grader.submission.names import decoded, shown

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # the second begins an empty archive

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_MAX_COMMENT = 0xFFFF
_WIDE = 0xFFFFFFFF  # stands for: see the 64-bit field
_WIDE_FIELD = 1
_ENCRYPTED = 0x0041  # bit 0, and bit 6 for a stronger kind
_STORED, _DEFLATED = 0, 8
_DOS_FOLDER = 0x10


class Data(Protocol):
    """An archive's bytes, in memory or still on disk: only slices of them are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> bytes: ...


@dataclass(frozen=True)
class Member:
    """One entry, as both places describe it."""

    name: bytes
    kind: str
    method: int
    crc: int
    size: int
    header: int  # where its own header begins
    begin: int  # where its packed bytes are
    end: int


def read(data: Data, intake: Intake) -> None:
    """Put the archive's files; raises SubmissionError for what `Intake` or this module refuses."""
    for member in members(data, intake):
        path = intake.admit(member.name, member.kind, member.size)
        if path is not None and member.kind == FILE:
            intake.put(path, content(data, member, intake))


def _damaged(intake: Intake, reason: str) -> SubmissionError:
    return intake.error(f"is a damaged zip archive ({reason}); expected one that can be unpacked")


def members(data: Data, intake: Intake) -> list[Member]:
    """Return the entries in the order of the table of contents, none of which overlap.

    Their contents are not looked at. Raises SubmissionError if there are too many, or the archive
    is damaged or encrypted.
    """
    count, begin, end = _table(data, intake)
    if count > intake.limits.members:
        raise intake.error(f"holds {count} entries; expected {intake.limits.members} at most")
    found = []
    place = begin
    for _ in range(count):
        member, place = _member(data, place, begin, end, intake)
        found.append(member)
    if place != end:
        raise _damaged(intake, "its table of contents has another length than it says")
    free = 0
    for member in sorted(found, key=lambda member: member.header):
        if member.header < free:
            raise _damaged(intake, f"{_shown(member.name)} overlaps another entry")
        free = member.end
    return found


def _table(data: Data, intake: Intake) -> tuple[int, int, int]:
    """Return the table of contents: how many entries it has, where it begins and ends."""
    ends = []
    last = max(0, len(data) - _END.size - _MAX_COMMENT)
    tail = data[last : len(data)]
    place = tail.rfind(b"PK\x05\x06")
    while place >= 0:
        if place + _END.size <= len(tail):
            comment = _END.unpack_from(tail, place)[7]
            if place + _END.size + comment == len(tail):
                ends.append(last + place)
        place = tail.rfind(b"PK\x05\x06", 0, place + 3)
    if len(ends) != 1:
        raise _damaged(intake, "it has two ends" if ends else "its end is missing")
    (end,) = ends
    _, disk, first_disk, here, count, size, begin, _ = _END.unpack(data[end : end + _END.size])
    locator = end - _LOCATOR.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        end = _LOCATOR.unpack(data[locator : locator + _LOCATOR.size])[2]
        _, length, _, _, disk, first_disk, here, count, size, begin = _unpacked(
            _END64, b"PK\x06\x06", data, end, locator, intake
        )
        if end + 12 + length != locator:
            raise _damaged(intake, "its end is not where it says")
    if disk or first_disk or here != count:
        raise _damaged(intake, "it is one part of several")
    if begin + size != end:
        raise _damaged(intake, "its table of contents is not where it says")
    return count, begin, end


def _member(data: Data, place: int, table: int, end: int, intake: Intake) -> tuple[Member, int]:
    """Return the entry at a place of the table of contents, and where the next one is."""
    _, _, _, flags, method, _, _, crc, packed, size, *lengths, _, _, external, header = _unpacked(
        _CENTRAL, b"PK\x01\x02", data, place, end, intake
    )
    name_length, extra_length, comment_length = lengths
    name_end = place + _CENTRAL.size + name_length
    name = data[place + _CENTRAL.size : name_end]
    following = name_end + extra_length + comment_length
    if following > end:
        raise _damaged(intake, "its table of contents is cut off")
    extra = data[name_end : name_end + extra_length]
    size, packed, header = _wide(extra, [size, packed, header], name, intake)
    if flags & _ENCRYPTED:
        raise intake.error(f"{_shown(name)} is encrypted; expected an archive without a password")

    own = _unpacked(_LOCAL, b"PK\x03\x04", data, header, table, intake)
    _, _, own_flags, own_method, _, _, _, _, _, own_name_length, own_extra_length = own
    own_name_end = header + _LOCAL.size + own_name_length
    begin = own_name_end + own_extra_length
    if begin + packed > table:
        raise _damaged(intake, f"{_shown(name)} is cut off")
    own_name = data[header + _LOCAL.size : own_name_end]
    if own_name != name or own_method != method or own_flags & _ENCRYPTED:
        raise _damaged(intake, f"{_shown(name)} is described in two ways")

    kind = _kind(name, external)
    if kind == FOLDER and size:
        raise _damaged(intake, f"{_shown(name)} is a folder with content")
    return Member(name, kind, method, crc, size, header, begin, begin + packed), following


def _unpacked(
    form: struct.Struct, magic: bytes, data: Data, place: int, end: int, intake: Intake
) -> tuple[int, ...]:
    """Return a record's fields if it stands there whole, before `end`."""
    record = data[place : place + form.size] if place + form.size <= end else b""
    if not record.startswith(magic):
        raise _damaged(intake, "a header is missing")
    fields: tuple[int, ...] = form.unpack(record)
    return fields


def _wide(extra: bytes, values: list[int], name: bytes, intake: Intake) -> list[int]:
    """Return size, packed size and place, read from the 64-bit field where they are said to be.

    Programs that write an archive as a stream use that field for small files too.
    """
    if _WIDE not in values:
        return values
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if kind == _WIDE_FIELD:
            found = [place + 4 + 8 * index for index in range(values.count(_WIDE))]
            if 8 * len(found) > length or found[-1] + 8 > len(extra):
                break
            rest = iter(found)
            return [
                int(struct.unpack_from("<Q", extra, next(rest))[0]) if value == _WIDE else value
                for value in values
            ]
        place += 4 + length
    raise _damaged(intake, f"the size of {_shown(name)} is missing")


def _kind(name: bytes, external: int) -> str:
    """Return what an entry is; Unix programs say it in the upper half of the attributes."""
    mode = external >> 16
    if name.endswith((b"/", b"\\")) and stat.S_IFMT(mode) in (0, stat.S_IFDIR, stat.S_IFREG):
        return FOLDER
    if stat.S_IFMT(mode):
        return kind_of(mode)
    return FOLDER if external & _DOS_FOLDER else FILE


def content(data: Data, member: Member, intake: Intake) -> bytes:
    """Return the entry's bytes: `size` of them, which was admitted, and never more on the way.

    Raises SubmissionError if they are others than was said, or packed as no ordinary file is.
    """
    limits = intake.limits
    if member.end - member.begin > limits.archive_bytes:  # of one on disk, which is not bounded
        raise intake.error(
            f"{_shown(member.name)} is larger than {size_of(limits.archive_bytes)}; "
            "expected a smaller file"
        )
    packed = data[member.begin : member.end]
    if member.size > limits.ratio_from_bytes and member.size > limits.ratio * len(packed):
        raise intake.error(
            f"{_shown(member.name)} is packed more than {limits.ratio} times smaller; "
            "expected ordinary files"
        )
    if member.method == _STORED:
        found = packed
    elif member.method == _DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            found = stream.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise _damaged(intake, f"{_shown(member.name)} does not unpack") from error
        if not stream.eof or stream.unused_data:
            raise _damaged(intake, f"{_shown(member.name)} does not end where it says")
    else:
        raise intake.error(
            f"{_shown(member.name)} is packed by the rare method {member.method}; "
            "expected an ordinary zip archive"
        )
    if len(found) != member.size or zlib.crc32(found) != member.crc:
        raise _damaged(intake, f"{_shown(member.name)} has other bytes than it says")
    return found


def _shown(name: bytes) -> str:
    return shown(decoded(name)[0])

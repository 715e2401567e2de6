"""Uploads: whatever the bytes and names, bounded files or one sentence."""

import contextlib
import gzip
import io
import os
import random
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from grader.errors import SubmissionError
from grader.submission import DEFAULT_LIMITS, id_of, names, read, tars, zips
from grader.submission.intake import FILE, FOLDER, Intake
from tests.fuzz.notebooks import change_notebook, notebooks

TASKS = ["glorot_init", "lstm"]
NAMES = [
    *("hw.zip", "hw.tar", "hw.tar.gz", "hw.tgz", "lstm.py", "lstm.ipynb", "glorot_init (1).py"),
    *("hw.txt", "hw", "lstm.ipynb.json", "Copy of lstm.py.txt", "given.py", ".ipynb", "Ä.ZIP"),
]


# ---- what must hold ------------------------------------------------------------------------------


def check_zip(data: bytes) -> None:
    """A zip archive is refused, or holds the files that Python's own reader finds in it."""
    intake = _taken_in(zips.read, data)
    if intake is None:
        return
    _is_bounded(intake.files)
    others = _by_zipfile(data)
    assert others is None or set(intake.files.values()) <= others, "read otherwise than by zipfile"


def check_tar(data: bytes) -> None:
    """A tar archive is refused, or holds the files that Python's own reader finds in it."""
    intake = _taken_in(tars.read, data)
    if intake is None:
        return
    _is_bounded(intake.files)
    others = _by_tarfile(data)
    assert others is None or set(intake.files.values()) <= others, "read otherwise than by tarfile"


def check_submission(data: bytes) -> None:
    """A file is refused in one sentence, or is a submission; its first byte chooses its name."""
    name = NAMES[data[0] % len(NAMES)] if data else "hw"
    path = _folder() / name
    path.write_bytes(data[1:])
    try:
        submission = read(path, TASKS)
    except SubmissionError as error:
        _is_a_sentence(error, name)
        return
    finally:
        path.unlink()
    _is_bounded(submission.files)
    assert set(submission.answers.values()) <= submission.files.keys()
    assert submission.answers.keys() <= set(TASKS)
    assert all(note.isprintable() for note in submission.notes)
    assert list(submission.files) == sorted(submission.files)


def check_names(data: bytes) -> None:
    """Lines are names of one container: each is refused, left out or made safe, none twice."""
    intake = Intake("hw", DEFAULT_LIMITS)
    seen: dict[str, bytes] = {}
    for raw in data.split(b"\n")[:50]:
        kind = FOLDER if raw.endswith(b"/") else FILE
        try:
            path = intake.admit(raw, kind, 1)
        except SubmissionError as error:
            _is_a_sentence(error, "hw")
            continue
        text, _ = names.decoded(raw)
        assert names.shown(text).isprintable()
        assert len(names.shown(text)) <= names.MAX_SHOWN + 12
        if path is None:
            continue
        _is_safe(path)
        if kind == FILE:
            key = names.key(path)
            assert key not in seen, (seen[key], raw)
            seen[key] = raw
            intake.put(path, b"x")
        _is_fit_for_a_file(id_of(Path("class", path.replace("/", " "))))
    assert all(note.isprintable() for note in intake.notes)


def _taken_in(reader: Callable[[bytes, Intake], None], data: bytes) -> Intake | None:
    intake = Intake("hw", DEFAULT_LIMITS)
    try:
        reader(data, intake)
    except SubmissionError as error:
        _is_a_sentence(error, "hw")
        return None
    assert all(note.isprintable() for note in intake.notes)
    return intake


def _is_a_sentence(error: SubmissionError, name: str) -> None:
    text = str(error)
    assert text.startswith(f"{name}: "), text
    assert "expected" in text
    assert text.isprintable(), text
    assert len(text) < 1000


def _is_bounded(files: object) -> None:
    assert isinstance(files, dict)
    assert len(files) <= DEFAULT_LIMITS.files
    assert sum(map(len, files.values())) <= DEFAULT_LIMITS.total_bytes
    for path, data in files.items():
        _is_safe(path)
        assert len(data) <= DEFAULT_LIMITS.file_bytes


def _is_safe(path: str) -> None:
    """A path that any file system takes, inside the folder, and that looks as it is."""
    parts = path.split("/")
    assert not {"", ".", ".."} & set(parts), path
    assert "\\" not in path
    assert not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path), path
    assert unicodedata.normalize("NFC", path) == path
    assert len(path.encode("utf-8")) <= DEFAULT_LIMITS.path_bytes
    assert Path("/x", path).resolve().is_relative_to("/x")


def _is_fit_for_a_file(own_id: str) -> None:
    assert own_id
    assert "/" not in own_id
    assert len(own_id.encode("utf-8")) <= 100
    assert own_id[0] not in "-."
    assert own_id.isprintable()


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(dir=os.environ.get("FUZZ_FOLDER")))


def _by_zipfile(data: bytes) -> set[bytes] | None:
    """Return what files zipfile finds, None if it cannot read them all."""
    with contextlib.suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = set()
        for info in archive.infolist():
            if info.file_size <= DEFAULT_LIMITS.file_bytes and info.compress_type in (0, 8):
                found.add(archive.read(info))
        return found
    return None


def _by_tarfile(data: bytes) -> set[bytes] | None:
    with (
        contextlib.suppress(Exception),
        tarfile.open(fileobj=io.BytesIO(data), mode="r:*") as archive,
    ):
        found = set()
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None and member.size <= DEFAULT_LIMITS.file_bytes:
                found.add(content.read(DEFAULT_LIMITS.file_bytes + 1))
        return found
    return None


# ---- where to begin ------------------------------------------------------------------------------

FILES = {
    "hw/lstm.py": b"def lstm(): ...\n",
    "hw/" + "n" * 60 + "/" + "n" * 60 + ".csv": b"1," * 400,
    "hw/.DS_Store": b"junk",
    "hw/é.txt": b"",
    "hw/empty/": b"",
}


def zip_files() -> list[bytes]:
    """Return zip archives as different programs write them."""
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, data in FILES.items():
                archive.writestr(name, data)
        made.append(buffer.getvalue())
    wide = io.BytesIO()
    with (
        zipfile.ZipFile(wide, "w") as archive,
        archive.open("lstm.py", "w", force_zip64=True) as file,
    ):
        file.write(b"x = 1")
    return [*made, wide.getvalue(), b"PK\5\6" + bytes(18)]


def tar_files() -> list[bytes]:
    """Return tar archives of every form, plain and gzipped."""
    made = []
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            for name, data in FILES.items():
                member = tarfile.TarInfo(name)
                member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
                member.size = len(data)
                member.pax_headers = {"comment": "é"} if form == tarfile.PAX_FORMAT else {}
                archive.addfile(member, io.BytesIO(data))
        made.append(_shortened(buffer.getvalue()))
    return [*made, *(gzip.compress(data, mtime=0) for data in made)]


def uploads() -> list[bytes]:
    """Return whole uploads of every kind, each under a fitting name and a wrong one."""
    kinds = [("hw.zip", zip_files()), ("hw.tar.gz", tar_files()), ("lstm.ipynb", notebooks()[:3])]
    kinds.append(("lstm.py", [b"def lstm(): ...\n", b"", b"%PDF-1.7"]))
    return [
        bytes([NAMES.index(own)]) + data
        for name, wholes in kinds
        for data in wholes
        for own in (name, "hw.txt")
    ]


def lists_of_names() -> list[bytes]:
    """Return lists of names that are safe, unsafe, junk or alike."""
    lines = [
        *("lstm.py", "a/b/c.py", "Lstm.PY", "../x.py", "/x.py", "C:\\x.py", "a\\b.py", "a//./b.py"),
        *("__MACOSX/._a.py", "Icon\r", "é.py", "e\u0301.py", "ﬁ.py", "ß.py", "ss.py", "İ.py", "x/"),
        *("a\u202eyp.py", "n" * 300 + ".py", "/".join("abcdefghijklm") + ".py", "lstm.ipynb.txt"),
    ]
    every = "\n".join(lines).encode()
    return [every, b"\xff\xfe.py\n\x82.py\n" + "é.py".encode("cp437"), *(x.encode() for x in lines)]


def _shortened(data: bytes) -> bytes:
    """Return a tar without most of the zeros at its end, so that changes hit what matters."""
    plain = data.rstrip(b"\0")
    return plain + bytes(-len(plain) % 512 + 1024)


# ---- what to change ------------------------------------------------------------------------------

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
PATHS = [
    *(b"lstm.py", b"a/lstm.py", b"../lstm.py", b"/lstm.py", b"LSTM.py", b"a", b"a/", b"", b"x\0y"),
    *(b"..\\lstm.py", b"C:lstm.py", b"\xff.py", b"a.csv", b".git/x", b"n" * 256, b"d/" * 12),
]


@dataclass(frozen=True)
class _Entry:
    """An entry of a zip archive, with what its two headers say."""

    name: bytes
    packed: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    extra: bytes
    external: int
    own_name: bytes
    back: int  # how far before its place it is said to be


def change_zip(data: bytes, rng: random.Random) -> bytes:
    """Return the archive with its entries changed and all places and lengths made anew."""
    entries = _entries(data) or _entries(rng.choice(zip_files()[:2]))
    for _ in range(rng.choice([1, 1, 2, 4])):
        if not entries:
            break
        place = rng.randrange(len(entries))
        match rng.choice(["entry"] * 8 + ["double", "remove", "many"]):
            case "entry":
                entries[place] = _changed_entry(entries[place], rng)
            case "double":
                entries.append(entries[place])
            case "remove":
                del entries[place]
            case _:
                one = entries[place]
                number = rng.choice([3, 3, 3, 3, 3, 3, 3, 3, 3, 260])
                entries += [replace(one, name=b"%d.py" % i, own_name=b"%d.py" % i)
                            for i in range(number)]  # fmt: skip
    return _zipped(entries, rng)


def _entries(data: bytes) -> list[_Entry]:
    """Return what stands in the table of contents, as far as it can be understood."""
    found: list[_Entry] = []
    place = data.find(b"PK\1\2")
    while place >= 0 and place + _CENTRAL.size <= len(data) and len(found) < 300:
        _, _, _, flags, method, _, _, crc, packed, size, name, extra, note, _, _, external, at = (
            _CENTRAL.unpack_from(data, place)
        )
        begin = place + _CENTRAL.size
        own_name, content = b"", b""
        if at + _LOCAL.size <= len(data):
            *_, own_length, own_extra = _LOCAL.unpack_from(data, at)
            own_begin = at + _LOCAL.size
            own_name = data[own_begin : own_begin + own_length]
            content = data[own_begin + own_length + own_extra :][: min(packed, 70_000)]
        found.append(
            _Entry(
                name=data[begin : begin + name],
                packed=content,
                flags=flags,
                method=method,
                crc=crc,
                packed_size=packed,
                size=size,
                extra=data[begin + name : begin + name + extra],
                external=external,
                own_name=own_name,
                back=0,
            )
        )
        place = data.find(b"PK\1\2", begin + name + extra + note)
    return found


def _changed_entry(entry: _Entry, rng: random.Random) -> _Entry:
    number = rng.choice(
        [0, 1, min(entry.size + 1, 2**32 - 1), max(0, entry.size - 1), 2**31, 2**32 - 1]
    )
    match rng.choice(["content"] * 4 + ["name"] * 3 + ["own_name", "size", "packed_size", "wide"]
                     + ["crc", "method", "flags", "mode", "back", "extra", "behind"]):  # fmt: skip
        case "content":
            data = rng.choice(
                [
                    b"",
                    b"x",
                    b"PK\5\6" + bytes(18),
                    bytes(3000),
                    bytes(2**21 if rng.random() < 0.02 else 999),
                ]
            )
            stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = stream.compress(data) + stream.flush() if entry.method == 8 else data[:9000]
            size = len(data) if entry.method == 8 else len(packed)
            crc = zlib.crc32(data[:size])
            return replace(entry, packed=packed, packed_size=len(packed), size=size, crc=crc)
        case "name":
            name = rng.choice(PATHS)
            return replace(entry, name=name, own_name=name)
        case "own_name":
            return replace(entry, own_name=rng.choice(PATHS))
        case "size":
            return replace(entry, size=number)
        case "packed_size":
            return replace(entry, packed_size=number)
        case "wide":
            wide = struct.pack("<2H2Q", 1, 16, entry.size, entry.packed_size)
            return replace(entry, size=2**32 - 1, packed_size=2**32 - 1, extra=wide)
        case "crc":
            return replace(entry, crc=rng.choice([0, entry.crc ^ 1]))
        case "method":
            return replace(entry, method=rng.choice([0, 8, 9, 12, 14, 99]))
        case "flags":
            return replace(entry, flags=rng.choice([0, 1, 8, 64, 2048, 65535]))
        case "mode":
            mode = rng.choice([0, 0o100644, 0o040755, 0o120777, 0o010644, 0o060644, 0o170000])
            return replace(entry, external=mode << 16 | rng.choice([0, 16]))
        case "back":
            return replace(entry, back=rng.choice([1, 30, 60, 200]))
        case "extra":
            return replace(entry, extra=rng.randbytes(rng.choice([1, 4, 12, 20])))
        case _:
            packed = entry.packed + rng.choice([b"\0", b"PK\1\2", entry.packed])
            return replace(entry, packed=packed, packed_size=len(packed))


def _zipped(entries: list[_Entry], rng: random.Random) -> bytes:
    body, table = b"", b""
    for entry in entries:
        both = (entry.method, 0, 0, entry.crc, entry.packed_size, entry.size)
        at = max(0, len(body) - entry.back)
        lengths = (len(entry.own_name), 0)
        body += _LOCAL.pack(b"PK\3\4", 20, entry.flags, *both, *lengths)
        body += entry.own_name + entry.packed
        rest = (len(entry.name), len(entry.extra), 0, 0, 0, entry.external, at)
        table += _CENTRAL.pack(b"PK\1\2", 788, 20, entry.flags, *both, *rest)
        table += entry.name + entry.extra
    count = len(entries) if rng.random() < 0.95 else rng.choice([0, 1, 65535])
    comment = rng.choice([b""] * 9 + [b"PK\5\6" + bytes(18)])
    end = (count, count, len(table), len(body), len(comment))
    wide = b""
    if rng.random() < 0.1:
        place = len(body) + len(table)
        wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, *end[2:4])
        wide += struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    return body + table + wide + _END.pack(b"PK\5\6", 0, 0, *end) + comment


def change_tar(data: bytes, rng: random.Random) -> bytes:
    """Return the archive with blocks changed; headers add up again, mostly."""
    plain = _gunzipped(data) if data[:2] == b"\x1f\x8b" else data
    blocks = [plain[place : place + 512] for place in range(0, len(plain), 512)]
    for _ in range(rng.choice([1, 1, 2, 4])):
        place = rng.randrange(len(blocks) + 1)
        match rng.choice(["header"] * 5 + ["field"] * 5 + ["double", "remove", "content"]):
            case "header":
                blocks[place:place] = _made_header(rng)
            case "field" if place < len(blocks):
                blocks[place] = _changed_header(blocks[place], rng)
            case "double":
                blocks[place:place] = blocks[place : place + rng.choice([1, 2, 3])]
            case "remove":
                del blocks[place : place + 1]
            case _:
                blocks[place:place] = [bytes(512)] * rng.choice([1, 2])
    if rng.random() < 0.9:
        blocks = [_added_up(block) for block in blocks]
    plain = b"".join(blocks)
    return gzip.compress(plain, 1, mtime=0) if rng.random() < 0.2 else plain


def _gunzipped(data: bytes) -> bytes:
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj(31).decompress(data, 100_000)
    return b""


def _made_header(rng: random.Random) -> list[bytes]:
    """Return the blocks of a new entry of any kind."""
    kind = rng.choice([b"x", b"g", b"L", b"K", b"0", b"\0", b"5", b"2", b"1", b"S", b"7", b"X"])
    record = rng.choice([b"path=a.py", b"path=../x", b"size=0", b"size=700", b"size=-1", b"x=y"])
    record = rng.choice([record, b"GNU.sparse.size=5", b"path=" + rng.choice(PATHS)])
    length = next(n for n in range(1, 99_999) if n == len(record) + 2 + len(str(n)))
    payload = b"%d %s\n" % (length, record) if kind in b"xgX" else rng.choice(PATHS) + b"\0"
    payload *= rng.choice([1, 1, 2])
    block = bytearray(512)
    name = rng.choice(PATHS)[:100]
    block[: len(name)] = name
    block[124:136] = b"%011o\0" % len(payload)
    block[156:157] = kind
    block[257:265] = rng.choice([b"ustar\x0000", b"ustar  \0"])
    padded = payload + bytes(-len(payload) % 512)
    return [bytes(block), *(padded[i : i + 512] for i in range(0, len(padded), 512))]


def _changed_header(block: bytes, rng: random.Random) -> bytes:
    fields: dict[tuple[int, int], list[bytes]] = {
        (0, 100): [name[:100].ljust(100, b"\0") for name in PATHS],
        (124, 136): [b"%011o\0" % rng.choice([0, 1, 511, 512, 700, 8**11 - 1]), b"\xff" * 12,
                     b"\x80" + bytes(10) + b"\1", b" " * 12, b"-1".ljust(12), b"12 34".ljust(12)],
        (156, 157): [bytes([rng.randrange(256)]), b"x", b"L", b"5", b"0"],
        (257, 263): [b"ustar\0", b"ustar ", b"\0" * 6],
        (345, 500): [b"p" * 155, b"..".ljust(155, b"\0"), b"\0" * 155],
    }  # fmt: skip
    (begin, end), choices = rng.choice(list(fields.items()))
    return block[:begin] + rng.choice(choices) + block[end:]


def _added_up(block: bytes) -> bytes:
    if len(block) < 512 or block[257:262] != b"ustar":
        return block
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


def change_upload(data: bytes, rng: random.Random) -> bytes:
    """Return the upload under another name or, mostly, changed as its kind is."""
    first, rest = data[:1] or b"\0", data[1:]
    if rng.random() < 0.1:
        return bytes([rng.randrange(len(NAMES))]) + rest
    if rest[:2] == b"PK":
        return first + change_zip(rest, rng)
    if rest[:1] == b"{":
        return first + change_notebook(rest, rng)
    return first + change_tar(rest, rng)


def change_names(data: bytes, rng: random.Random) -> bytes:
    """Return the list with names joined, doubled or put together anew."""
    lines = data.split(b"\n")
    place = rng.randrange(len(lines))
    piece = rng.choice([b"/", b"..", b".", b"\\", b"\0", b"\r", b" ", b":", b"~", b".py", b".txt",
                        "\u0301".encode(), "\u202e".encode(), "\u2028".encode(), "ǆ".encode(),
                        "\U0001f600".encode(), "ſ".encode(), b"\xff", b"\xc3", b"(1)",
                        rng.choice(PATHS)])  # fmt: skip
    at = rng.randrange(len(lines[place]) + 1)
    line = lines[place][:at] + piece + lines[place][at:]
    if rng.random() < 0.3:
        line = names.decoded(line)[0].swapcase().encode("utf-8", "replace")
    if rng.random() < 0.5:
        lines.append(line)
    else:
        lines[place] = line
    return b"\n".join(lines)

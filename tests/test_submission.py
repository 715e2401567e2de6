"""Whatever a student uploads becomes bounded data with a note, or one clear sentence."""

import gzip
import hashlib
import io
import os
import random
import socket
import stat
import struct
import subprocess
import tarfile
import tempfile
import time
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.submission import IntakeLimits, Submission, id_of, read
from grader.submission.intake import MIB, Intake
from grader.submission.names import junk
from tests.fuzz.targets import TARGETS

TASKS = ["glorot_init", "lstm"]
CODE = b"def glorot_init(): ...\n"
OTHER = b"def lstm(): ...\n"
FUZZ = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def folder(path: Path, files: Mapping[str, bytes]) -> Path:
    path.mkdir()
    for name, data in files.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return path


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: Mapping[str, bytes], form: int = tarfile.PAX_FORMAT) -> Path:
    with tarfile.open(path, "w:gz" if path.suffix != ".tar" else "w", format=form) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


CONTAINERS: dict[str, Callable[[Path, Mapping[str, bytes]], Path]] = {
    "hw": folder,
    "hw.zip": zipped,
    "hw.tar": tarred,
    "hw.tar.gz": tarred,
}
in_every_container = pytest.mark.parametrize("entry", CONTAINERS)
ARCHIVES: dict[str, Callable[[Path, Mapping[str, bytes]], Path]] = {
    "hw.zip": zipped,
    "hw.tar.gz": tarred,
}
in_every_archive = pytest.mark.parametrize("entry", ARCHIVES)


def zip_with(path: Path, name: str, data: bytes = b"", *, mode: int = 0, flags: int = 0) -> Path:
    """Write an archive of one entry whose headers say so."""
    packed = zlib.compress(data)[2:-4]
    raw = name.encode()
    common = struct.pack("<4H3L", flags, 8, 0, 0, zlib.crc32(data), len(packed), len(data))
    local = struct.pack("<4sH", b"PK\3\4", 20) + common + struct.pack("<2H", len(raw), 0)
    central = struct.pack("<4s2H", b"PK\1\2", 3 << 8 | 20, 20) + common
    central += struct.pack("<5H2L", len(raw), 0, 0, 0, 0, mode << 16, 0) + raw
    body = local + raw + packed
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(body), 0)
    path.write_bytes(body + central + end)
    return path


def tar_with(path: Path, member: tarfile.TarInfo, data: bytes = b"") -> Path:
    with tarfile.open(path, "w") as archive:
        archive.addfile(member, io.BytesIO(data))
    return path


def refusal(path: Path, limits: IntakeLimits | None = None) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(path, TASKS, limits or IntakeLimits())
    sentence = str(caught.value)
    assert sentence.startswith(f"{path.name}: ")
    assert "expected" in sentence
    assert sentence.isprintable()
    assert str(path.parent) not in sentence
    return sentence


def noted(submission: Submission, *words: str) -> bool:
    return any(all(word in note for word in words) for note in submission.notes)


# ---- what comes back ---------------------------------------------------------------------


@in_every_container
def test_files_and_answers_come_back(tmp_path: Path, entry: str) -> None:
    files = {"glorot_init.py": CODE, "lstm.ipynb": b"{}", "table.csv": b"1,2\n"}

    submission = read(CONTAINERS[entry](tmp_path / entry, files), TASKS)

    assert submission.id == "hw"
    assert submission.files == files
    assert submission.answers == {"glorot_init": "glorot_init.py", "lstm": "lstm.ipynb"}
    assert submission.notes == ()


def test_one_file_is_a_submission(tmp_path: Path) -> None:
    path = tmp_path / "glorot_init.py"
    path.write_bytes(CODE)

    submission = read(path, TASKS)

    assert submission.id == "glorot_init"
    assert submission.files == {"glorot_init.py": CODE}
    assert submission.answers == {"glorot_init": "glorot_init.py"}


@in_every_container
def test_hash_is_of_the_files_alone(tmp_path: Path, entry: str) -> None:
    """Neither container nor order, time, junk or leading folder count; a byte does."""
    first = {"glorot_init.py": CODE, "sub/b.csv": b"2", "sub/a.csv": b"1"}
    again = {f"Homework 1/{name}": data for name, data in reversed(first.items())}
    again["Homework 1/.DS_Store"] = b"junk"
    plain = folder(tmp_path / "plain", first)
    os.utime(plain / "glorot_init.py", (1, 1))
    changed = folder(tmp_path / "changed", first | {"sub/a.csv": b"0"})

    submission = read(CONTAINERS[entry](tmp_path / entry, again), TASKS)

    assert submission.sha256 == read(plain, TASKS).sha256
    assert submission.sha256 != read(changed, TASKS).sha256
    assert list(submission.files) == sorted(submission.files)


def test_hash_tells_where_one_file_ends(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", {"a.py": b"xb.py", "b.py": b""})
    two = folder(tmp_path / "two", {"a.py": b"x", "b.py": b"b.py"})

    assert read(one, TASKS).sha256 != read(two, TASKS).sha256


def test_received_is_the_time_of_the_entry(tmp_path: Path) -> None:
    path = zipped(tmp_path / "hw.zip", {"lstm.py": OTHER})
    os.utime(path, (1_700_000_000, 1_700_000_000))

    assert read(path, TASKS).received == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@in_every_container
def test_students_bytes_stay_as_they_are(tmp_path: Path, entry: str) -> None:
    """Nothing is parsed here: a syntax error, an empty file and NULs are the cell's business."""
    files = {"glorot_init.py": b"", "lstm.py": b"def (\0\xff\r\n"}

    assert read(CONTAINERS[entry](tmp_path / entry, files), TASKS).files == files


@in_every_container
def test_submission_without_python_is_one_without_answers(tmp_path: Path, entry: str) -> None:
    submission = read(CONTAINERS[entry](tmp_path / entry, {"report.pdf": b"%PDF-"}), TASKS)

    assert submission.answers == {}
    assert submission.files == {}
    assert noted(submission, "no Python file and no notebook")
    assert noted(submission, "left out", "report.pdf")


@pytest.mark.parametrize("entry", CONTAINERS)
def test_empty_container_is_one_without_answers(tmp_path: Path, entry: str) -> None:
    assert read(CONTAINERS[entry](tmp_path / entry, {}), TASKS).answers == {}


@pytest.mark.parametrize(
    "name, expected",
    [
        ("ann.zip", "ann"),
        ("ann.tar.gz", "ann"),
        ("Ann Lee_17_assignsubmission_file_", "Ann_Lee_17_assignsubmission_file"),
        ("王小明.ipynb", "王小明"),
        ("O'Neil; rm -rf *.py", "O_Neil_rm_-rf"),
        ("--help.zip", "help"),
        ("....py", "submission"),
        ("=1+1|x.py", "=1+1_x"),
    ],
)
def test_id_is_fit_for_a_file_name(name: str, expected: str) -> None:
    assert id_of(Path("class", name)) == expected


def test_long_ids_stay_apart() -> None:
    one, two = (id_of(Path("é" * 100 + end)) for end in "xy")

    assert one != two
    assert len(one.encode()) <= 100


def test_current_folder_has_the_id_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder(tmp_path / "ann", {"lstm.py": OTHER}))

    assert read(Path(), TASKS).id == "ann"


# ---- which file answers which task -------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("Glorot_Init.py", "glorot init.py", "glorot-init.py", "GLOROT_INIT.PY"),
        *("glorot_init (1).py", "glorot_init(2).py", "glorot_init - Copy.py", "glorot_init-1.py"),
        *("glorot_init - Kopie (3).py", "glorot_init copy 2.py", "Copy of glorot_init.py"),
        *("glorot_init.py.txt", "Glorot Init (1) (1).py.txt"),
    ],
)
@in_every_archive
def test_name_that_is_nearly_right_is_taken_with_a_note(
    tmp_path: Path, entry: str, name: str
) -> None:
    path = ARCHIVES[entry](tmp_path / entry, {name: CODE, "lstm.py": OTHER})

    submission = read(path, TASKS)

    assert submission.answers == {"glorot_init": "glorot_init.py", "lstm": "lstm.py"}
    assert submission.files["glorot_init.py"] == CODE
    assert submission.notes == (f"took `{name}` as `glorot_init.py`",)


@pytest.mark.parametrize("name", ["lstm (2).ipynb", "lstm.ipynb.txt", "Lstm.ipynb.json"])
def test_notebook_of_a_nearly_right_name_ends_as_notebooks_do(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path / "hw", {name: b"{}", "glorot_init.py": CODE})

    assert read(path, TASKS).answers["lstm"] == "lstm.ipynb"


def test_number_that_belongs_to_the_task_is_no_mark_of_a_copy(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"conv-1.py": CODE, "a__b.py": OTHER})

    assert read(path, ["conv", "conv_1", "a__b"]).answers == {
        "conv_1": "conv_1.py",
        "a__b": "a__b.py",
    }


@pytest.mark.parametrize(
    "better, worse",
    [
        ("glorot_init.py", "glorot_init (1).py"),
        ("old/glorot_init.py", "Glorot_Init.py"),
        ("glorot_init.py", "glorot_init.ipynb"),
        ("glorot_init.py", "old/glorot_init.py"),
        ("glorot_init.ipynb", "old/glorot_init.py"),
        ("glorot_init (1).py", "old/glorot_init (2).py"),
    ],
)
def test_of_two_files_the_better_named_answers(tmp_path: Path, better: str, worse: str) -> None:
    path = folder(tmp_path / "hw", {better: CODE, worse: b"old", "lstm.py": OTHER})

    submission = read(path, TASKS)

    assert submission.files[submission.answers["glorot_init"]] == CODE
    assert f"took `{better}` for glorot_init, not `{worse}`" in submission.notes


@in_every_container
def test_two_files_that_answer_equally_well_are_refused(tmp_path: Path, entry: str) -> None:
    files = {"a/glorot_init.py": CODE, "b/glorot_init.py": b"old"}

    sentence = refusal(CONTAINERS[entry](tmp_path / entry, files))

    assert "`a/glorot_init.py` and `b/glorot_init.py` both answer glorot_init" in sentence


def test_two_equal_files_are_one_answer(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"a/lstm.py": OTHER, "b/lstm.py": OTHER})

    submission = read(path, TASKS)

    assert submission.answers == {"lstm": "lstm.py"}
    assert noted(submission, "took `a/lstm.py` for lstm, not `b/lstm.py`")


@in_every_container
def test_folder_of_the_answers_becomes_the_root(tmp_path: Path, entry: str) -> None:
    files = {
        "Ann/hw 1/code/glorot_init.py": CODE,
        "Ann/hw 1/code/lstm.py": OTHER,
        "Ann/hw 1/code/data/table.csv": b"1",
        "Ann/hw 1/notes.txt": b"hello",
    }

    submission = read(CONTAINERS[entry](tmp_path / entry, files), TASKS)

    assert list(submission.files) == ["data/table.csv", "glorot_init.py", "lstm.py"]
    assert submission.notes == (
        "left out `Ann/hw 1/notes.txt`: outside `Ann/hw 1/code`, where answers lie",
    )


def test_answers_in_several_folders_keep_them(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"x/task1/glorot_init.py": CODE, "x/task2/LSTM.py": OTHER})

    submission = read(path, TASKS)

    assert submission.answers == {"glorot_init": "task1/glorot_init.py", "lstm": "task2/lstm.py"}


@in_every_container
@pytest.mark.parametrize("name", ["My homework.ipynb", "deep/solution.py"])
def test_the_only_file_answers_every_task(tmp_path: Path, entry: str, name: str) -> None:
    files = {name: CODE, "given.py": b"", "deep/__init__.py": b"", "table.csv": b"1"}

    submission = read(CONTAINERS[entry](tmp_path / entry, files), TASKS)

    assert submission.answers == dict.fromkeys(TASKS, Path(name).name)
    assert noted(submission, f"took `{name}` for every task")


def test_two_files_of_other_names_answer_nothing(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"x/part1.py": CODE, "x/part2.py": OTHER})

    submission = read(path, TASKS)

    assert submission.answers == {}
    assert list(submission.files) == ["part1.py", "part2.py"]
    assert noted(submission, "found no answer", "`x/part1.py`, `x/part2.py`")


def test_helper_is_kept_beside_and_named(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"lstm.py": OTHER, "utils.py": b"", "pkg/more.py": b""})

    submission = read(path, TASKS)

    assert list(submission.files) == ["lstm.py", "pkg/more.py", "utils.py"]
    assert submission.answers == {"lstm": "lstm.py"}
    assert submission.notes == (
        "kept `pkg/more.py`, `utils.py` beside the answers: no task has such a name",
    )


def test_file_is_not_renamed_onto_another(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"LSTM-1.py": OTHER, "lstm.py/x.csv": b"1"})

    submission = read(path, TASKS)

    assert submission.answers == {"lstm": "LSTM-1.py"}
    assert set(submission.files) == {"LSTM-1.py", "lstm.py/x.csv"}


# ---- what is left out --------------------------------------------------------------------


@in_every_container
@pytest.mark.parametrize(
    "name, named",
    [
        ("__MACOSX/hw/._lstm.py", "__MACOSX/"),
        ("hw/.DS_Store", "hw/.DS_Store"),
        ("hw/Thumbs.db", "hw/Thumbs.db"),
        ("hw/desktop.ini", "hw/desktop.ini"),
        ("hw/.git/objects/ab/cdef", "hw/.git/"),
        ("hw/.ipynb_checkpoints/lstm-checkpoint.ipynb", "hw/.ipynb_checkpoints/"),
        ("hw/__pycache__/lstm.cpython-311.pyc", "hw/__pycache__/"),
        ("hw/lstm.pyc", "hw/lstm.pyc"),
        ("hw/.secret.py", "hw/.secret.py"),
        ("hw/venv/lib/lstm.py", "hw/venv/"),
        ("hw/lstm.py~", "hw/lstm.py~"),
        ("hw/Icon\r", "hw/Icon\\r"),
    ],
)
def test_junk_is_ignored_with_a_note(tmp_path: Path, entry: str, name: str, named: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {"hw/lstm.py": OTHER, name: b"junk"})

    submission = read(path, TASKS)

    assert submission.files == {"lstm.py": OTHER}
    assert submission.notes in ((f"ignored `{named}`",), (f"ignored `{named.rstrip('/')}`",))


@in_every_container
def test_only_code_and_small_data_are_kept(tmp_path: Path, entry: str) -> None:
    files = {
        "lstm.py": OTHER,
        "w.pt": b"PK\3\4",
        "x.NPY": b"",
        "answers.md": b"local",
        "report.pdf": b"",
        "Makefile": b"",
        "all.zip": b"PK\5\6",
        "a.tar.gz": b"",
    }

    submission = read(CONTAINERS[entry](tmp_path / entry, files), TASKS)

    assert set(submission.files) == {"lstm.py", "w.pt", "x.NPY", "answers.md"}
    assert noted(submission, "left out `report.pdf`: neither code nor data")
    assert noted(submission, "left out `Makefile`")
    assert noted(submission, "left out `all.zip`: an archive inside is not opened")
    assert noted(submission, "left out `a.tar.gz`: an archive inside is not opened")


@in_every_container
def test_large_data_is_left_out(tmp_path: Path, entry: str) -> None:
    files = {"lstm.py": OTHER, "train.csv": random.Random(0).randbytes(3000)}

    submission = read(
        CONTAINERS[entry](tmp_path / entry, files), TASKS, IntakeLimits(file_bytes=2048)
    )

    assert submission.files == {"lstm.py": OTHER}
    assert submission.notes == ("left out `train.csv`: larger than 2 KiB",)


@in_every_container
@pytest.mark.parametrize("name", ["lstm.py", "lstm.ipynb", "helper.py"])
def test_large_code_is_refused(tmp_path: Path, entry: str, name: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {name: b"#" * 3000})

    sentence = refusal(path, IntakeLimits(file_bytes=2048))

    assert f"`{name}` is larger than 2 KiB" in sentence


def test_notes_are_few_however_much_is_left_out(tmp_path: Path) -> None:
    files = {f"page{index}.html": b"" for index in range(500)}

    notes = read(zipped(tmp_path / "hw.zip", files), TASKS).notes

    assert len(notes) < 50
    assert "and 460 more of these" in notes


def test_archive_made_on_a_mac(tmp_path: Path) -> None:
    """As Finder packs it: a leading folder, AppleDouble files, decomposed letters."""
    decomposed = unicodedata.normalize("NFD", "Übung")
    path = zipped(
        tmp_path / "Übung.zip",
        {
            f"{decomposed}/": b"",
            f"{decomposed}/glorot_init.py": CODE,
            f"{decomposed}/{decomposed}.csv": b"1",
            f"{decomposed}/.DS_Store": b"",
            "__MACOSX/": b"",
            f"__MACOSX/{decomposed}/._glorot_init.py": b"\0\5\x16\7",
        },
    )

    submission = read(path, TASKS)

    assert submission.id == "Übung"
    assert submission.files == {"glorot_init.py": CODE, "Übung.csv": b"1"}


def test_archive_of_the_zip_program(tmp_path: Path) -> None:
    """As a stream, with sizes behind the data and 64-bit fields."""
    source = folder(tmp_path / "hw", {"x/lstm.py": OTHER * 500, "x/table.csv": b"1"})
    try:
        packed = subprocess.run(
            ["zip", "-qr", "-", "."], cwd=source, capture_output=True, check=True
        ).stdout
    except FileNotFoundError:
        pytest.skip("no zip program here")
    path = tmp_path / "streamed.zip"
    path.write_bytes(packed)

    assert read(path, TASKS).files == read(source, TASKS).files


def test_archive_with_64_bit_fields(tmp_path: Path) -> None:
    """Programs that write streams announce them even where they are not needed."""
    plain = zipped(tmp_path / "plain.zip", {"lstm.py": OTHER}).read_bytes()
    begin = plain.index(b"PK\1\2")
    central = bytearray(plain[begin : plain.index(b"PK\5\6")])
    packed, size, place = (*struct.unpack_from("<2L", central, 20), 0)
    struct.pack_into("<2L", central, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", central, 30, 28)
    struct.pack_into("<L", central, 42, 0xFFFFFFFF)
    central += struct.pack("<2H3Q", 1, 24, size, packed, place)
    end = begin + len(central)
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(central), begin
    ) + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", *(0xFFFF,) * 4, *(0xFFFFFFFF,) * 2, 0)
    path = tmp_path / "hw.zip"
    path.write_bytes(plain[:begin] + central + record + last)

    assert read(path, TASKS).files == {"lstm.py": OTHER}


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_form_of_tar_is_read(tmp_path: Path, form: int) -> None:
    long = "long/" + "n" * 80 + "/" + "m" * 80
    path = tarred(tmp_path / "hw.tar", {f"./{long}.csv": b"1" * 513, "./lstm.py": OTHER}, form)

    assert read(path, TASKS).files == {f"{long}.csv": b"1" * 513, "lstm.py": OTHER}


# ---- what kind of file it is -------------------------------------------------------------


@pytest.mark.parametrize(
    "made, named, kind",
    [
        ("hw.zip", "hw.tar.gz", "a zip archive"),
        ("hw.zip", "lstm.py", "a zip archive"),
        ("hw.tar.gz", "hw.zip", "a tar archive"),
        ("hw.tar", "hw", "a tar archive"),
    ],
)
def test_wrong_ending_is_noted(tmp_path: Path, made: str, named: str, kind: str) -> None:
    path = CONTAINERS[made](tmp_path / made, {"lstm.py": OTHER}).rename(tmp_path / named)

    submission = read(path, TASKS)

    assert submission.files == {"lstm.py": OTHER}
    assert submission.notes == (f"took `{named}` for {kind}: its content is one",)


def test_notebook_under_another_ending_is_one(tmp_path: Path) -> None:
    path = tmp_path / "hw.json"
    path.write_bytes(b'\xef\xbb\xbf{"cells": [], "nbformat": 4}')

    submission = read(path, TASKS)

    assert submission.answers == dict.fromkeys(TASKS, "hw.json.ipynb")
    assert noted(submission, "took `hw.json` for a notebook")


@pytest.mark.parametrize(
    "name, data, what",
    [
        ("hw.rar", b"Rar!\x1a\x07\0", "a rar archive"),
        ("hw.zip", b"Rar!\x1a\x07\0", "a rar archive"),
        ("hw.7z", b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        ("hw.tar.bz2", b"BZh9", "a bzip2 file"),
        ("hw.pdf", b"%PDF-1.7", "a PDF"),
        ("hw.zip", b"<!DOCTYPE html>", "a web page"),
        ("hw.doc", b"\xd0\xcf\x11\xe0", "of a kind that cannot be graded"),
        ("hw.zip", b"", "of a kind that cannot be graded"),
        ("hw.tar", b"", "a damaged tar archive"),
    ],
)
def test_unknown_file_is_one_sentence(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    assert f"is {what}" in refusal(path)


def test_missing_entry_is_named_as_it_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"none/hw\.zip: no such file; expected a \.py"):
        read(tmp_path / "none" / "hw.zip", TASKS)


@pytest.mark.parametrize("name", ["nul\0.py", "lone\ud800.py", "n" * 300 + ".py"])
def test_name_that_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SubmissionError):
        read(tmp_path / name, TASKS)


# ---- names that are refused --------------------------------------------------------------

UNSAFE = {
    "/etc/lstm.py": "is an absolute path",
    "//host/share/lstm.py": "is an absolute path",
    "\\\\host\\share\\lstm.py": "is an absolute path",
    "C:\\hw\\lstm.py": "names a drive",
    "c:lstm.py": "names a drive",
    "../lstm.py": "leaves its folder",
    "hw/../../lstm.py": "leaves its folder",
    "hw\\..\\..\\lstm.py": "leaves its folder",
    "../.DS_Store": "leaves its folder",
    "..": "leaves its folder",
    "hw/ls\ntm.py": "control characters",
    "hw/ls\x1b[31mtm.py": "control characters",
    "hw/\u202eyp.mtsl": "control characters",
    "a\u2028b.py": "control characters",
}


@pytest.mark.parametrize("name", UNSAFE)
@in_every_archive
def test_path_outside_folder_is_refused(tmp_path: Path, entry: str, name: str) -> None:
    path = ARCHIVES[entry](tmp_path / entry, {"glorot_init.py": CODE, name: OTHER})

    assert UNSAFE[name] in refusal(path)


def test_nul_in_a_name_is_refused(tmp_path: Path) -> None:
    """Both sides of an archive could mean another file by it."""
    path = zip_with(tmp_path / "hw.zip", "lstm.py\0.txt", OTHER)

    assert "control characters" in refusal(path)


@pytest.mark.parametrize("flag, is_refused", [(b"\0", True), (b"0", False)])
def test_long_name_that_makes_a_file_of_a_folder_is_refused(
    tmp_path: Path, flag: bytes, is_refused: bool
) -> None:
    """Found by fuzzing: Python's reader sees a folder there, GNU tar a file.

    Where the kind is said outright, the short name is only a long one cut off at a slash.
    """
    member = tarfile.TarInfo("d" * 99 + "/" + "lstm.py")
    data = bytearray(tar_with(tmp_path / "hw.tar", member).read_bytes())
    data[1024 + 156 : 1024 + 157] = flag
    _add_up(data)
    path = tmp_path / "hw.tar"
    path.write_bytes(data)

    if is_refused:
        assert "is described in two ways" in refusal(path)
    else:
        assert read(path, TASKS).answers == {"lstm": "lstm.py"}


def test_nul_in_an_extended_name_is_refused(tmp_path: Path) -> None:
    member = tarfile.TarInfo("x")
    member.pax_headers = {"path": "lstm.py\0.txt"}

    assert "control characters" in refusal(tar_with(tmp_path / "hw.tar", member))


def test_backslashes_inside_the_folder_are_read_as_folders(tmp_path: Path) -> None:
    path = zip_with(tmp_path / "hw.zip", "hw\\lstm.py", OTHER)

    submission = read(path, TASKS)

    assert submission.files == {"lstm.py": OTHER}
    assert noted(submission, "backslashes", "hw/lstm.py")


def test_names_that_are_not_utf8_are_read_leniently(tmp_path: Path) -> None:
    path = tmp_path / "hw.zip"
    data = zipped(path, {"lstm.py": OTHER, "xxxx.csv": b"1"}).read_bytes()
    path.write_bytes(data.replace(b"xxxx.csv", "作业".encode("gbk") + b".csv"))

    submission = read(path, TASKS)

    assert submission.answers == {"lstm": "lstm.py"}
    assert len(submission.files) == 2
    assert noted(submission, "not UTF-8")


def test_name_of_a_folder_entry_may_be_any_bytes(tmp_path: Path) -> None:
    path = folder(tmp_path / "hw", {"lstm.py": OTHER})
    (path / os.fsdecode(b"\xff\xfe.csv")).write_bytes(b"1")

    submission = read(path, TASKS)

    assert len(submission.files) == 2
    assert noted(submission, "not UTF-8")


@in_every_container
def test_long_path_is_refused(tmp_path: Path, entry: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {"x" * 100 + "/" + "y" * 200 + ".py": CODE})

    assert "is a path of more than 255 bytes" in refusal(path)


@in_every_container
def test_deep_path_is_refused(tmp_path: Path, entry: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {"x/" * 20 + "lstm.py": CODE})

    assert "folders deep" in refusal(path)


@pytest.mark.parametrize(
    "names",
    [
        ("lstm.py", "lstm.py"),
        ("lstm.py", "./lstm.py"),
        ("lstm.py", "LSTM.py"),
        ("straße.csv", "STRASSE.csv"),
        ("hw/ü.csv", "hw/u\u0308.csv"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
@in_every_archive
def test_ambiguous_archive_is_refused(tmp_path: Path, entry: str, names: tuple[str, str]) -> None:
    path = tmp_path / entry
    if entry == "hw.zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, name)
    else:
        with tarfile.open(path, "w:gz") as tar:
            for name in names:
                tar.addfile(tarfile.TarInfo(name))

    assert "are one name" in refusal(path)


@pytest.mark.parametrize("names", [("a.py", "a.py/x.py"), ("a.py/x.py", "A.py"), ("a.py", "a.py/")])
@in_every_archive
def test_file_that_is_a_folder_too_is_refused(
    tmp_path: Path, entry: str, names: tuple[str, str]
) -> None:
    path = ARCHIVES[entry](tmp_path / entry, dict.fromkeys(names, b""))

    assert "is both a file and a folder" in refusal(path)


@in_every_container
def test_same_name_in_another_case_is_refused_everywhere(tmp_path: Path, entry: str) -> None:
    """Else a folder and an archive of it would differ, and students' computers from ours."""
    path = CONTAINERS[entry](tmp_path / entry, {"lstm.py": OTHER, "Lstm.py": CODE})

    assert "`Lstm.py`" in refusal(path)


# ---- what is no file ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, what",
    [
        (tarfile.SYMTYPE, "a symbolic link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a named pipe"),
        (tarfile.GNUTYPE_SPARSE, "a sparse file"),
        (b"Z", "of an unknown kind"),
    ],
)
def test_no_file_in_a_tar_is_refused(tmp_path: Path, kind: bytes, what: str) -> None:
    member = tarfile.TarInfo("hw/lstm.py")
    member.type = kind
    member.linkname = "/etc/passwd"

    sentence = refusal(tar_with(tmp_path / "hw.tar", member))

    assert f"`hw/lstm.py` is {what}" in sentence


@pytest.mark.parametrize(
    "mode, what",
    [
        (stat.S_IFLNK, "a symbolic link"),
        (stat.S_IFIFO, "a named pipe"),
        (stat.S_IFCHR, "a device"),
        (stat.S_IFSOCK, "a socket"),
        (0o030000, "of an unknown kind"),
    ],
)
def test_no_file_in_a_zip_is_refused(tmp_path: Path, mode: int, what: str) -> None:
    path = zip_with(tmp_path / "hw.zip", "hw/lstm.py", b"/etc/passwd", mode=mode | 0o777)

    assert f"`hw/lstm.py` is {what}" in refusal(path)


@pytest.mark.parametrize("target", ["/etc", "/etc/passwd", "glorot_init.py", "nowhere", "."])
def test_link_in_a_folder_is_refused(tmp_path: Path, target: str) -> None:
    path = folder(tmp_path / "hw", {"glorot_init.py": CODE})
    (path / "lstm.py").symlink_to(target)

    assert "`lstm.py` is a symbolic link" in refusal(path)


def test_entry_that_is_a_link_is_refused(tmp_path: Path) -> None:
    folder(tmp_path / "secret", {"lstm.py": OTHER})
    (tmp_path / "hw").symlink_to("secret")

    assert "is a symbolic link" in refusal(tmp_path / "hw")


def test_pipe_and_socket_in_a_folder_are_refused(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one", {}), folder(tmp_path / "two", {})
    os.mkfifo(one / "lstm.py")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(two / "lstm.py"))

    assert "`lstm.py` is a named pipe" in refusal(one)
    assert "`lstm.py` is a socket" in refusal(two)


def test_entry_that_is_a_device_is_refused() -> None:
    with pytest.raises(SubmissionError, match="is a device"):
        read(Path("/dev/zero"), TASKS)


@pytest.mark.parametrize("swap", ["file link", "folder link", "pipe"])
def test_file_swapped_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: str
) -> None:
    """Between the look and the opening: neither is a link followed nor a pipe waited for."""
    folder(tmp_path / "secret", {"lstm.py": b"secret"})
    path = folder(tmp_path / "hw", {"x/lstm.py": OTHER})
    admit = Intake.admit

    def swapping(intake: Intake, raw_name: bytes, kind: str, size: int) -> str | None:
        found = admit(intake, raw_name, kind, size)
        if swap == "folder link" and raw_name == b"x":
            (path / "x").rename(tmp_path / "before")
            (path / "x").symlink_to("../secret")
        elif swap != "folder link" and raw_name == b"x/lstm.py":
            (path / "x/lstm.py").unlink()
            if swap == "pipe":
                os.mkfifo(path / "x/lstm.py")
            else:
                (path / "x/lstm.py").symlink_to("../../secret/lstm.py")
        return found

    monkeypatch.setattr(Intake, "admit", swapping)

    refusal(path)


def test_file_that_grows_while_it_is_read_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path / "hw", {"lstm.py": OTHER})
    admit = Intake.admit

    def growing(intake: Intake, raw_name: bytes, kind: str, size: int) -> str | None:
        (path / "lstm.py").write_bytes(b"#" * 5000)
        return admit(intake, raw_name, kind, size)

    monkeypatch.setattr(Intake, "admit", growing)

    assert "larger than 2 KiB" in refusal(path, IntakeLimits(file_bytes=2048))


def test_unreadable_file_is_one_sentence() -> None:
    with tempfile.TemporaryDirectory() as open_to_all:
        os.chmod(open_to_all, 0o755)
        path = folder(Path(open_to_all, "hw"), {"lstm.py": OTHER})
        (path / "lstm.py").chmod(0)
        user = os.geteuid()
        try:
            if user == 0:  # root may read everything, nobody may not
                os.seteuid(65534)
            message = refusal(path)
        finally:
            os.seteuid(user)

    assert "`lstm.py` cannot be read" in message


def test_nothing_of_a_submission_is_written_to_disk(tmp_path: Path) -> None:
    path = zipped(tmp_path / "hw.zip", {"x/lstm.py": OTHER})

    read(path, TASKS)

    assert list(tmp_path.rglob("*")) == [path]


# ---- bounds ------------------------------------------------------------------------------


@in_every_container
def test_number_of_entries_is_bounded(tmp_path: Path, entry: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {f"{index}.pyc": b"" for index in range(20)})

    assert "entries; expected" in refusal(path, IntakeLimits(members=10))


@in_every_container
def test_number_of_kept_files_is_bounded(tmp_path: Path, entry: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {f"{index}.csv": b"" for index in range(20)})

    assert "more than 10 files" in refusal(path, IntakeLimits(files=10))


@in_every_container
def test_all_bytes_together_are_bounded(tmp_path: Path, entry: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {f"{index}.csv": b"x" * 600 for index in range(4)})

    assert "more than 2 KiB in all" in refusal(path, IntakeLimits(total_bytes=2048))


def test_size_of_the_upload_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "hw.zip"
    path.write_bytes(b"PK\3\4" + bytes(5000))

    assert "is larger than 4 KiB" in refusal(path, IntakeLimits(archive_bytes=4096))


@contextmanager
def cheap(*, seconds: float = 5.0, mib: float = 8.0) -> Iterator[None]:
    """Fail if the block takes longer or more memory than that."""
    begun = time.process_time()
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < mib * MIB
    assert time.process_time() - begun < seconds


def zeros(mib: int) -> tuple[bytes, int]:
    """Return that many MiB of zeros, deflated, and their checksum."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = bytes(MIB)
    packed, crc = [], 0
    for _ in range(mib):
        packed.append(stream.compress(piece))
        crc = zlib.crc32(piece, crc)
    return b"".join([*packed, stream.flush()]), crc


def zip_record(
    name: bytes, packed: bytes, crc: int, size: int, *, method: int = 8, at: int = 0
) -> tuple[bytes, bytes]:
    """Return an entry as it stands in an archive, and in its table of contents."""
    common = struct.pack("<4H3L", 0, method, 0, 0, crc, len(packed), size)
    local = struct.pack("<4sH", b"PK\3\4", 20) + common + struct.pack("<2H", len(name), 0)
    central = struct.pack("<4s2H", b"PK\1\2", 20, 20) + common
    central += struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, at) + name
    return local + name + packed, central


def zip_of(path: Path, body: bytes, table: list[bytes]) -> Path:
    contents = b"".join(table)
    count = len(table)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(contents), len(body), 0)
    path.write_bytes(body + contents + end)
    return path


def test_bomb_that_says_its_size_is_refused(tmp_path: Path) -> None:
    packed, crc = zeros(200)
    path = zip_of(tmp_path / "hw.zip", *_alone(b"lstm.py", packed, crc, 200 * MIB))

    with cheap():
        assert "`lstm.py` is larger than 16 MiB" in refusal(path)


def test_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """Only what was announced is ever unpacked."""
    packed, crc = zeros(200)
    path = zip_of(tmp_path / "hw.zip", *_alone(b"lstm.py", packed, crc, 1000))

    with cheap():
        assert "does not end where it says" in refusal(path)


def test_bomb_below_the_size_limit_is_known_by_its_ratio(tmp_path: Path) -> None:
    packed, crc = zeros(15)
    path = zip_of(tmp_path / "hw.zip", *_alone(b"lstm.py", packed, crc, 15 * MIB))

    with cheap():
        assert "packed more than 200 times smaller" in refusal(path)


def test_many_small_bombs_are_bounded_together(tmp_path: Path) -> None:
    packed, crc = zeros(1)
    body, table = b"", []
    for index in range(500):
        local, central = zip_record(b"%d.csv" % index, packed, crc, MIB, at=len(body))
        body += local
        table.append(central)
    path = zip_of(tmp_path / "hw.zip", body, table)

    with cheap(mib=40):
        assert "more than 32 MiB in all" in refusal(path)


def _alone(name: bytes, packed: bytes, crc: int, size: int) -> tuple[bytes, list[bytes]]:
    local, central = zip_record(name, packed, crc, size)
    return local, [central]


def test_bomb_of_archives_in_archives_is_not_opened(tmp_path: Path) -> None:
    """As 42.zip: 16 archives of 16 archives of 16 …; only the outermost is looked at."""
    inner = zipped(tmp_path / "0.zip", {"0.txt": bytes(MIB)}).read_bytes()
    for level in range(1, 6):
        packed = zipped(tmp_path / f"{level}.zip", {f"lib {i}.zip": inner for i in range(16)})
        inner = packed.read_bytes()
    path = tmp_path / "hw.zip"
    path.write_bytes(inner)

    with cheap(mib=3):
        submission = read(path, TASKS)

    assert submission.files == {}
    assert noted(submission, "left out `lib 0.zip`: an archive inside is not opened")


@pytest.mark.parametrize("name", ["lstm.py", "data.bin", ".hidden"])
def test_gzip_bomb_is_refused(tmp_path: Path, name: str) -> None:
    """In a stream even what nobody wants must be unpacked to come to what is behind it."""
    member = tarfile.TarInfo(name)
    member.size = 300 * MIB
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6) as stream:
        stream.write(member.tobuf())
        for _ in range(300):
            stream.write(bytes(MIB))
        stream.write(bytes(1024))
    path = tmp_path / "hw.tar.gz"
    path.write_bytes(packed.getvalue())

    with cheap():
        sentence = refusal(path)
    assert "larger than 16 MiB" in sentence or "packed more than 200 times smaller" in sentence


def test_what_a_stream_unpacks_to_is_bounded(tmp_path: Path) -> None:
    path = tarred(tmp_path / "hw.tar.gz", {"data.bin": random.Random(0).randbytes(300_000)})

    assert "unpacks to more than 128 KiB" in refusal(path, IntakeLimits(unpacked_bytes=128 * 1024))


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    """One kernel of data, quoted by many entries, is the best bomb of one layer."""
    inner, _ = zip_record(b"b.csv", b"1" * 50, zlib.crc32(b"1" * 50), 50, method=0)
    outer, first = zip_record(b"a.csv", inner, zlib.crc32(inner), len(inner), method=0)
    _, second = zip_record(
        b"b.csv", b"1" * 50, zlib.crc32(b"1" * 50), 50, method=0, at=outer.index(inner)
    )

    path = zip_of(tmp_path / "hw.zip", outer, [first, second])

    assert "`b.csv` overlaps another entry" in refusal(path)


def test_table_of_contents_of_any_length_is_not_read(tmp_path: Path) -> None:
    local, central = zip_record(b"a.csv", b"", 0, 0, method=0)
    path = zip_of(tmp_path / "hw.zip", local, [central] * 60_000)

    with cheap(seconds=1.0):
        assert "holds 60000 entries; expected 10000 at most" in refusal(path)


def test_extended_headers_are_bounded(tmp_path: Path) -> None:
    member = tarfile.TarInfo("lstm.py")
    member.pax_headers = {"comment": "x" * 5 * MIB}

    assert "extended headers of more than 4 MiB" in refusal(
        tar_with(tmp_path / "hw.tar", member, OTHER)
    )


def test_many_records_of_an_extended_header_take_no_time(tmp_path: Path) -> None:
    """Reading them by a regular expression took hours in versions of Python still in use."""
    header = tarfile.TarInfo("x")
    header.type = tarfile.XHDTYPE
    header.size = MIB
    for payload in (b"1" * header.size, b"5 a=\n" * (header.size // 5 + 1)):
        path = tmp_path / "hw.tar"
        path.write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + payload[: header.size] + bytes(1024))

        with cheap(seconds=5.0, mib=64):
            refusal(path)


# ---- archives that are damaged -----------------------------------------------------------


@pytest.mark.parametrize("flag", [0x0001, 0x0041])
def test_encrypted_entry_is_refused(tmp_path: Path, flag: int) -> None:
    path = zip_with(tmp_path / "hw.zip", "lstm.py", OTHER, flags=flag)

    assert "`lstm.py` is encrypted; expected an archive without a password" in refusal(path)


def test_rare_packing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hw.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("lstm.py", OTHER)

    assert "rare method 14" in refusal(path)


@pytest.mark.parametrize("entry", ["hw.zip", "hw.tar", "hw.tar.gz"])
def test_truncated_archive_is_refused(tmp_path: Path, entry: str) -> None:
    path = CONTAINERS[entry](tmp_path / entry, {"lstm.py": OTHER, "w.npy": bytes(range(256)) * 9})
    data = path.read_bytes()
    # Of a plain tar, the zeros behind its last entry may be missing in part.
    whole = len(data) if entry != "hw.tar" else 512 + 512 + 512 + 2560 + 1
    for length in range(1, whole, 97):
        path.write_bytes(data[:length])

        refusal(path)


@pytest.mark.parametrize("entry", ["hw.zip", "hw.tar", "hw.tar.gz"])
def test_more_behind_the_end_is_refused(tmp_path: Path, entry: str) -> None:
    """Another program would find another archive there."""
    path = CONTAINERS[entry](tmp_path / entry, {"lstm.py": OTHER})
    one = path.read_bytes()
    path.write_bytes(one + one)

    assert "damaged" in refusal(path)


def test_archive_with_two_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hw.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("lstm.py", OTHER)
        archive.comment = b"PK\5\6" + bytes(18)

    assert "it has two ends" in refusal(path)


@pytest.mark.parametrize(
    "place, what",
    [
        (18, "does not end where it says"),  # after it, the packed size
        (8, "described in two ways"),  # method
        (30, "described in two ways"),  # name
    ],
)
def test_headers_that_differ_are_refused(tmp_path: Path, place: int, what: str) -> None:
    path = zip_with(tmp_path / "hw.zip", "lstm.py", OTHER)
    data = bytearray(path.read_bytes())
    if place == 18:
        data[data.index(b"PK\1\2") + 20] -= 1
    else:
        data[place] ^= 1
    path.write_bytes(data)

    assert what in refusal(path)


@pytest.mark.parametrize(
    "place, value, what",
    [
        (4, 1, "one part of several"),
        (8, 2, "one part of several"),
        (12, 40, "table of contents is not where it says"),
        (16, 3, "table of contents is not where it says"),
        (20, 9, "its end is missing"),
    ],
)
def test_end_that_lies_is_refused(tmp_path: Path, place: int, value: int, what: str) -> None:
    path = zip_with(tmp_path / "hw.zip", "lstm.py", OTHER)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\5\6") + place] = value
    path.write_bytes(data)

    assert what in refusal(path)


@pytest.mark.parametrize("count", [0, 2])
def test_table_of_contents_that_lies_about_its_length_is_refused(
    tmp_path: Path, count: int
) -> None:
    path = zip_with(tmp_path / "hw.zip", "lstm.py", OTHER)
    data = bytearray(path.read_bytes())
    struct.pack_into("<2H", data, data.index(b"PK\5\6") + 8, count, count)
    path.write_bytes(data)

    assert "damaged zip archive" in refusal(path)


@pytest.mark.parametrize(
    "headers, what",
    [({"path": "lstm.py"}, "one name or one size"), ({"size": "3"}, "one name or one size")],
)
def test_one_name_for_all_entries_is_refused(
    tmp_path: Path, headers: dict[str, str], what: str
) -> None:
    path = tmp_path / "hw.tar"
    with tarfile.open(path, "w", pax_headers=headers) as tar:
        tar.addfile(tarfile.TarInfo("x.py"))

    assert what in refusal(path)


def test_comment_for_all_entries_is_read_over(tmp_path: Path) -> None:
    """As `git archive` writes it."""
    path = tmp_path / "hw.tar"
    with tarfile.open(path, "w", pax_headers={"comment": "a1b2c3"}) as tar:
        tar.addfile(tarfile.TarInfo("lstm.py"))

    assert read(path, TASKS).answers == {"lstm": "lstm.py"}


def test_sparse_file_of_a_newer_form_is_refused(tmp_path: Path) -> None:
    member = tarfile.TarInfo("lstm.py")
    member.pax_headers = {"GNU.sparse.major": "1"}

    assert "holds a sparse file" in refusal(tar_with(tmp_path / "hw.tar", member))


def test_changed_content_is_refused(tmp_path: Path) -> None:
    local, central = zip_record(b"lstm.py", OTHER, zlib.crc32(OTHER) ^ 1, len(OTHER), method=0)

    path = zip_of(tmp_path / "hw.zip", local, [central])

    assert "other bytes than it says" in refusal(path)


def test_gzip_of_another_checksum_is_refused(tmp_path: Path) -> None:
    path = tarred(tmp_path / "hw.tar.gz", {"lstm.py": OTHER})
    data = bytearray(path.read_bytes())
    data[-8] ^= 1
    path.write_bytes(data)

    assert "gzip layer does not unpack" in refusal(path)


def test_sizes_beyond_the_archive_are_refused(tmp_path: Path) -> None:
    """Also below zero, which kept a library of Python's in a loop for ever."""
    for size in (b"77777777777\0", b"\x80" + b"\xff" * 11, b"\xff" * 12, b"-0000000001\0"):
        block = bytearray(tarfile.TarInfo("data.bin").tobuf(tarfile.GNU_FORMAT))
        block[124:136] = size
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        path = tmp_path / "hw.tar"
        path.write_bytes(block + bytes(1024))

        assert "damaged tar archive" in refusal(path)


def test_header_with_a_field_that_is_no_number_is_refused(tmp_path: Path) -> None:
    """Python's reader takes it for the end of the archive, and files behind it would be lost."""
    for begin, end in [(100, 108), (108, 116), (116, 124), (136, 148), (329, 337), (337, 345)]:
        block = bytearray(tarfile.TarInfo("data.bin").tobuf(tarfile.GNU_FORMAT))
        block[begin:end] = b"0222902\0".ljust(end - begin, b"\0")
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
        path = tmp_path / "hw.tar"
        path.write_bytes(block + bytes(1024))

        assert "of `data.bin` is no number" in refusal(path)


# ---- any bytes at all --------------------------------------------------------------------


def _whole_archives() -> list[bytes]:
    files = {"hw/lstm.py": OTHER, "hw/" + "n" * 120 + ".csv": b"1" * 700, "hw/.x": b"", "e/": b""}
    with_zip = io.BytesIO()
    with zipfile.ZipFile(with_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    wholes = [with_zip.getvalue()]
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with_tar = io.BytesIO()
        with tarfile.open(fileobj=with_tar, mode="w", format=form) as tar:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        # Without most of the zeros at the end, so that changes hit what matters.
        plain = with_tar.getvalue().rstrip(b"\0")
        wholes.append(plain + bytes(-len(plain) % 512 + 1024))
    return wholes


WHOLES = _whole_archives()


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Draw an archive, changed in a few places; headers of a tar may add up again."""
    whole = draw(st.sampled_from(WHOLES))
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(4, len(whole)))
        some = draw(st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from(SPECIAL)))
        match draw(st.sampled_from(["set"] * 8 + ["insert", "delete", "cut", "repeat"])):
            case "set":
                data[place : place + len(some)] = some
            case "insert":
                data[place:place] = some
            case "delete":
                del data[place : place + draw(st.integers(1, 600))]
            case "cut":
                del data[place:]
            case _:
                data[place:place] = data[place : place + 512]
    if whole.startswith(b"hw/"):
        if draw(st.integers(0, 3)):
            _add_up(data)
        if draw(st.booleans()):
            return gzip.compress(data)
    return bytes(data)


def _add_up(data: bytearray) -> None:
    for place in range(0, len(data) - 511, 512):
        if data[place + 257 : place + 262] == b"ustar":
            data[place + 148 : place + 156] = b" " * 8
            data[place + 148 : place + 156] = b"%06o\0 " % sum(data[place : place + 512])


SPECIAL = [
    *(b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x80" + bytes(7), b"\xff" * 8, b"../", b"x", b"L", b"g"),
    *(b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"ustar\0", b"\x1f\x8b", b"\n", b"\0"),
]


def _read_or_refuse(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        submission = read(path, TASKS)
    except SubmissionError:
        refusal(path)
        return
    for own, content in submission.files.items():
        assert not own.startswith("/")
        assert ".." not in own.split("/")
        assert isinstance(content, bytes)
    assert set(submission.answers.values()) <= submission.files.keys()
    assert all(note.isprintable() for note in submission.notes)


@FUZZ
@given(data=spoiled(), ending=st.sampled_from(["zip", "tar", "tgz", "py"]))
def test_spoiled_archive_is_read_or_refused(tmp_path: Path, data: bytes, ending: str) -> None:
    _read_or_refuse(tmp_path / f"hw.{ending}", data)


@FUZZ
@given(
    magic=st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08\0", bytes(512)]),
    data=st.binary(max_size=2000),
    is_zipped=st.booleans(),
)
def test_any_bytes_are_read_or_refused(
    tmp_path: Path, magic: bytes, data: bytes, is_zipped: bool
) -> None:
    _read_or_refuse(tmp_path / "hw.tar", gzip.compress(magic + data) if is_zipped else magic + data)


names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\\:~", exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=40,
).filter(lambda name: not name.startswith(".") and unicodedata.normalize("NFC", name) == name)
trees = st.dictionaries(
    st.lists(names, min_size=1, max_size=4).map(lambda parts: "/".join(["hw", *parts]) + ".csv"),
    st.binary(max_size=1500),
    max_size=6,
).filter(
    lambda files: (
        len({unicodedata.normalize("NFC", name.casefold()) for name in files}) == len(files)
        and not any(junk(tuple(name.split("/"))) for name in files)
        and all(len(name.encode()) < 240 for name in files)
        and not any(other.startswith(f"{name}/") for name in files for other in files)
    )
)


@settings(FUZZ, max_examples=60)
@given(files=trees, form=st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_archives_of_pythons_own_libraries_are_read_alike(
    tmp_path: Path, files: dict[str, bytes], form: int
) -> None:
    """The readers here are our own: they find what `zipfile` and `tarfile` wrote."""
    files = {"hw/lstm.py": OTHER, **files}
    expected = {name.removeprefix("hw/"): data for name, data in files.items()}

    for path in (zipped(tmp_path / "hw.zip", files), tarred(tmp_path / "hw.tar.gz", files, form)):
        submission = read(path, TASKS)

        assert submission.files == expected
        assert submission.notes == ()


@FUZZ
@given(
    name=st.sampled_from(["zip", "tar", "submission", "names"]),
    seed=st.integers(0, 2**32 - 1),
    times=st.integers(1, 3),
)
def test_archive_with_changed_members_is_read_or_refused(name: str, seed: int, times: int) -> None:
    """Changed entry by entry, with lengths and sums that are right, as the fuzzer does it."""
    target, rng = TARGETS[name], random.Random(seed)
    data = rng.choice(target.seeds())
    for _ in range(times):
        data = target.change(data, rng)[: target.max_bytes]

    target.check(data)


def test_hash_is_the_documented_one(tmp_path: Path) -> None:
    """Reports of former years must stay comparable."""
    digest = hashlib.sha256()
    for part in (b"lstm.py", OTHER):
        digest.update(len(part).to_bytes(8, "little") + part)

    path = folder(tmp_path / "hw", {"lstm.py": OTHER})

    assert read(path, TASKS).sha256 == digest.hexdigest()

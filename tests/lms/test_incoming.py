"""Exports of other systems as submissions: whose, which attempt, what was left out and why."""

import csv
import os
import struct
import time
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.assignment import Assignment, load
from grader.errors import SubmissionError, UsageError
from grader.lms import incoming, roster
from grader.lms.from_canvas import LATE
from grader.lms.incoming import Entry, Incoming
from grader.report import read
from grader.submission import Submission
from tests.command import grader, refusal
from tests.conftest import ADD, SCALE, make_course
from tests.lms.exports import Files, gradescope, link, packed, submitter, unpacked, zipped

CANVAS = {
    "testann_1001_2001_add.py": ADD,
    "testann_1001_2002_scale.py": SCALE,
    "elikzo_LATE_1002_2003_hw 🎓 Übung.zip": packed({"hw/add.py": ADD, "hw/scale.py": SCALE}),
    "lastbo_1003_2004_add-1.py": ADD,
    "textchen_1004_text.html": "<p>def add(a, b): return a + b</p>",
    "doedora_1005_2007_add.ipynb.txt": '{"nbformat": 4, "cells": []}',
}
MOODLE = {
    "Ann Test_71_assignsubmission_file_/add.py": ADD,
    "Ann Test_71_assignsubmission_file_/src/scale.py": SCALE,
    "Ann Test_71_assignsubmission_onlinetext_/onlinetext.html": "<p>see my files</p>",
    "Lab A-Jean-Luc Picard_72_assignsubmission_file_hw.zip": packed({"add.py": ADD}),
    "José 🎓_Müller_73_assignsubmission_file/add.py": ADD,
    "Only Text_74_assignsubmission_onlinetext_onlinetext.html": "<p>a + b</p>",
    "Ann Test_75_assignsubmission_file_add.py": ADD,
    "Participant_76_assignsubmission_file_add.py": ADD,
    "Nobody Yet_77_assignsubmission_file_/": "",
}
ANN, BO, CEM = (
    submitter(name, sid, f"{name[:3].lower()}@uni.example")
    for name, sid in (("Ann Test", "'0042'"), ("Bo Last", "0043"), ("Cem Öz", "'7'"))
)


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return load("sums", make_course(tmp_path_factory.mktemp("incoming") / "course").path)


def by_id(found: Incoming) -> dict[str, Entry]:
    return {entry.id: entry for entry in found.entries}


def taken(found: Incoming, sums: Assignment) -> dict[str, Submission | str]:
    """Return each submission, or why it is refused."""
    result: dict[str, Submission | str] = {}
    for entry in found.entries:
        try:
            result[entry.id] = entry.take_in(sums)
        except SubmissionError as error:
            result[entry.id] = str(error)
    return result


def files(found: Incoming, sums: Assignment) -> dict[str, list[str]]:
    return {
        name: sorted(one.files) if isinstance(one, Submission) else [one]
        for name, one in taken(found, sums).items()
    }


def refused(path: Path, assignment: str = "sums") -> str:
    with pytest.raises(UsageError) as caught:
        incoming.read(path, assignment)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def class_list(folder: Path, text: str) -> roster.Roster:
    path = folder / "roster.csv"
    path.write_text(text)
    return roster.read(path)


# ---- Canvas --------------------------------------------------------------------------------------


def test_canvas_download(tmp_path: Path, sums: Assignment) -> None:
    found = incoming.read(zipped(tmp_path / "submissions.zip", CANVAS), "sums")

    assert found.system == "Canvas"
    assert {one.id: one.students for one in found.entries} == {
        "doedora_1005": ("1005",),
        "elikzo_1002": ("1002",),
        "lastbo_1003": ("1003",),
        "testann_1001": ("1001",),
        "textchen_1004": ("1004",),
    }
    submissions = taken(found, sums)
    ann, zoe, bo = (submissions[name] for name in ("testann_1001", "elikzo_1002", "lastbo_1003"))
    assert isinstance(ann, Submission)
    assert isinstance(zoe, Submission)
    assert isinstance(bo, Submission)
    assert dict(ann.answers) == {"add": "add.py", "scale": "scale.py"}
    assert ann.notes == ()
    assert dict(zoe.answers) == {"add": "add.py", "scale": "scale.py"}
    assert zoe.notes[0] == "late, as Canvas marks it"
    assert dict(bo.answers) == {"add": "add.py"}  # handed in again, says its name
    assert submissions["textchen_1004"] == (
        "textchen_1004: holds only what was typed into Canvas, or a link; expected a file"
    )


@pytest.mark.parametrize("export", [CANVAS, MOODLE], ids=["canvas", "moodle"])
def test_unpacked_it_is_the_same(tmp_path: Path, sums: Assignment, export: Files) -> None:
    one = taken(incoming.read(zipped(tmp_path / "x.zip", export), "sums"), sums)
    other = taken(incoming.read(unpacked(tmp_path / "x", export), "sums"), sums)

    assert one == other


def test_packed_once_more_with_what_a_mac_adds(tmp_path: Path, sums: Assignment) -> None:
    more = {"__MACOSX/Download/._x": b"\0", "Download/.DS_Store": b"\0"}
    canvas, moodle = (
        {**more, **{f"Download/all of them/{name}": text for name, text in export.items()}}
        for export in (CANVAS, MOODLE)
    )

    for path, count in (
        (zipped(tmp_path / "c.zip", canvas), 5),
        (zipped(tmp_path / "m.zip", moodle), 7),
        (unpacked(tmp_path / "m", moodle), 7),
    ):
        found = incoming.read(path, "sums")
        assert len(found.entries) == count
        assert found.skipped == ()


def test_canvas_anonymous(tmp_path: Path, sums: Assignment) -> None:
    export = {
        "anon_aB3x9_2001_add.py": ADD,
        "anon_LATE_55512_2002_add.py": ADD,
        "anon_Qq1z7_LATE_2003_1_2_add.py": ADD,
        "anon_LATEr_text.html": "x",
    }
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert {one.id: (one.students, LATE in one.notes) for one in found.entries} == {
        "anon_aB3x9": (("anon_aB3x9",), False),
        "anon_55512": (("anon_55512",), True),
        "anon_Qq1z7": (("anon_Qq1z7",), True),
        "anon_LATEr": (("anon_LATEr",), False),
    }


def test_numbers_in_a_students_own_file_name_are_not_canvas_s(
    tmp_path: Path, sums: Assignment
) -> None:
    export = {
        "testann_1001_2001_1_2_add.py": ADD,
        "late_LATE_1002_2002_LATE_3_4_add.py": ADD,
        "_1003_2003_add.py": ADD,  # a name of which no letter was left
        "o_1004_2004_evil_71_assignsubmission_file_add.py": ADD,
    }
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert sorted(by_id(found)) == ["1003", "late_1002", "o_1004", "testann_1001"]
    assert [part.path for part in by_id(found)["testann_1001"].parts] == ["1_2_add.py"]


def test_nobody_takes_another_s_number(tmp_path: Path, sums: Assignment) -> None:
    """A student who may choose a name could write another's number into it."""
    export = {
        "evil_1002_1001_2001_add.py": "def add(a, b): return 0",
        "lastbo_1002_2002_add.py": ADD,
        "dora_1003_2003_add.py": ADD,
    }
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    [words] = [one for one in taken(found, sums).values() if isinstance(one, str)]
    assert "user 1002 stands behind two names, `evil` and `lastbo`" in words


def test_newest_attempt_of_two_downloads_put_together(tmp_path: Path, sums: Assignment) -> None:
    export = {
        "ann_1001_2001_add.py": "old",
        "ann_1001_2009_add-1.py": "new",
        "bo_1002_2002_add.py": "old",
        "bo_LATE_1002_2010_add.py": "new",
        "cem_1003_2003_part-1.py": "both",
        "cem_1003_2004_part-2.py": "both",
        "dora_1004_2006_add.py": "new",
        "dora_1004_2005_add.py": "old",
    }
    found = incoming.read(unpacked(tmp_path / "x", export), "sums")

    submissions = taken(found, sums)
    for name in ("ann_1001", "bo_1002", "dora_1004"):
        one = submissions[name]
        assert isinstance(one, Submission)
        assert list(one.files.values()) == [b"new"]
    assert [part.path for part in by_id(found)["cem_1003"].parts] == ["part-1.py", "part-2.py"]
    assert sorted(found.skipped) == [
        f"`{name}`: a newer attempt is there"
        for name in ("ann_1001_2001_add.py", "bo_1002_2002_add.py", "dora_1004_2005_add.py")
    ]


def test_three_hundred_are_read_one_by_one(tmp_path: Path, sums: Assignment) -> None:
    """300 MiB in all, far more than one submission may be, and never more of it than one."""
    path = tmp_path / "submissions.zip"
    data = os.urandom(1024 * 1024)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(300):
            archive.writestr(f"s_{1000 + number}_{5000 + 2 * number}_add.py", ADD)
            archive.writestr(f"s_{1000 + number}_{5001 + 2 * number}_data.npy", data)

    tracemalloc.start()
    begun = time.perf_counter()
    found = incoming.read(path, "sums")
    listed = time.perf_counter() - begun
    submissions = (entry.take_in(sums) for entry in found.entries)
    assert sum("add.py" in one.files for one in submissions) == 300
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.entries) == 300
    assert listed < 5
    assert peak < 32 * 1024 * 1024


def test_five_thousand_students_with_their_roster(tmp_path: Path) -> None:
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(5000):
            archive.writestr(f"lastann_{10000 + n}_{50000 + n}_add.py", ADD)
    rows = "".join(f'"Last, Ann",{10000 + n},{n:07}\n' for n in range(5001))
    known = class_list(tmp_path, f"Student,ID,SIS User ID\n{rows}")

    found = incoming.read(path, "sums", known)
    assert len({one.students for one in found.entries}) == len(found.entries) == 5000
    assert [one.id for one in found.missing] == ["15000"]
    assert (found.unknown, found.twice, found.skipped) == ((), (), ())


# ---- Moodle --------------------------------------------------------------------------------------


def test_moodle_download(tmp_path: Path, sums: Assignment) -> None:
    found = incoming.read(zipped(tmp_path / "x.zip", MOODLE), "sums")

    assert found.system == "Moodle"
    assert {one.id: one.students for one in found.entries} == {
        "Ann_Test_71": ("Participant 71",),
        "Lab_A-Jean-Luc_Picard_72": ("Participant 72",),
        "José__Müller_73": ("Participant 73",),
        "Only_Text_74": ("Participant 74",),
        "Ann_Test_75": ("Participant 75",),
        "Participant_76": ("Participant 76",),
        "Nobody_Yet_77": ("Participant 77",),
    }
    assert files(found, sums) == {
        "Ann_Test_71": ["add.py", "src/scale.py"],
        "Lab_A-Jean-Luc_Picard_72": ["add.py"],
        "José__Müller_73": ["add.py"],
        "Only_Text_74": ["Only Text_74: holds only what was typed into Moodle; expected a file"],
        "Ann_Test_75": ["add.py"],
        "Participant_76": ["add.py"],
        "Nobody_Yet_77": [],
    }
    assert by_id(found)["Ann_Test_71"].notes == (
        "left out what was typed into Moodle: it is no file",
    )


def test_a_file_named_like_another_submission_stays_its_student_s(tmp_path: Path) -> None:
    export = {
        "Evil_71_assignsubmission_file_Ann_72_assignsubmission_file_add.py": ADD,
        "Bo_73_assignsubmission_file_9_9_add.py": ADD,
        "notes.txt": "x",
    }
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert sorted(by_id(found)) == ["Bo_73", "Evil_71"]
    assert found.skipped == ("`notes.txt` is not named as Moodle names a submission",)


def test_two_names_behind_one_number_are_refused(tmp_path: Path, sums: Assignment) -> None:
    export = {
        "Ann_71_assignsubmission_file_add.py": ADD,
        "Bo_71_assignsubmission_file_add.py": ADD,
    }
    [words] = taken(incoming.read(zipped(tmp_path / "x.zip", export), "sums"), sums).values()

    assert "participant 71 stands behind two names, `Ann` and `Bo`" in str(words)


# ---- Gradescope ----------------------------------------------------------------------------------


def test_gradescope_export(tmp_path: Path, sums: Assignment) -> None:
    metadata = gradescope(
        {
            "submission_11": f":submitters:\n{ANN}\n{BO}\n"
            ":created_at: 2026-03-02 10:00:00.123456000 +01:00\n:score: 3.0\n"
            ':results: {tests: [{output: "a: b 🎓"}]}\n:history:\n- :id: 9\n',
            "submission_12": f":submitters:\n{CEM}\n:created_at: 2026-03-01 23:00:00 Z\n",
            "submission_13": f":submitters:\n{CEM}\n:created_at: 2026-03-03 23:00:00 Z\n",
            "submission_14": ":submitters:\n- :name: Anonymous\n:created_at: never\n",
            "submission_15": ":submitters:\n- :name: Anonymous\n",
            "submission_16": ":submitters: []\n",
        }
    )
    export = {
        "assignment_5_export/submission_metadata.yml": metadata,
        **{f"assignment_5_export/submission_{n}/add.py": ADD for n in (11, 12, 13, 14)},
        "assignment_5_export/submission_11/scale.py": SCALE,
        "assignment_5_export/submission_15/": "",
        "assignment_5_export/submission_99/add.py": ADD,
    }
    for path in (zipped(tmp_path / "x.zip", export), unpacked(tmp_path / "x", export)):
        found = incoming.read(path, "sums")

        assert found.system == "Gradescope"
        assert {one.id: one.students for one in found.entries} == {
            "0042+0043": ("0042", "0043"),  # leading zeros, quoted or not
            "7": ("7",),
            "submission_14": ("submission_14",),
            "submission_15": ("submission_15",),
        }
        assert by_id(found)["0042+0043"].received == datetime(
            2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC
        )
        assert by_id(found)["7"].received == datetime(2026, 3, 3, 23, tzinfo=UTC)
        assert by_id(found)["submission_14"].received is None
        assert sorted(found.skipped) == [
            "`submission_12`: a newer attempt is there",
            "`submission_16` is in submission_metadata.yml, but has no folder",
            "`submission_99` is not in submission_metadata.yml",
        ]
        assert files(found, sums)["0042+0043"] == ["add.py", "scale.py"]


def test_metadata_makes_no_object_and_no_bomb(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text, words in {
        "submission_1: !!python/object/apply:os.system ['exit 1']": "no list of submissions",
        bomb: "no list of submissions",
        "[" * 200_000: "more than 100 levels",
        "a: [": "cannot be read as YAML",
        "a: 1\na: 2": "two keys 'a'",
        "submission_1:\n  :submitters: ann": "has no list of submitters",
        "": "no list of submissions",
        "&a [*a]": "no list of submissions",
        "? [a]\n: b": "a key is no text",
        "\0": "cannot be read as YAML",
    }.items():
        export = {"submission_metadata.yml": text, "submission_1/add.py": ADD}
        assert words in refused(zipped(tmp_path / "x.zip", export))


def test_metadata_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("submission_metadata.yml", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("submission_metadata.yml", "a: {}")

    assert "stands there twice" in refused(path)


def test_aliases_of_ruby_are_read(tmp_path: Path) -> None:
    metadata = (
        "submission_1:\n  :submitters: &1\n  - :name: Ann\n    :sid: '01'\n"
        "submission_2:\n  :submitters: &2\n  - :name: Bo\n    :sid: !ruby/string '02'\n"
        "submission_3:\n  :submitters: *1\n"
    )
    export = {"submission_metadata.yml": metadata}
    export |= {f"submission_{n}/add.py": ADD for n in (1, 2, 3)}
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert sorted(by_id(found)) == ["01", "02"]


# ---- nbgrader ------------------------------------------------------------------------------------


def test_nbgrader_tree(tmp_path: Path, sums: Assignment) -> None:
    tree = {
        "gradebook.db": "SQLite",
        "source/sums/add.ipynb": "{}",
        "submitted/ann/sums/add.py": ADD,
        "submitted/ann/sums/timestamp.txt": "2026-03-02 15:58:23.948203 UTC\n",
        "submitted/bo/sums/add.py": ADD,
        "submitted/bo/sums/scale.py": SCALE,
        "submitted/bo/sums/timestamp.txt": "2026-03-02 15:58:23 Europe/Berlin",
        "submitted/bo/other/add.py": ADD,
        "submitted/cem/other/add.py": ADD,
        "submitted/0042/sums/": "",
    }
    for path in (
        unpacked(tmp_path / "course", tree),
        tmp_path / "course" / "submitted",
        zipped(tmp_path / "course.zip", tree),
    ):
        found = incoming.read(path, "sums")

        assert found.system == "nbgrader"
        assert {one.id: one.students for one in found.entries} == {
            "0042": ("0042",),
            "ann": ("ann",),
            "bo": ("bo",),
        }
        assert by_id(found)["ann"].received == datetime(2026, 3, 2, 15, 58, 23, 948203, tzinfo=UTC)
        assert by_id(found)["bo"].received == datetime(2026, 3, 2, 14, 58, 23, tzinfo=UTC)
        assert files(found, sums) == {"0042": [], "ann": ["add.py"], "bo": ["add.py", "scale.py"]}
        assert found.skipped == ("`cem` has no `sums`",)
    assert [one.id for one in incoming.read(tmp_path / "course", "other").entries] == ["bo", "cem"]
    assert "holds submissions to `other`, `sums`; expected `third`" in refused(
        tmp_path / "course", "third"
    )


# ---- a plain folder ------------------------------------------------------------------------------


def test_plain_folder_as_ever(tmp_path: Path, sums: Assignment) -> None:
    folder = unpacked(
        tmp_path / "class",
        {
            "ann/add.py": ADD,
            "bo.py": ADD,
            "submitted/add.py": ADD,
            "2026_03_01_cem.py": ADD,
            "hw_2026_03_dora.py": ADD,
            ".git/config": "",
        },
    )
    found = incoming.read(folder, "sums")

    assert found.system == ""
    assert [one.id for one in found.entries] == [
        *("2026_03_01_cem", "ann", "bo", "hw_2026_03_dora", "submitted"),
    ]
    assert {one.students for one in found.entries} == {()}


@pytest.mark.parametrize("name", ["2026_{m:02}_{n:02}_hw.py", "hw_2026_{m:02}_s{n}.py"])
def test_dates_are_no_numbers_of_canvas(tmp_path: Path, name: str) -> None:
    """A class whose files are named by month would be one student per year."""
    folder = unpacked(tmp_path / "class", {name.format(m=1 + n % 4, n=n): ADD for n in range(40)})

    assert incoming.read(folder, "sums").system == ""
    assert len(incoming.read(folder, "sums").entries) == 40


def test_a_class_of_one_is_not_canvas_s(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "class", {"ann/hw_1_2_add.py": ADD, "ann/hw_1_3_scale.py": SCALE})

    assert [one.id for one in incoming.read(folder, "sums").entries] == ["ann"]


# ---- refused -------------------------------------------------------------------------------------


def test_a_zip_that_is_none_of_these(tmp_path: Path) -> None:
    path = zipped(tmp_path / "ann.zip", {"hw/add.py": ADD, "hw/scale.py": SCALE})

    assert "is no export that is known, it holds `add.py`, `scale.py`; expected" in refused(path)


def test_what_holds_nothing(tmp_path: Path) -> None:
    assert "is an empty zip archive" in refused(zipped(tmp_path / "x.zip", {}))
    assert "is an empty zip archive" in refused(zipped(tmp_path / "y.zip", {"__MACOSX/x": ""}))
    assert "empty; expected" in refused(
        unpacked(tmp_path / "x", {".hidden": ""}) and tmp_path / "x"
    )
    assert "without any submission" in refused(
        zipped(tmp_path / "z.zip", {"submission_metadata.yml": "{}"})
    )


def test_two_kinds_at_once(tmp_path: Path) -> None:
    for number, other in enumerate(
        (MOODLE, {"submission_metadata.yml": "{}"}, {"submitted/ann/sums/add.py": ADD})
    ):
        both = {**CANVAS, **other}
        for path in (
            zipped(tmp_path / f"{number}.zip", both),
            unpacked(tmp_path / f"{number}", both),
        ):
            words = refused(path)
            assert "holds submissions of" in words
            assert "Canvas" in words


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"PK\3\4 and no more", b"\x1f\x8b\x08\0"])
def test_no_zip(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    assert "zip" in refused(path)
    assert "no such file" in refused(tmp_path / "nobody")


# ---- one of an export ----------------------------------------------------------------------------


def test_one_submission_of_an_export_is_found_by_its_id(tmp_path: Path, sums: Assignment) -> None:
    for export, own_id in ((CANVAS, "elikzo_1002"), (MOODLE, "José__Müller_73")):
        path = zipped(tmp_path / "x.zip", export)
        found = incoming.entry_of(path, "sums", own_id)

        assert found is not None
        assert found.take_in(sums) == by_id(incoming.read(path, "sums"))[own_id].take_in(sums)


def test_an_export_without_it_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", CANVAS)

    with pytest.raises(UsageError, match="is an export of Canvas without `ann`; expected"):
        incoming.entry_of(path, "sums", "ann")


def test_one_submission_alone_is_no_export(tmp_path: Path) -> None:
    """Though a student's own names may look like those of a system."""
    alike = {"hw_1_2_add.py": ADD}
    several = {**alike, "hw_2_3_scale.py": SCALE}
    for path in (
        zipped(tmp_path / "copy.zip", alike),
        zipped(tmp_path / "ann.zip", several),
        zipped(tmp_path / "x.zip", {"add.py": ADD}),
        zipped(tmp_path / "y.zip", {}),
        unpacked(tmp_path / "x", {"add.py": ADD}),
        unpacked(tmp_path / "y", {"add.py": ADD}) / "add.py",
        tmp_path / "nobody",
    ):
        assert incoming.entry_of(path, "sums", "ann") is None


# ---- hostile -------------------------------------------------------------------------------------


def test_names_that_leave_are_left_out_and_said(tmp_path: Path, sums: Assignment) -> None:
    export = {
        "ann_1001_2001_add.py": ADD,
        "../bo_1002_2002_add.py": ADD,
        "/cem_1003_2003_add.py": ADD,
        "dora_1004_2004_add\u202e.py": ADD,
        "eve_1005_2005_..": ADD,
    }
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert sorted(by_id(found)) == ["ann_1001", "eve_1005"]
    assert len(found.skipped) == 3
    assert "leaves its folder" in found.skipped[0]
    assert "eve_1005: `..` leaves its folder" in str(taken(found, sums)["eve_1005"])
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


def test_one_bad_submission_stays_with_its_student(tmp_path: Path, sums: Assignment) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ann_1001_2001_add.py", ADD)
        archive.writestr(link("bo_1002_2002_add.py"), "/etc/passwd")
        archive.writestr("cem_1003_2003_add.py", b"\0" * (80 << 20))
        archive.writestr("dora_1004_2004_hw.zip", packed({"../../add.py": ADD}))
        archive.writestr("eve_1005_2005_add.py", b"#" * (8 << 20))
        archive.writestr("fay_1006_2006_hw.tar.gz", b"\x1f\x8b\x08\0 no")
        archive.writestr("gil_1007_2007_add.py", ADD)
        archive.writestr("gil_1007_2008_ADD.py", "another")
    found = taken(incoming.read(path, "sums"), sums)

    assert isinstance(found["ann_1001"], Submission)
    words = {name: str(one) for name, one in found.items() if not isinstance(one, Submission)}
    assert "is a symbolic link" in words.pop("bo_1002")
    assert "is larger than 64 MiB" in words.pop("cem_1003")
    assert "leaves its folder" in words.pop("dora_1004")
    assert "is packed more than 200 times smaller" in words.pop("eve_1005")
    assert "is a damaged tar archive" in words.pop("fay_1006")
    assert "are one name" in words.pop("gil_1007")
    assert words == {}


def test_links_in_an_unpacked_export_are_not_followed(tmp_path: Path, sums: Assignment) -> None:
    secret = unpacked(tmp_path / "secret", {"add.py": ADD})
    folder = unpacked(
        tmp_path / "x",
        {"submission_metadata.yml": "submission_1: {}\nsubmission_2: {}", "submission_1/a.py": ""},
    )
    (folder / "submission_1" / "inner").symlink_to(secret)
    (folder / "submission_2").symlink_to(secret)
    found = incoming.read(folder, "sums")

    assert "`inner` is a symbolic link" in str(taken(found, sums)["submission_1"])
    assert files(found, sums).get("submission_2") != ["add.py"]


def test_an_archive_that_changes_meanwhile_is_refused(tmp_path: Path, sums: Assignment) -> None:
    path = zipped(tmp_path / "x.zip", CANVAS)
    found = incoming.read(path, "sums")
    zipped(path, {"other_1_2_add.py": ADD})

    words = taken(found, sums)
    words.pop("textchen_1004")  # holds no file in any case
    assert all("was changed while it was read" in str(one) for one in words.values())


def test_a_table_of_contents_of_any_length_is_not_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", CANVAS)
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\5\6")
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2**40, 2**40, 0, end)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    path.write_bytes(bytes(data[:end]) + wide + locator + bytes(data[end:]))

    assert "expected" in refused(path)


# ---- the roster ----------------------------------------------------------------------------------


def test_roster_tells_who_is_who_and_who_is_missing(tmp_path: Path) -> None:
    text = "ID,SIS User ID,Student\n1001,0042,Test A\n1002,0043,Zoë\n1009,0044,Late One\n"
    found = incoming.read(zipped(tmp_path / "x.zip", CANVAS), "sums", class_list(tmp_path, text))

    assert by_id(found)["testann_1001"].students == ("1001",)
    assert [one.name for one in found.missing] == ["Late One"]
    assert found.unknown == ("doedora_1005", "lastbo_1003", "textchen_1004")


def test_names_are_matched_where_they_are_one_person_s(tmp_path: Path) -> None:
    """Moodle writes names and its own numbers; a registrar's list has neither of the latter."""
    text = 'id,name\n007,Ann Test\n700,"MÜLLER, JOSÉ 🎓_"\n5,Luc Picard\n6,"Yet, Nobody"\n'
    export = {**MOODLE, "José 🎓_ Müller_78_assignsubmission_file_add.py": ADD}
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums", class_list(tmp_path, text))

    assert by_id(found)["José___Müller_78"].students == ("700",)
    assert by_id(found)["Nobody_Yet_77"].students == ("6",)
    # Two of one name: nobody guesses which. Nor is a hyphen a group's for certain.
    assert by_id(found)["Ann_Test_71"].students == ("Participant 71",)
    assert by_id(found)["Lab_A-Jean-Luc_Picard_72"].students == ("Participant 72",)
    assert [one.id for one in found.missing] == ["007", "5"]
    assert "Ann Test_75" in found.unknown


def test_moodle_worksheet_is_the_best_roster(tmp_path: Path) -> None:
    rows = "".join(f"Participant {n},Name {n}\n" for n in range(71, 79))
    text = f"Identifier,Full name\n{rows}"
    found = incoming.read(zipped(tmp_path / "x.zip", MOODLE), "sums", class_list(tmp_path, text))

    assert found.unknown == ()
    assert [one.id for one in found.missing] == ["Participant 78"]


def test_members_of_a_group_are_found_by_id_or_email(tmp_path: Path) -> None:
    metadata = gradescope({"submission_1": f":submitters:\n{ANN}\n{BO}\n{CEM}\n"})
    export = {"submission_metadata.yml": metadata, "submission_1/add.py": ADD}
    text = "id,email\nA1,ann@uni.example\n0043,\nC3,c@x\n"
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums", class_list(tmp_path, text))

    assert found.entries[0].students == ("A1", "0043", "7")
    assert found.unknown == (found.entries[0].name,)
    assert [one.id for one in found.missing] == ["C3"]


def test_plain_folder_with_a_roster(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "c", {"007.py": ADD, "ann@x.py": ADD, "who.py": ADD})
    found = incoming.read(folder, "sums", class_list(tmp_path, "id,email\n007,ann@x\n7,\n"))

    assert {one.id: one.students for one in found.entries} == {
        "007": ("007",),
        "ann@x": ("007",),
        "who": (),
    }
    assert found.twice == ("007.py and ann@x.py are both of '007'",)
    assert found.unknown == ("who.py",)
    assert [one.id for one in found.missing] == ["7"]


# ---- the whole way -------------------------------------------------------------------------------


def test_a_canvas_download_becomes_reports(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course").path
    zipped(course / "submissions.zip", {**CANVAS, "readme.txt": "x"})
    gradebook = (
        "Student,ID,SIS Login ID,Sums (5)\n    Points Possible,,,10\n"
        '"Test, Ann",1001,ann,\n"Çelik, Zoë",1002,zoe,\n"=Late, One",1009,late,\n'
    )
    (course / "roster.csv").write_text(gradebook)
    command = ["batch", "sums", "submissions.zip", "--out", "out", "--roster", "roster.csv"]
    done = grader(*command, cwd=course)

    assert done.returncode == 1, done.stderr
    assert "skipped: `readme.txt` is not named as Canvas names a submission" in done.stderr
    assert "refused: textchen_1004: holds only what was typed into Canvas" in done.stderr
    assert "not in the roster: lastbo_1003" in done.stderr
    assert "5 submissions from Canvas: " in done.stdout
    assert "1 of 3 students in the roster have no submission\n  1009  =Late, One\n" in done.stdout
    reports = {path.stem: read(path) for path in (course / "out" / "reports").glob("*.json")}
    assert sorted(reports) == ["doedora_1005", "elikzo_1002", "lastbo_1003", "testann_1001"]
    assert reports["testann_1001"].score == reports["elikzo_1002"].score == 10
    assert reports["lastbo_1003"].score == 4
    assert reports["elikzo_1002"].submission.students == ["1002"]
    assert reports["elikzo_1002"].submission.notes[0] == "late, as Canvas marks it"
    with (course / "out" / "missing.csv").open(newline="") as table:
        [row] = csv.DictReader(table)
    assert (row["id"], row["name"], row["login"]) == ("1009", "'=Late, One", "late")

    # Who is who became known later: nothing is graded anew for that.
    (course / "roster.csv").write_text("student_id;ID\n007;1001\n")
    again = grader(*command, "--resume", cwd=course)
    assert "(4 kept from before)" in again.stdout
    told = read(course / "out" / "reports" / "testann_1001.json")
    assert told.submission.students == ["007"]
    assert told.tasks == reports["testann_1001"].tasks
    assert "007" in (course / "out" / "reports" / "testann_1001.html").read_text()
    assert len((course / "out" / "missing.csv").read_text().splitlines()) == 1
    anew = grader(
        *("regrade", "sums", "--reports", "out", "--submissions", "submissions.zip"), cwd=course
    )
    assert "5 submissions, 0 graded anew: 4 stay the same, 1 refused" in anew.stdout
    assert "skipped: `readme.txt` is not named as Canvas names a submission" in anew.stderr

    # One of them once more: found in the export by the report's id, attempt, notes and all.
    for handed_in in ("submissions.zip", unpacked(course / "unpacked", CANVAS)):
        same = grader(
            *("replay", "out/reports/elikzo_1002.json", "--submission", handed_in), cwd=course
        )
        assert (same.returncode, same.stdout) == (0, "the same, times aside\n"), same.stderr


def test_nothing_is_written_for_what_is_no_export(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course").path
    zipped(course / "ann.zip", {"add.py": ADD})
    (course / "bad.csv").write_text("name\nAnn\n")
    before = sorted(course.rglob("*"))

    words = refusal(grader("batch", "sums", "ann.zip", "--out", "out", cwd=course))
    assert words.startswith("ann.zip: is no export that is known, it holds `add.py`; expected")
    zipped(course / "ann.zip", CANVAS)
    words = refusal(
        grader(*("batch", "sums", "ann.zip", "--out", "out", "--roster", "bad.csv"), cwd=course)
    )
    assert words.startswith("bad.csv: line 1: columns are 'name'; expected a CSV")
    assert sorted(course.rglob("*")) == before

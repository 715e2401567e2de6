"""A Brightspace download: whose, which attempt, and how its names find a class."""

import csv
import io
from pathlib import Path

import pytest

from grader.assignment import Assignment, load
from grader.lms import incoming
from grader.lms.from_brightspace import moment
from grader.report import read
from grader.submission import Submission
from tests.command import grader
from tests.conftest import ADD, SCALE, make_course
from tests.lms.exports import packed, unpacked, zipped
from tests.lms.test_incoming import CANVAS, MOODLE, by_id, class_list, files, refused, taken

MAY = "May 4, 2026"
BRIGHTSPACE = {
    "index.html": "<html>104840-170649 - Nobody - May 4, 2026 310 PM</html>",
    f"104840-170649 - Ann Test - {MAY} 310 PM/add.py": "old",
    f"104840-170649 - Ann Test - {MAY} 1142 AM/scale.py": "older",
    f"104840-170649 - Ann Test - {MAY} 1005 PM/add.py": ADD,
    f"104840-170649 - Ann Test - {MAY} 1005 PM/src/scale.py": SCALE,
    f"24573-170649 - 0042 Zoë 🎓 Müller-Öz - {MAY} 1200 AM/hw.zip": packed({"add.py": ADD}),
    f"104851-170649 - bo.l Bo Last - {MAY} 110 AM/add.py": ADD,
    f"104852-170649 - . Cem Öz - {MAY} 111 AM/": "",
    f"9001-170649 - Group 5 - {MAY} 112 AM/add.py": ADD,
}
FLAT = {
    f"104840-170649 - Ann Test - {MAY} 310 PM - add.py": "old",
    f"104840-170649 - Ann Test - {MAY} 1005 PM - add.py": ADD,
    f"104840-170649 - Ann Test - {MAY} 1005 PM - x - {MAY} 900 PM - scale.py": SCALE,
    f"104841-170649 - Bo Last - {MAY} 110 AM - a_71_assignsubmission_file_1_2_add.py": ADD,
}


@pytest.fixture(scope="module")
def sums(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    return load("sums", make_course(tmp_path_factory.mktemp("brightspace") / "course").path)


def test_newest_attempt_of_each_packed_or_unpacked(tmp_path: Path, sums: Assignment) -> None:
    for path in (
        zipped(tmp_path / "x.zip", BRIGHTSPACE),
        unpacked(tmp_path / "x", BRIGHTSPACE),
        zipped(tmp_path / "y.zip", {f"Sums Download {MAY}/{n}": c for n, c in BRIGHTSPACE.items()}),
    ):
        found = incoming.read(path, "sums")

        assert found.system == "Brightspace"
        assert {one.id: one.students for one in found.entries} == {
            "Ann_Test_104840": ("Brightspace 104840",),
            "0042_Zoë_Müller-Öz_24573": ("Brightspace 24573",),
            "bo.l_Bo_Last_104851": ("Brightspace 104851",),
            "Cem_Öz_104852": ("Brightspace 104852",),
            "Group_5_9001": ("Brightspace 9001",),
        }
        assert files(found, sums) == {
            "Ann_Test_104840": ["add.py", "src/scale.py"],
            "0042_Zoë_Müller-Öz_24573": ["add.py"],
            "bo.l_Bo_Last_104851": ["add.py"],
            "Cem_Öz_104852": [],
            "Group_5_9001": ["add.py"],
        }
        assert by_id(found)["Ann_Test_104840"].received is None  # its time names no zone
        ann = taken(found, sums)["Ann_Test_104840"]
        assert isinstance(ann, Submission)
        assert ann.files["add.py"] == ADD.encode()
        assert sorted(found.skipped) == [
            f"`Ann Test - {MAY} 1142 AM`: a newer attempt is there",
            f"`Ann Test - {MAY} 310 PM`: a newer attempt is there",
        ]


def test_a_download_without_folders(tmp_path: Path, sums: Assignment) -> None:
    """What stands behind the first time is the student's own name for the file."""
    found = incoming.read(zipped(tmp_path / "x.zip", FLAT), "sums")

    assert found.system == "Brightspace"
    assert files(found, sums) == {
        "Ann_Test_104840": ["add.py", f"x - {MAY} 900 PM - scale.py"],
        "Bo_Last_104841": ["a_71_assignsubmission_file_1_2_add.py"],
    }
    assert found.skipped == (f"`Ann Test - {MAY} 310 PM`: a newer attempt is there",)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Nov 26, 2025 1159 AM", "Nov 26, 2025 1200 PM"),
        ("Nov 27, 2025 1200 AM", "Nov 27, 2025 100 AM"),
        ("Sep 29, 2015 4:17 PM", "Oct 1, 2015 4:16 AM"),
        ("05 March 2026 612 PM", "05 March 2026 1012 PM"),
        ("31 de agosto de 2026 2334", "1 de septiembre de 2026 905"),
        ("31 mars 2026 2334", "1 avr. 2026 000"),
        ("30 juin 2026 900", "1 juil. 2026 800"),
        ("28. Feb. 2026 2334", "1. März 2026 1005"),
        ("31 dez. 2025 2359", "1 jan. 2026 001"),
    ],
)
def test_times_are_ordered_in_several_languages(tmp_path: Path, older: str, newer: str) -> None:
    export = {f"7-9 - Ann - {time}/add.py": "" for time in (newer, older)}
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert found.skipped == (f"`Ann - {older}`: a newer attempt is there",)


def test_attempts_that_cannot_be_ordered_are_refused(tmp_path: Path, sums: Assignment) -> None:
    """A guess would grade an old attempt; one alone needs no order."""
    export = {
        "7-9 - Ann - 4 ocak 2026 905/add.py": ADD,
        "7-9 - Ann - 5 ocak 2026 905/add.py": ADD,
        "8-9 - Bo - 4 ocak 2026 905/add.py": ADD,
    }
    found = taken(incoming.read(zipped(tmp_path / "x.zip", export), "sums"), sums)

    assert moment("4 ocak 2026 905") is None
    assert found["Ann_7"] == (
        "Ann_7: there are attempts of `4 ocak 2026 905` and `5 ocak 2026 905`, and which is the "
        "newer cannot be told; expected one"
    )
    assert isinstance(found["Bo_8"], Submission)


def test_what_is_named_otherwise_is_said(tmp_path: Path) -> None:
    export = BRIGHTSPACE | {"notes/add.py": ADD, "7-9 - Ann/add.py": ADD}
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums")

    assert "`notes` is not named as Brightspace names a submission" in found.skipped
    assert "`7-9 - Ann` is not named as Brightspace names a submission" in found.skipped
    assert not any("index.html" in sentence for sentence in found.skipped)


@pytest.mark.parametrize("other", [CANVAS, MOODLE], ids=["canvas", "moodle"])
def test_with_another_system_s_it_is_refused(tmp_path: Path, other: dict[str, str]) -> None:
    words = refused(zipped(tmp_path / "x.zip", {**BRIGHTSPACE, **other}))

    assert "Brightspace; expected those of one" in words or "of Brightspace and of" in words


def test_dates_in_a_plain_folder_are_not_brightspace_s(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "x", {"2026-05 - Ann/add.py": ADD, "2026-05 - Bo/add.py": ADD})

    assert incoming.read(folder, "sums").system == ""


# ---- the roster ----------------------------------------------------------------------------------


def test_names_find_the_class_by_id_login_or_name(tmp_path: Path) -> None:
    text = (
        "OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator\n"
        "#0042,#zoe,Müller-Öz,Zoë 🎓,#\n#0043,#bo.l,Last,Bo,#\n#0044,#ann.t,Test,Ann,#\n"
        "#0045,#cem,Öz,Cem,#\n"
    )
    found = incoming.read(
        zipped(tmp_path / "x.zip", BRIGHTSPACE), "sums", class_list(tmp_path, text)
    )

    assert {one.id: one.students for one in found.entries} == {
        "Ann_Test_104840": ("0044",),
        "0042_Zoë_Müller-Öz_24573": ("0042",),
        "bo.l_Bo_Last_104851": ("0043",),
        "Cem_Öz_104852": ("Brightspace 104852",),
        "Group_5_9001": ("Brightspace 9001",),
    }
    assert found.unknown == (". Cem Öz_104852", "Group 5_9001")
    assert [one.id for one in found.missing] == ["0045"]


def test_an_id_in_front_counts_only_with_the_name_behind_it(tmp_path: Path) -> None:
    """A first name may be another's login, a number of Brightspace's another's id."""
    export = {
        f"0042-9 - ann Zander - {MAY} 310 PM/add.py": ADD,
        f"7-9 - 0043 Ann Test - {MAY} 310 PM/add.py": ADD,
        f"8-9 - 0044 Bo - {MAY} 310 PM/add.py": ADD,
    }
    text = "id,login,name\n0042,ann,Ann Test\n0043,bo,Bo Last\n0044,cem,\n"
    found = incoming.read(zipped(tmp_path / "x.zip", export), "sums", class_list(tmp_path, text))

    assert {one.id: one.students for one in found.entries} == {
        "ann_Zander_0042": ("Brightspace 0042",),
        "0043_Ann_Test_7": ("Brightspace 7",),
        "0044_Bo_8": ("0044",),
    }


# ---- the whole way -------------------------------------------------------------------------------


def test_from_its_download_to_its_grades(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course").path
    zipped(course / "submissions.zip", BRIGHTSPACE)
    (course / "grades.csv").write_text(
        "OrgDefinedId,Username,Last Name,First Name,"
        "Small sums Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\n"
        "#0042,#zoe,Müller-Öz,Zoë 🎓,,#\n#0043,#bo.l,Last,Bo,,#\n#0044,#ann.t,Test,Ann,,#\n"
    )
    done = grader(
        *("batch", "sums", "submissions.zip", "--out", "out", "--roster", "grades.csv"), cwd=course
    )
    assert done.returncode == 0, done.stderr
    assert "5 submissions from Brightspace: 5 graded" in done.stdout
    assert read(course / "out" / "reports" / "Ann_Test_104840.json").submission.students == ["0044"]

    done = grader(
        *("export", "brightspace", "--reports", "out", "--roster", "grades.csv"),
        *("--out", "new.csv"),
        cwd=course,
    )
    rows = list(csv.reader(io.StringIO((course / "new.csv").read_text())))[1:]
    assert [(row[0], row[2]) for row in rows] == [("#0042", "4"), ("#0043", "4"), ("#0044", "10")]
    assert "left out: Group_5_9001: not in the roster (Brightspace 9001)" in done.stdout

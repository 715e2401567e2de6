"""Rosters as course systems write them, and whatever else somebody may take for one."""

import time
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.lms import roster
from grader.lms.roster import Student

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Homework 1 (501)\r\n"
    ",,,,,Manual Posting\r\n"
    "    Points Possible,,,,,10\r\n"
    '"Çelik, Zoë",1001,0042,zoe,"Lab A and Lab B",\r\n'
    '"Test, Ann",1002,00420,ann,Lab A,EX\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Last modified (grade)\n"
    "Participant 71,Ann Test,ann@uni.example,Submitted,,-\n"
    "Participant 72,José Pérez 🎓,jose@uni.example,Submitted,,-\n"
)
MOODLE_PARTICIPANTS = (
    "First name,Last name,ID number,Email address\nAnn,Test,007,ann@uni.example\n"
    "Bo,Last,070,bo@uni.example\n"
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Homework 1 Points Grade,End-of-Line Indicator\n"
    "#0042,#ann.t,8,#\n#0043,#bo.l,,#\n"
)
NBGRADER = "student_id,first_name,last_name,email,lms_user_id\nann,Ann,Test,ann@uni.example,5\n"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(folder: Path, content: str | bytes) -> str:
    path = written(folder, content)
    with pytest.raises(UsageError) as caught:
        roster.read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


# ---- as systems write it -------------------------------------------------------------------------


def test_canvas_gradebook_has_more_header_rows_than_one(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, CANVAS))

    assert found.students == (
        Student("1001", "Çelik, Zoë", "", "zoe", "Lab A and Lab B", ("0042",)),
        Student("1002", "Test, Ann", "", "ann", "Lab A", ("00420",)),
    )


def test_canvas_gradebook_with_names_in_two_columns(tmp_path: Path) -> None:
    text = (
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Integration ID,Section,Sums (5)\n"
        ",,,,,,,Manual Posting\n    Points Possible,,,,,,,10\nÇelik,Zoë,1001,0042,zoe,i7,Lab A,\n"
    )

    assert roster.read(written(tmp_path, text)).students == (
        Student("1001", "Zoë Çelik", "", "zoe", "Lab A", ("0042", "i7")),
    )


def test_who_has_no_last_name_is_a_student_all_the_same(tmp_path: Path) -> None:
    text = "OrgDefinedId,Username,Last Name,First Name\n#0042,#ann,,Ann\n#0043,#bo,Last,\n"
    found = roster.read(written(tmp_path, text))

    assert [(one.id, one.name) for one in found.students] == [("0042", "Ann"), ("0043", "Last")]
    assert refusal(tmp_path, "id,last name,first name\n1,Test,Ann\n,,Bo\n") == (
        "line 3 has no 'id'; expected an id for every student"
    )


def test_moodle_worksheet_in_another_language(tmp_path: Path) -> None:
    """Its participants are found by the number that a download has in its names."""
    text = (
        "Identifiant,Nom complet,Adresse,Statut,Note,Note maximale,La note peut être modifiée,"
        "Dernière modification (travail remis),Dernière modification (note)\n"
        "Participant 71,Ann Test,ann@uni.example,Remis,,20.00,Oui,-,-\n"
        "Participant 72,Ann Test,ben@uni.example,Remis,,20.00,Oui,-,-\n"
    )
    found = roster.read(written(tmp_path, text.replace("Participant 7", "Étudiant·e 7")))

    assert [(one.id, one.name, one.email) for one in found.students] == [
        ("Étudiant·e 71", "", "ann@uni.example"),
        ("Étudiant·e 72", "", "ben@uni.example"),
    ]
    assert found.find("Participant 72") is found.students[1]


def test_numbers_of_seats_are_no_participants(tmp_path: Path) -> None:
    message = refusal(tmp_path, "Seat,Name\nA 1,Ann\nA 2,Ben\n")

    assert message.startswith("line 1: columns are 'Seat, Name'")


def test_moodle_worksheet_is_known_by_its_participants(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, MOODLE))

    assert [student.id for student in found.students] == ["Participant 71", "Participant 72"]
    assert found.students[1].name == "José Pérez 🎓"
    assert found.find("jose@uni.example") is found.students[1]


def test_first_and_last_name_become_one(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, MOODLE_PARTICIPANTS))

    assert found.students[0] == Student("007", "Ann Test", "ann@uni.example")


def test_brightspace_writes_a_sign_before_ids(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, BRIGHTSPACE))

    assert [(one.id, one.login) for one in found.students] == [("0042", "ann.t"), ("0043", "bo.l")]


def test_nbgrader_students(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, NBGRADER))

    assert found.students == (Student("ann", "Ann Test", "ann@uni.example", further_ids=("5",)),)


def test_a_login_is_an_id_where_there_is_no_other(tmp_path: Path) -> None:
    assert roster.read(written(tmp_path, "Username\n#bo\n")).students[0].id == "bo"


def test_a_column_of_ids_that_is_empty_is_none(tmp_path: Path) -> None:
    """Moodle has the column ID number, and few courses fill it."""
    text = "Identifier,ID number,Email address\nParticipant 5,,a@x\nParticipant 6,,b@x\n"

    assert roster.read(written(tmp_path, text)).students[0].id == "Participant 5"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_are_found_out(tmp_path: Path, delimiter: str) -> None:
    text = '"Student_ID"|Name|Section\n007|"Test, ""Ann""; a\tb"|A\n'.replace("|", delimiter)

    [student] = roster.read(written(tmp_path, text)).students
    assert student == Student("007", 'Test, "Ann"; a\tb', section="A")


def test_excel_marks_its_delimiter_and_writes_utf_16(tmp_path: Path) -> None:
    text = "sep=;\r\nID;Name\r\n01;Åsa\r\n"

    for data in (text.encode("utf-8-sig"), text.encode("utf-16")):
        assert roster.read(written(tmp_path, data)).students == (Student("01", "Åsa"),)


def test_blank_lines_and_short_rows_are_nothing_bad(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, "id,name,section\n\n1,Ann\n,,\n2,Bo,B\n"))

    assert found.students == (Student("1", "Ann"), Student("2", "Bo", section="B"))


# ---- looking for somebody ------------------------------------------------------------------------


def test_leading_zeros_tell_students_apart(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, "id\n42\n042\n0042\n"))

    assert [found.find(text) for text in ("42", "042", "0042")] == list(found.students)
    assert found.find("00042") is None


def test_found_by_id_before_login_before_email(tmp_path: Path) -> None:
    text = "id,login,email\n1,2,x@y\n2,ann,3\n3,bo,z@y\n"
    found = roster.read(written(tmp_path, text))

    assert found.find("2") is found.students[1]
    assert found.find("3") is found.students[2]
    assert found.find("x@y") is found.students[0]
    assert found.find("ANN") is None
    assert found.find("") is None


def test_what_two_share_names_nobody(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, "id,email\n1,lab@x\n2,lab@x\n"))

    assert found.find("lab@x") is None


def test_letters_may_be_composed_or_not(tmp_path: Path) -> None:
    found = roster.read(written(tmp_path, "id,name\nzoe\u0308,Zoe\u0308\n"))

    assert found.find("zo\u00eb") is found.students[0]
    assert found.students[0].name == "Zo\u00eb"


def test_five_thousand_students_are_read_at_once(tmp_path: Path) -> None:
    rows = "".join(f'{n:07},"Last{n}, First",{n}@x,u{n}\n' for n in range(5000))
    path = written(tmp_path, "id,name,email,login\n" + rows)

    begun = time.perf_counter()
    found = roster.read(path)
    assert all(found.find(f"{n}@x") is found.students[n] for n in range(5000))
    assert time.perf_counter() - begun < 2


# ---- refused -------------------------------------------------------------------------------------


def test_no_column_of_ids(tmp_path: Path) -> None:
    message = refusal(tmp_path, "Name,Email\nAnn,a@x\n")

    assert message.startswith("line 1: columns are 'Name, Email'; expected a CSV with a header")


def test_a_student_without_id(tmp_path: Path) -> None:
    assert refusal(tmp_path, "id,name\n1,Ann\n,Bo\n") == (
        "line 3 has no 'id'; expected an id for every student"
    )


def test_two_students_with_one_id(tmp_path: Path) -> None:
    assert refusal(tmp_path, "id,name\n007,Ann\n7,Bo\n007,Cem\n") == (
        "lines 2 and 4 have the same 'id', '007'; expected one line for each student"
    )


def test_a_name_with_a_comma_and_no_quotes(tmp_path: Path) -> None:
    """nbgrader's own exporter writes such."""
    assert refusal(tmp_path, "id,name\n1,Test, Ann\n").startswith("line 2 has 3 cells, its header")


def test_a_column_twice(tmp_path: Path) -> None:
    assert refusal(tmp_path, "ID,id\n1,2\n").startswith("has two columns 'id'")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04\x14\0\0\0",
        "id,name\n1,Zoë\n".encode("latin-1"),
        b'id,name\n1,"Ann\n',
        b"id\n" + b"1" * 200_000 + b"\n",
        b"<html>no</html>",
        b"\0" * 100,
    ],
    ids=["empty", "workbook", "latin-1", "open quote", "long cell", "page", "zeros"],
)
def test_what_is_no_csv(tmp_path: Path, content: bytes) -> None:
    assert "CSV" in refusal(tmp_path, content)


def test_bounded(tmp_path: Path) -> None:
    assert "larger than 16 MiB" in refusal(tmp_path, b"id\n" + b"1\n" * (9 << 20))
    rows = b"".join(b"%d\n" % n for n in range(roster.MAX_STUDENTS + 1))
    assert "more than 100000 rows" in refusal(tmp_path, b"id\n" + rows)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        roster.read(tmp_path / "nobody.csv")

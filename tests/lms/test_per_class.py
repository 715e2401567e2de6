"""One file per class: the tables of each system, with everything that can stand in a cell."""

import csv
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from grader.errors import UsageError
from grader.lms import FORMATS, PerClass, roster, sheet
from grader.lms.graded import Graded, Settings, Written, assigned, once_each
from grader.lms.nbgrader import HEAD
from grader.report import Report, student_view
from tests.lms.classes import FOR_STAFF, SETTINGS, broken, half, passed, waiting

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Sums (501),Essay (502),Final Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,20.00,100.00,(read only)\r\n"
    '"=Ben, 🎓",1001,0042,ben,"Lab A and ""B""",3,77,9\r\n'
    '"Test, Ann",1002,00042,ann,Lab A,,78,9\r\n'
    '"Test, Ann",1003,000042,ann2,Lab A,EX,79,9\r\n'
    '"Çelik, Zoë",1004,0043,zoe,Lab A,,80,9\r\n'
    '"Student, Test",1005,,7a8b9c,Lab A,,,9\r\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 71,"Test, Ann",ann@uni.example,Submitted,,20.00,Yes,"Monday, 4 May",-,\n'
    "Participant 72,Test Ann,ben@uni.example,Submitted,5.00,20.00,Yes,-,-,Well done\n"
    "Participant 73,José 🎓,jose@uni.example,No submission,,20.00,Yes,-,-,\n"
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,Last Name,First Name,"
    "Sums Points Grade <Numeric MaxPoints:20 Weight:10>,Essay Points Grade <Numeric MaxPoints:5>,"
    "End-of-Line Indicator\n"
    "#0042,#ann.t,Test,Ann,,,#\n#0043,#ben.l,=Last,Ben,3,,#\n#0044,#zoe,Last,Zoe,,,#\n"
)


def told(tmp_path: Path, text: str, **more: Any) -> Settings:
    """Return the settings of an export with this roster."""
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode("utf-8"))
    return replace(SETTINGS, roster=roster.read(path), sheet=sheet.read(path), **more)


def written(name: str, settings: Settings, *reports: Report) -> Written:
    chosen = FORMATS[name]
    assert isinstance(chosen, PerClass)
    views = map(student_view, reports)
    return chosen.file(once_each(assigned(views, settings.roster)), settings)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8")), strict=True))


def records(content: bytes) -> list[dict[str, str]]:
    head, *rows = rows_of(content)
    return [dict(zip(head, row, strict=True)) for row in rows]


# ---- Canvas --------------------------------------------------------------------------------------


def canvas_import(content: bytes, students: set[str], titles: set[str]) -> dict[str, str]:
    """Return the grades that Canvas would change, by the rules of its gradebook importer.

    Student and ID come first, Section last of what is about students; a row that holds "Points
    Possible" sets those of the assignment. Fails where Canvas would make a new assignment.
    """
    head, *rows = rows_of(content)
    assert "Student" in head[0]
    assert "ID" in head[1]
    place = next(n for n, title in enumerate(head) if "Section" in title)
    login = 2 if head[2] == "SIS Login ID" else 3
    assert place == 2 or head[login] == "SIS Login ID"
    (title,) = head[place + 1 :]
    assert title in titles, "makes a new assignment"
    changed = {}
    for row in rows:
        if "Points Possible" in row[0]:
            assert row[-1] == "20.00", "changes the assignment"
        elif any(row):
            assert row[1] in students, "makes a new student"
            changed[row[1]] = row[-1].strip()
    return changed


def test_canvas_takes_the_scores_and_nothing_else(tmp_path: Path) -> None:
    """Other assignments are not in the file: they may have changed in Canvas since the export."""
    own = written("canvas", told(tmp_path, CANVAS), half("1001"), passed("ann"))

    grades = canvas_import(
        own.content, {"1001", "1002", "1003", "1004", "1005"}, {"Sums (501)", "Essay (502)"}
    )
    assert grades == {"1001": "16.67", "1002": "20"}
    head, second, *_ = rows_of(own.content)
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Sums (501)"]
    assert second == ["Points Possible", "", "", "", "", "20.00"]
    assert own.left_out == ()


def test_canvas_cells_are_no_formulas_and_keep_their_zeros(tmp_path: Path) -> None:
    own = written("canvas", told(tmp_path, CANVAS), half("1001"))

    (_, row) = records(own.content)
    assert row["Student"] == "'=Ben, 🎓"
    assert row["SIS User ID"] == "0042"
    assert row["Section"] == 'Lab A and "B"'


def test_canvas_leaves_who_is_excused_or_not_graded_as_they_are(tmp_path: Path) -> None:
    settings = told(tmp_path, CANVAS)
    own = written(
        "canvas", settings, passed("1003"), waiting("1001"), broken("1004"), passed("1002")
    )

    assert [row["ID"] for row in records(own.content)[1:]] == ["1002"]
    assert own.left_out == ("1003: is excused (EX) in Canvas, and stays so",)


def test_canvas_takes_no_score_of_who_does_not_have_the_assignment(tmp_path: Path) -> None:
    """Its importer drops such a score without a word; so it is said here."""
    text = CANVAS.replace("Lab A,,80", "Lab A,N/A,80")

    own = written("canvas", told(tmp_path, text), passed("1004"), passed("1002"))
    assert [row["ID"] for row in records(own.content)[1:]] == ["1002"]
    assert own.left_out == (
        "1004: does not have this assignment in Canvas (N/A), which would take no score",
    )


@pytest.mark.parametrize("column", ["Essay", "502", "Essay (502)"])
def test_canvas_column_is_named_by_title_or_id(tmp_path: Path, column: str) -> None:
    settings = told(tmp_path, CANVAS, column=column, points=100.0)

    own = written("canvas", settings, half("1001"))
    assert records(own.content)[1]["Essay (502)"] == "83.35"


def test_canvas_column_that_is_not_there_would_make_an_assignment(tmp_path: Path) -> None:
    settings = told(tmp_path, CANVAS, column="Sum")

    with pytest.raises(UsageError, match=r"'Sum'; there are: 'Sums \(501\)', 'Essay \(502\)'\. "):
        written("canvas", settings, passed("1001"))


def test_two_canvas_columns_of_one_title_are_told_apart(tmp_path: Path) -> None:
    text = CANVAS.replace("Essay (502)", "Sums (502)")

    with pytest.raises(UsageError, match=r"'Sums' may be 'Sums \(501\)', 'Sums \(502\)'; name"):
        written("canvas", told(tmp_path, text), passed("1001"))
    own = written("canvas", told(tmp_path, text, column="501"), passed("1001"))
    assert records(own.content)[1]["Sums (501)"] == "20"


def test_canvas_gradebook_with_semicolons(tmp_path: Path) -> None:
    text = CANVAS.replace(",", ";").replace("20.00", "20,00").replace('"=Ben; 🎓"', '"Ben, 🎓"')

    own = written("canvas", told(tmp_path, text), passed("1001"))
    assert records(own.content)[1]["Sums (501)"] == "20"


def test_canvas_points_must_be_the_same(tmp_path: Path) -> None:
    settings = told(tmp_path, CANVAS, column="Essay")

    with pytest.raises(UsageError, match=r"'Essay \(502\)' has 100 points, the reports 20; .*100"):
        written("canvas", settings, passed("1001"))


def test_canvas_column_that_is_read_only_is_refused(tmp_path: Path) -> None:
    text = CANVAS.replace("20.00", "(read only)")

    with pytest.raises(UsageError, match=r"'Sums \(501\)' is read only in Canvas"):
        written("canvas", told(tmp_path, text), passed("1001"))


@pytest.mark.parametrize("titles", ["LastName,FirstName", "Last Name,First Name"])
def test_canvas_with_names_in_two_columns_is_written_back_so(tmp_path: Path, titles: str) -> None:
    """As its gradebook exports them if a course has the option; its importer wants both."""
    text = (
        f"{titles},ID,SIS User ID,SIS Login ID,Integration ID,Section,Notes,Sums (501)\n"
        ",,,,,,,,Manual Posting\n"
        "    Points Possible,,,,,,,,20.00\n"
        "Test,Ann,1002,00042,ann,i7,Lab A,x,\n"
        '"=Last",Ben,1001,0042,ben,i8,Lab A,,EX\n'
    )
    settings = told(tmp_path, text)

    own = written("canvas", settings, half("1002"), passed("i8"))
    head, second, *rows = rows_of(own.content)
    assert ",".join(head) == (
        f"{titles},ID,SIS User ID,SIS Login ID,Integration ID,Section,Sums (501)"
    )
    assert second == ["Points Possible", *[""] * 6, "20.00"]
    assert rows == [["Test", "Ann", "1002", "00042", "ann", "i7", "Lab A", "16.67"]]
    assert own.left_out == ("1001: is excused (EX) in Canvas, and stays so",)
    assert settings.roster is not None
    assert [one.name for one in settings.roster.students] == ["Ann Test", "Ben =Last"]


def test_canvas_needs_its_own_gradebook(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected the gradebook that Canvas exported"):
        written("canvas", SETTINGS, passed())
    with pytest.raises(UsageError, match="has no columns Student, ID, Section; expected"):
        written("canvas", told(tmp_path, "student_id,name\n1,Ann\n"), passed("1"))


def test_every_student_of_a_group_has_its_score(tmp_path: Path) -> None:
    own = written("canvas", told(tmp_path, CANVAS), half("team", students=("1001", "ann")))

    assert [row["Sums (501)"] for row in records(own.content)[1:]] == ["16.67", "16.67"]


def test_canvas_finds_its_id_beside_a_column_of_notes_with_other_ids(tmp_path: Path) -> None:
    """A course may add a column of its own; what the roster takes for the id is then another."""
    text = (
        "Student,ID,SIS Login ID,Section,Student ID,Sums (501)\n"
        "    Points Possible,,,,,20\n"
        '"Test, Ann",1002,ann,Lab,s2,\n"Test, Ben",1001,ben,Lab,s1,\n'
    )

    own = written("canvas", told(tmp_path, text), passed("1002"), passed("s1"))
    assert [row["ID"] for row in records(own.content)[1:]] == ["1002", "1001"]


def test_two_submissions_of_one_student_are_refused(tmp_path: Path) -> None:
    """Also where the two are named after different ids of the same student."""
    with pytest.raises(UsageError, match="1001 and ben are both of student 1001; expected one"):
        written("canvas", told(tmp_path, CANVAS), passed("1001"), passed("ben"))


def test_reports_of_two_maxima_are_refused(tmp_path: Path) -> None:
    other = passed("1002").model_copy(update={"max_score": 30.0})

    with pytest.raises(UsageError, match="1001 is of sums with 20 points, 1002 of sums with 30"):
        written("canvas", told(tmp_path, CANVAS), passed("1001"), other)


def test_a_class_of_five_thousand_takes_seconds(tmp_path: Path) -> None:
    head, muted, second, *_ = CANVAS.splitlines()
    lines = [f'"Test, {n}",{n},{n:08},login{n},Lab,,,' for n in range(5000)]
    settings = told(tmp_path, "\n".join([head, muted, second, *lines]))
    one = student_view(passed())
    views = [
        one.model_copy(update={"submission": one.submission.model_copy(update={"id": f"{n:08}"})})
        for n in range(5000)
    ]
    chosen = FORMATS["canvas"]
    assert isinstance(chosen, PerClass)
    start = time.monotonic()

    own = chosen.file(assigned(views, settings.roster), settings)
    assert len(rows_of(own.content)) == 5002
    assert own.left_out == ()
    assert time.monotonic() - start < 10


# ---- Moodle --------------------------------------------------------------------------------------


def test_moodle_worksheet_is_filled_in(tmp_path: Path) -> None:
    own = written(
        "moodle", told(tmp_path, MOODLE), half("Participant 71"), passed("ben@uni.example")
    )

    ann, ben = records(own.content)
    assert (ann["Identifier"], ann["Grade"]) == ("Participant 71", "16.67")
    assert (ben["Identifier"], ben["Grade"]) == ("Participant 72", "20")
    assert ann["Full name"] == "Test, Ann"
    assert own.left_out == ()


def test_moodle_comment_is_html_that_shows_what_a_student_wrote(tmp_path: Path) -> None:
    settings = told(tmp_path, MOODLE)
    ann, ben = records(
        written("moodle", settings, half("Participant 71"), half("Participant 72")).content
    )

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in ann["Feedback comments"]
    assert "<script" not in ann["Feedback comments"]
    assert ben["Feedback comments"] == "Well done"


def test_moodle_leaves_who_is_not_graded_out(tmp_path: Path) -> None:
    own = written("moodle", told(tmp_path, MOODLE), waiting("Participant 72"))

    assert records(own.content) == []


def test_moodle_needs_its_own_worksheet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected the grading worksheet that Moodle made"):
        written("moodle", SETTINGS, passed())
    text = MOODLE.replace("Last modified (grade)", "Changed").replace("20.00", "")
    with pytest.raises(UsageError, match=r"no column 'Last modified \(grade\)'.*: .*Changed"):
        written("moodle", told(tmp_path, text), passed("Participant 71"))
    with pytest.raises(UsageError, match="'Maximum grade' has 100 points, the reports 20"):
        written(
            "moodle",
            told(tmp_path, MOODLE.replace("20.00", "100.00")),
            passed("Participant 71"),
        )


GERMAN = (
    '\ufeffID,"Vollständiger Name",E-Mail-Adresse,Status,Bewertung,"Beste Bewertung",'
    '"Bewertung kann geändert werden","Zuletzt geändert (Abgabe)",Texteingabe,'
    '"Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
    'Teilnehmer/in71,"Test, Ann",ann@uni.example,"Zur Bewertung (spät)",,"20,00",Ja,"4. Mai",,-,\n'
    'Teilnehmer/in72,Test Ann,ben@uni.example,Abgegeben,"5,00","20,00",Ja,-,,-,Gut\n'
    'Teilnehmer/in73,José 🎓,,Keine Abgabe,,"20,00",Ja,-,,-,\n'
)
JAPANESE = (
    "識別子,ステータス,評定,最大評点,評定変更可,最終更新日時 (提出),最終更新日時 (評定)\n"
    "参加者 71,提出済み,,20.00,Yes,-,-\n参加者 72,未提出,,20.00,Yes,-,-\n"
)


def test_moodle_worksheet_of_another_language_is_told_by_what_stands_in_it(tmp_path: Path) -> None:
    """Moodle looks for the same titles in its own language: all stay as they are."""
    settings = told(tmp_path, GERMAN)

    own = written("moodle", settings, half("Participant 71"), passed("ben@uni.example"))
    ann, ben = records(own.content)
    assert list(ann) == rows_of(GERMAN.removeprefix("\ufeff").encode())[0]
    assert (ann["ID"], ann["Bewertung"], ann["Beste Bewertung"]) == (
        *("Teilnehmer/in71", "16.67", "20,00"),
    )
    assert "&lt;script&gt;" in ann["Feedback als Kommentar"]
    assert (ben["Bewertung"], ben["Feedback als Kommentar"]) == ("20", "Gut")
    assert own.taken == (
        "'ID' for the identifier, 'Bewertung' for the grade, 'Beste Bewertung' for the maximum, "
        "'Feedback als Kommentar' for comments",
    )
    assert settings.roster is not None
    first = settings.roster.students[0]
    assert (first.id, first.name, first.email) == (
        *("Teilnehmer/in71", "Test, Ann", "ann@uni.example"),
    )


def test_moodle_worksheet_of_blind_marking_in_another_alphabet(tmp_path: Path) -> None:
    settings = told(tmp_path, JAPANESE)

    own = written("moodle", settings, half("Participant 71"))
    assert records(own.content)[0]["評定"] == "16.67"
    assert own.taken[0].endswith("'最大評点' for the maximum, none for comments")
    assert settings.roster is not None
    assert [one.name for one in settings.roster.students] == ["", ""]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Teilnehmer/in72", "Teilnehmer/in71x"),  # no number at the end
        ("Teilnehmer/in72", "Gruppe72"),  # two words
        ("5,00", "gut"),  # a scale
        ("5,00", "21,00"),  # more than the maximum
        ('"20,00"', ""),  # no maximum
        ("Zuletzt geändert (", "Zuletzt ["),  # no times of change
    ],
)
def test_a_worksheet_that_leaves_a_doubt_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in GERMAN
    with pytest.raises(UsageError, match="has no column 'Identifier', nor can another"):
        written("moodle", told(tmp_path, GERMAN.replace(old, new)), passed("Participant 71"))


# ---- Brightspace ---------------------------------------------------------------------------------


def test_brightspace_takes_ids_with_their_zeros(tmp_path: Path) -> None:
    own = written("brightspace", told(tmp_path, BRIGHTSPACE), half("0042"), passed("ben.l"))

    head, *rows = rows_of(own.content)
    assert head == [
        *("OrgDefinedId", "Username"),
        *("Sums Points Grade <Numeric MaxPoints:20 Weight:10>", "End-of-Line Indicator"),
    ]
    assert rows == [["#0042", "#ann.t", "16.67", "#"], ["#0043", "#ben.l", "20", "#"]]
    assert own.left_out == ()


def test_brightspace_item_must_be_there_and_of_as_many_points(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'Sum'; there are: 'Sums', 'Essay'"):
        written("brightspace", told(tmp_path, BRIGHTSPACE, column="Sum"), passed("0042"))
    with pytest.raises(UsageError, match="'Essay' has 5 points, the reports 20"):
        written("brightspace", told(tmp_path, BRIGHTSPACE, column="Essay"), passed("0042"))
    with pytest.raises(UsageError, match="no column OrgDefinedId or Username"):
        written("brightspace", told(tmp_path, "student_id,name\n1,Ann\n"), passed("1"))


def test_brightspace_item_is_named_where_the_file_has_none(tmp_path: Path) -> None:
    text = "Username,End-of-Line Indicator\nann.t,#\n"

    own = written("brightspace", told(tmp_path, text, column="Homework 1"), passed("ann.t"))
    assert rows_of(own.content) == [
        ["Username", "Homework 1 Points Grade", "End-of-Line Indicator"],
        ["#ann.t", "20", "#"],
    ]


# ---- nbgrader ------------------------------------------------------------------------------------


def test_nbgrader_table_has_the_columns_of_its_own_export(tmp_path: Path) -> None:
    """Those of nbgrader/plugins/export.py, 0.9.6; the file must be readable with a comma too."""
    text = 'student_id,name,email\n007,"Test, Ann",ann@uni.example\n0070,Ben de Last,\n'

    own = written("nbgrader", told(tmp_path, text), half("007"), passed("0070"), broken("x"))
    assert ",".join(HEAD) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score"
    )
    ann, ben = records(own.content)
    assert ann == {
        "assignment": "sums",
        "duedate": "",
        "timestamp": "2026-03-01 23:58:00",
        "student_id": "007",
        "last_name": "Test",
        "first_name": "Ann",
        "email": "ann@uni.example",
        "raw_score": "16.67",
        "late_submission_penalty": "0",
        "score": "16.67",
        "max_score": "20",
    }
    assert (ben["last_name"], ben["first_name"]) == ("Last", "Ben de")
    assert [row["student_id"] for row in records(own.content)] == ["007", "0070"]


# ---- all of them ---------------------------------------------------------------------------------

# A class of two of one name, as each system writes it; NAME stands for what is in their names.
CLASS_LISTS = {
    "canvas": (
        'Student,ID,Section,Sums (501)\n    Points Possible,,,20\n"NAME",01,A,\n"NAME",001,A,\n'
    ),
    "moodle": (
        "Identifier,Full name,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
        'Participant 01,"NAME",,20.00,-,\nParticipant 001,"NAME",,20.00,-,\n'
    ),
    "brightspace": (
        "OrgDefinedId,Username,Last Name,Sums Points Grade,End-of-Line Indicator\n"
        '#01,#a,"NAME",,#\n#001,#b,"NAME",,#\n'
    ),
    "nbgrader": 'id,name\n01,"NAME"\n001,"NAME"\n',
    "csv": 'id,name\n01,"NAME"\n001,"NAME"\n',
}
COLUMNS = {
    "canvas": ("ID", "Sums (501)"),
    "moodle": ("Identifier", "Grade"),
    "brightspace": ("OrgDefinedId", "Sums Points Grade"),
    "nbgrader": ("student_id", "score"),
    "csv": ("id", "score"),
}


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "Ann, ", "🎓 "])
@pytest.mark.parametrize("name", CLASS_LISTS)
def test_no_name_becomes_a_formula_or_another_column(
    tmp_path: Path, name: str, start: str, delimiter: str
) -> None:
    """Nor are two of one name, or two whose ids differ by a zero, taken for one."""
    hostile = f'{start}cmd|\'/c calc\'!A1,""x"";\nÇelik 🎓'
    listed = CLASS_LISTS[name]
    if delimiter == ";":
        listed = listed.replace(",", ";")
    settings = told(tmp_path, listed.replace("NAME", hostile))
    ids = ("Participant 01", "Participant 001") if name == "moodle" else ("01", "001")

    own = written(name, settings, half(ids[0]), passed(ids[1]))
    assert own.left_out == ()
    cells = [cell for row in rows_of(own.content) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    key, points = COLUMNS[name]
    scores = {row[key].removeprefix("#"): row[points] for row in records(own.content) if row[key]}
    assert scores == {ids[0]: "16.67", ids[1]: "20"}


@pytest.mark.parametrize("name", CLASS_LISTS)
def test_five_thousand_of_one_name_are_five_thousand(tmp_path: Path, name: str) -> None:
    listed = CLASS_LISTS[name].replace("NAME", "Last, Ann")
    *head, first, _ = listed.splitlines(keepends=True)
    rows = "".join(first.replace("01", f"{n:05}").replace("#a", f"#a{n}") for n in range(5000))
    settings = told(tmp_path, "".join(head) + rows)
    start = "Participant " if name == "moodle" else ""
    chosen = FORMATS[name]
    assert isinstance(chosen, PerClass)
    one = student_view(passed())
    views = (
        one.model_copy(
            update={"submission": one.submission.model_copy(update={"id": f"{start}{n:05}"})}
        )
        for n in range(5000)
    )

    own = chosen.file(once_each(assigned(views, settings.roster)), settings)
    assert own.left_out == ()
    assert len(rows_of(own.content)) - (2 if name == "canvas" else 1) == 5000


# ---- tables --------------------------------------------------------------------------------------


ROSTER = (
    "id,name,email,login,section\n"
    "007,\"=cmd|'/c calc'!A1\",a@uni.example,@ann,-1\n"
    '0070,"Test, Ann\nthe ""second""",b@uni.example,+ben,"A;=B"\n'
    '08,"Test, Ann 🎓",,,\n09,Refused,,,\n'
)
CLASS = (half("007"), waiting("0070"), broken("nobody"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return told(tmp_path, ROSTER, refused=frozenset({"09"}))


def test_csv_has_everyone_once_and_no_formula(settings: Settings) -> None:
    found = records(written("csv", settings, *CLASS).content)

    assert [row["id"] for row in found] == ["007", "0070", "nobody", "08", "09"]
    cells = [cell for row in found for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert not [cell for cell in cells if "\n" in cell or ";=" in cell]
    assert found[0]["name"] == "'=cmd|'/c calc'!A1"
    assert found[3]["name"] == "Test, Ann 🎓"


def test_a_score_that_is_not_final_is_an_empty_cell(settings: Settings) -> None:
    found = {row["id"]: row for row in records(written("csv", settings, *CLASS).content)}

    assert {own: (row["status"], row["score"]) for own, row in found.items()} == {
        "007": ("graded", "16.67"),
        "0070": ("needs_review", ""),
        "nobody": ("judge_error", ""),
        "08": ("no submission", ""),
        "09": ("refused", ""),
    }
    assert (found["0070"]["add"], found["0070"]["scale"]) == ("", "10")
    assert found["0070"]["pending"] == "10"
    assert found["nobody"]["add"] == ""


def cells_of(content: bytes) -> list[Sequence[Any]]:
    book = load_workbook(io.BytesIO(content))
    return list(book["Scores"].iter_rows())


def test_excel_keeps_text_as_text_and_numbers_as_numbers(settings: Settings) -> None:
    head, *rows = cells_of(written("xlsx", settings, *CLASS).content)

    titles = [cell.value for cell in head]
    found = [dict(zip(titles, row, strict=True)) for row in rows]
    assert [row["id"].value for row in found] == ["007", "0070", "nobody", "08", "09"]
    assert found[0]["name"].value == "=cmd|'/c calc'!A1"
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
    assert not [cell for row in rows for cell in row if cell.hyperlink]
    assert found[0]["score"].value == 16.67
    assert found[1]["score"].value is None


def test_excel_writes_no_formula_and_the_same_bytes(settings: Settings) -> None:
    own = written("xlsx", settings, *CLASS).content

    with ZipFile(io.BytesIO(own)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
        texts = b"".join(book.read(name) for name in book.namelist())
    assert FOR_STAFF.encode() not in texts
    assert own == written("xlsx", settings, *CLASS).content


@pytest.mark.parametrize("name", [name for name, own in FORMATS.items() if own.for_staff])
def test_staffs_view_is_only_of_what_no_system_shows_a_student(name: str) -> None:
    assert name in ("csv", "xlsx", "junit", "ctrf", "html", "markdown", "json")


def test_staffs_table_names_the_known_mistakes() -> None:
    chosen = FORMATS["csv"]
    assert isinstance(chosen, PerClass)

    for one, has in ((half(), True), (student_view(half()), False)):
        head = rows_of(chosen.file([Graded(one, ())], SETTINGS).content)[0]
        assert ("mistakes" in head) == has


def test_a_class_without_reports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no reports to export"):
        written("canvas", told(tmp_path, CANVAS))

"""`grader export` as people run it: what is written, what is said, and what is refused."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.batch import report_path, write_class, write_report
from grader.cli.main import main
from grader.lms import FORMATS, PerClass, PerSubmission
from grader.pages import ClassSummary
from grader.report import Report, read, student_view, to_json
from tests.command import grader
from tests.conftest import ADD, SCALE, make_course
from tests.lms.classes import FOR_STAFF, SETTINGS, broken, half, of, passed, waiting
from tests.test_pages import report

GRADEBOOK = (
    "Student,ID,SIS Login ID,Section,Small sums (501),Sums (502)\n"
    "    Points Possible,,,,10,20\n"
    '"Test, Ann",1001,ann,Lab,,\n"Test, Ben",1002,ben,Lab,,\n"Zoë \x1b[2J",1003,zoe,Lab,,\n'
    '"Test, Cem",1004,cem,Lab,,\n'
)


def batch_of(path: Path, *reports: Report, refused: tuple[str, ...] = ()) -> Path:
    """Write what `grader batch` writes of these reports."""
    out = path / "results"
    (out / "reports").mkdir(parents=True)
    summary = ClassSummary()
    for one in reports:
        write_report(out, one)
        summary.add(one)
    for name in refused:
        summary.add_refused(name, f"{name}: is a PDF")
    write_class(out, summary, title="Sums")
    return out


def export(name: str, *arguments: object) -> Result:
    """Return how the command ended, in this process."""
    return CliRunner().invoke(main, ["export", name, *map(str, arguments)])


def refused(result: Result) -> str:
    """Return the one sentence of a refusal."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line.removeprefix("grader: ")


@pytest.fixture
def gradebook(tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.csv"
    path.write_text(GRADEBOOK, encoding="utf-8")
    return path


def test_a_class_from_files_to_a_grade_csv_in_two_commands(tmp_path: Path) -> None:
    """With real cells: batch, then export; nothing else is done by hand."""
    course = make_course(tmp_path / "course")
    for name, add in (("1001", ADD), ("ben", "def add(a, b): return 0\n")):
        folder = course.path / "class" / name
        folder.mkdir(parents=True)
        (folder / "add.py").write_text(add)
        (folder / "scale.py").write_text(SCALE)
    (course.path / "class" / "1004.pdf").write_bytes(b"%PDF-1.7")
    (course.path / "gradebook.csv").write_text(GRADEBOOK, encoding="utf-8")

    grader("batch", "sums", "class", "--out", "out", cwd=course.path)
    done = grader(
        *("export", "canvas", "--reports", "out", "--out", "grades.csv"),
        *("--roster", "gradebook.csv"),
        cwd=course.path,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[0] == (
        "2 submissions, 0 without a final score, 1 left out: grades.csv"
    )
    assert "left out: refused: 1004.pdf: is a PDF" in done.stdout
    assert "1 of 4 students in the roster have no submission\n  1003  Zoë �[2J\n" in done.stdout
    rows = list(csv.reader(io.StringIO((course.path / "grades.csv").read_text())))
    assert [(row[1], row[-1]) for row in rows] == [
        ("ID", "Small sums (501)"),
        ("", "10"),
        ("1001", "10"),
        ("1002", "6"),
    ]


@pytest.mark.parametrize(
    "name", [name for name, own in FORMATS.items() if isinstance(own, PerSubmission)]
)
def test_a_folder_has_a_file_per_submission_that_has_something_to_say(
    name: str, tmp_path: Path
) -> None:
    results = batch_of(tmp_path, passed(), half(), broken())
    out = tmp_path / "new"

    done = export(name, "--reports", results, "--out", out)
    chosen = FORMATS[name]
    assert isinstance(chosen, PerSubmission)
    ids = {path.name.removesuffix(chosen.ending) for path in out.iterdir()}
    assert {"ann", "ben"} <= ids <= {"ann", "ben", "dora"}
    assert ("dora" in ids) == bool(chosen.files(of(broken()), SETTINGS))
    assert "not final: dora: no score, by a fault of the grader" in done.stdout
    assert done.exit_code == 1
    assert all(FOR_STAFF not in path.read_text() for path in out.iterdir())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "results"]


def test_each_student_of_a_group_has_a_file_of_its_own(tmp_path: Path, gradebook: Path) -> None:
    results = batch_of(tmp_path, passed("team", students=("ann", "1002", "nobody")))

    done = export(
        *("lti-ags", "--reports", results, "--out", tmp_path / "new", "--roster", gradebook)
    )
    assert "left out: team: not in the roster (nobody)" in done.stdout
    users = {
        path.name: json.loads(path.read_text())["userId"] for path in (tmp_path / "new").iterdir()
    }
    assert users == {"team~1.json": "1001", "team~2.json": "1002"}


def test_who_is_in_the_roster_and_has_no_submission_is_listed(
    tmp_path: Path, gradebook: Path
) -> None:
    results = batch_of(tmp_path, passed("1001"), waiting("nobody"), refused=("cem.pdf",))

    done = export(
        *("csv", "--reports", results, "--out", tmp_path / "x.csv", "--roster", gradebook)
    )
    assert done.exit_code == 1
    assert done.stdout.splitlines()[1:] == [
        "not final: nobody: text answers wait for a person",
        "left out: refused: cem.pdf: is a PDF",
        "left out: nobody: not in the roster",
        "2 of 4 students in the roster have no submission",
        "  1002  Test, Ben",
        "  1003  Zoë �[2J",
    ]
    rows = csv.DictReader(io.StringIO((tmp_path / "x.csv").read_text()))
    assert [(row["id"], row["status"]) for row in rows] == [
        ("1001", "graded"),
        ("nobody", "needs_review"),
        *(("1002", "no submission"), ("1003", "no submission"), ("1004", "refused")),
    ]


def test_a_report_whose_submission_was_taken_away_is_left_out(tmp_path: Path) -> None:
    results = batch_of(tmp_path, passed())
    write_report(results, passed("gone"))

    done = export("csv", "--reports", results, "--out", tmp_path / "x.csv")
    assert "left out: gone: its submission was gone in the last batch" in done.stdout
    assert "gone" not in (tmp_path / "x.csv").read_text()


@pytest.mark.parametrize("name", [name for name, own in FORMATS.items() if not own.for_staff])
def test_staffs_view_is_refused_where_students_read_it(name: str, tmp_path: Path) -> None:
    results = batch_of(tmp_path, passed())

    done = export(name, "--reports", results, "--out", tmp_path / "x", "--view", "staff")
    assert refused(done) == (f"{name}: students read what becomes of it; expected --view student")
    assert not (tmp_path / "x").exists()


def test_staffs_view_of_a_students_copy_is_refused(tmp_path: Path) -> None:
    results = batch_of(tmp_path, passed())
    path = report_path(results, "ann")
    path.write_text(to_json(student_view(read(path)), view="student"))

    done = export("json", "--reports", results, "--out", tmp_path / "x", "--view", "staff")
    assert refused(done) == f"{path}: is a student's copy; expected a report in staff's view"


@pytest.mark.parametrize("name", list(FORMATS))
def test_what_was_graded_without_walls_is_never_exported(
    name: str, tmp_path: Path, gradebook: Path
) -> None:
    """And nothing of the others is left behind half done."""
    results = batch_of(tmp_path, report("1001"), report("1002", level="L0"))
    before = sorted(path.name for path in tmp_path.iterdir())
    told = ("--reports", results, "--out", tmp_path / "x")

    done = export(name, *told, *(("--roster", gradebook) if name == "canvas" else ()))
    # Those that need a table of their own say so before they read a report.
    words = ("needs", "no --roster") if name in ("moodle", "brightspace") else ("level L0",)
    assert any(word in refused(done) for word in words)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_bad_input_is_one_sentence_and_nothing_is_written(tmp_path: Path, gradebook: Path) -> None:
    results = batch_of(tmp_path, passed("1001"))
    old = (results / "summary.csv").read_bytes()
    twice = tmp_path / "twice.csv"
    twice.write_text("id,name\n007,Ann\n007,Ben\n")
    bare = tmp_path / "bare.csv"
    bare.write_text("name\nAnn\n")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "old.json").write_text("{}")
    out = tmp_path / "new.csv"

    for arguments, words in (
        (("csv", "--out", results / "summary.csv"), "the export is made from it"),
        (("canvas", "--out", gradebook, "--roster", gradebook), "the export is made from it"),
        (("html", "--out", tmp_path / "full"), "holds files already"),
        (("html", "--out", gradebook), "is a file; expected a folder"),
        (("csv", "--out", tmp_path / "no" / "x.csv"), "its folder does not exist"),
        (("csv", "--out", out, "--roster", twice), "lines 2 and 3 have the same 'id'"),
        (("csv", "--out", out, "--roster", bare), "columns are 'name'"),
        (("csv", "--out", out, "--roster", tmp_path / "none.csv"), "cannot be read"),
        (("nbgrader", "--out", out, "--points", "nan"), "expected a positive number"),
        (("csv", "--out", out, "--points", "5"), "csv: knows no --points"),
        (("html", "--out", out, "--column", "x"), "html: knows no --column"),
        (("canvas", "--out", out), "expected the gradebook that Canvas exported"),
        (("canvas", "--out", out, "--roster", gradebook, "--column", "Small sums"), "10 points"),
    ):
        assert words in refused(export(arguments[0], "--reports", results, *arguments[1:]))
    assert not out.exists()
    assert (results / "summary.csv").read_bytes() == old
    assert gradebook.read_text(encoding="utf-8") == GRADEBOOK


def test_a_report_of_another_version_is_refused(tmp_path: Path) -> None:
    results = batch_of(tmp_path, passed())
    path = report_path(results, "ann")
    path.write_text(path.read_text().replace('"schema_version": "1"', '"schema_version": "7"'))

    for name in ("csv", "html"):
        done = export(name, "--reports", results, "--out", tmp_path / "x")
        assert refused(done).startswith(f"{path}: schema_version is '7'; this grader reads")
        assert not (tmp_path / "x").exists()


def test_columns_of_another_language_are_named(tmp_path: Path) -> None:
    results = batch_of(tmp_path, passed("Participant 7"))
    sheet = tmp_path / "hoja.csv"
    sheet.write_text(
        "Identificador,Estado,Calificación,Calificación máxima,Última modificación (entrega),"
        "Última modificación (calificación),Comentarios \x1b[2J\nParticipante 7,Enviado,,20,-,-,\n"
    )

    done = export(*("moodle", "--reports", results, "--out", tmp_path / "x.csv", "--roster", sheet))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1:] == [
        "columns taken: 'Identificador' for the identifier, 'Calificación' for the grade, "
        "'Calificación máxima' for the maximum, 'Comentarios \\x1b[2J' for comments",
        "0 of 1 students in the roster have no submission",
    ]


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-1", "20.5", '"20"', "1e999"])
@pytest.mark.parametrize("name", ["canvas", "csv", "prairielearn", "gradescope", "lti-ags"])
def test_a_report_with_an_impossible_score_is_refused(
    name: str, score: str, tmp_path: Path, gradebook: Path
) -> None:
    """As somebody may have changed it by hand; no system is ever given such a number."""
    results = batch_of(tmp_path, passed("1001"))
    path = report_path(results, "1001")
    good = path.read_text()
    path.write_text(good.replace('"score": 20.0', f'"score": {score}', 1))
    assert path.read_text() != good
    column = ("--column", "502") if name == "canvas" else ()

    done = export(
        *(name, "--reports", results, "--out", tmp_path / "x", "--roster", gradebook, *column)
    )
    assert "score" in refused(done)
    assert not (tmp_path / "x").exists()


def test_the_help_names_every_format() -> None:
    text = export("--help").stdout.split("One file for the class")[1]

    words = text.replace(",", " ").split()
    assert set(FORMATS) <= set(words)
    assert {type(own) for own in FORMATS.values()} == {PerClass, PerSubmission}

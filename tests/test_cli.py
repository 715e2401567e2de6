"""Every command as people run it: what stands where, which exit code, and clear words if not."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jsonschema import Draft202012Validator
from rich.console import Console

from grader.cli.show import show_report
from grader.report import Report, json_schema, read, student_view
from grader.sandbox import levels
from tests.command import grader, on_a_disk_of_its_own, refusal, without_a_sandbox
from tests.conftest import ADD, SCALE, SCALE_STUB, CourseFolder, make_course
from tests.test_report import report as report

WRONG = "print('a word of its own')\ndef add(a, b): return a + b if a < 50 else 0\n"
FAULTY = '''
@pytest.mark.weight(1)
def test_faulty(student):
    """The fault is ours."""
    raise RuntimeError("a bug in the hidden test")
'''


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """A course with a few submissions, for commands that change nothing."""
    course = make_course(tmp_path_factory.mktemp("cli") / "course")
    ann = course.path / "ann"
    ann.mkdir()
    (ann / "add.py").write_text(WRONG)
    (ann / "scale.py").write_text(SCALE)
    (course.path / "empty").mkdir()
    return course


# ---- what a command refuses, in one sentence -----------------------------------------------------


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def manifest(course: CourseFolder) -> Path:
    return course.public / "assignment.toml"


FAULTS: dict[str, tuple[Callable[[CourseFolder], object], str]] = {
    "unreadable manifest": (
        lambda course: manifest(course).write_text("title = "),
        "assignment.toml: not readable as TOML (Invalid value (at end of document))",
    ),
    "unknown key": (
        lambda course: rewrite(manifest(course), "[limits]", "[limits]\ngpu = true"),
        "assignment.toml: limits.gpu: unknown key; expected call_seconds, task_seconds",
    ),
    "unequal points": (
        lambda course: rewrite(manifest(course), "points = 10", "points = 12"),
        "assignment.toml: points: 12, but the tasks' points add up to 10; expected the same",
    ),
    "missing stub": (
        lambda course: (course.public / "add.py").unlink(),
        "assignments/sums/add.py: missing; task 'add' needs it",
    ),
    "missing solution": (
        lambda course: (course.private / "add.py").unlink(),
        "reference/sums/add.py: missing; task 'add' needs it",
    ),
    "missing private folder": (
        lambda course: shutil.rmtree(course.private),
        "reference/sums: no such folder; expected solutions and hidden tests",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_assignment_s_fault_is_one_sentence(course: CourseFolder, fault: str) -> None:
    break_it, words = FAULTS[fault]
    (course.path / "add.py").write_text(ADD)
    break_it(course)

    message = refusal(grader("grade", "sums", "add.py", cwd=course.path))
    assert words in message


@pytest.mark.parametrize("command", ["start", "check", "grade", "batch", "verify"])
def test_an_unknown_assignment_is_one_sentence_and_makes_nothing(
    shared: CourseFolder, command: str
) -> None:
    more = {"grade": ["ann"], "batch": ["ann", "--out", "made"], "start": ["made"]}

    message = refusal(grader(command, "sum", *more.get(command, []), cwd=shared.path))
    assert message == f"'sum' is no assignment of {shared.path}; there are: sums"
    assert not (shared.path / "made").exists()


def test_hidden_tests_without_a_weight_are_one_sentence(course: CourseFolder) -> None:
    (course.path / "add.py").write_text(ADD)
    rewrite(course.private / "test_add.py", "@pytest.mark.weight(1)", "")

    message = refusal(grader("grade", "sums", "add.py", cwd=course.path))
    path = course.private / "test_add.py"
    assert message == f"{path}: test_zero: expected one mark @pytest.mark.weight(points)"


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["grade", "sums", "nobody.py"], "nobody.py: no such file; expected a .py or .ipynb file"),
        (["check", "sums", "nobody"], "nobody: no such file; expected"),
        (["grade", "sums", "ann", "--course", "empty"], "empty; its assignments/ has none"),
        (["batch", "sums", "empty", "--out", "out"], "empty: empty; expected a Canvas, Moodle or"),
        (["batch", "sums", "nobody", "--out", "out"], "nobody: no such file or folder; expected"),
        (["batch", "sums", "ann", "--out", "ann/add.py/x"], "ann/add.py/x: lies in ann, whose"),
        (["batch", "sums", "ann", "--out", "ann/out"], "ann/out: lies in ann, whose entries are"),
        (["batch", "sums", "ann", "--out", "empty/../ann"], "lies in ann, whose entries are"),
        (["batch", "sums", "ann", "--out", "/proc/out"], "/proc/out/reports: cannot be made (No"),
        (["start", "sums", "assignments/sums"], "assignments/sums: is the assignment itself"),
        (["start", "sums", "/proc/out"], "/proc/out: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    shared: CourseFolder, arguments: list[str], words: str
) -> None:
    assert words in refusal(grader(*arguments, cwd=shared.path))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["grade"],
        ["grade", "sums"],
        ["grade", "sums", "ann", "--view", "all"],
        ["batch", "sums", "ann"],
        ["batch", "sums", "ann", "--out", "ann/add.py"],
        ["batch", "sums", "ann", "--out", "out", "--jobs", "0"],
        ["mark", "sums"],
    ],
)
def test_a_command_that_is_none_says_how_it_is_used(
    shared: CourseFolder, arguments: list[str]
) -> None:
    done = grader(*arguments, cwd=shared.path)

    assert done.returncode == 2
    assert "Usage: " in done.stderr
    assert "Traceback" not in done.stderr


def test_help_and_version_are_for_everyone() -> None:
    assert "grader batch [OPTIONS] ASSIGNMENT SUBMISSIONS" in grader("batch", "--help").stdout
    assert grader("--version").stdout.startswith("grader, version ")
    assert "3  the sandbox could not be set up" in grader("-h").stdout


# ---- grade ---------------------------------------------------------------------------------------


def test_grade_prints_a_table(shared: CourseFolder) -> None:
    """What should hold, what was found and where to look; the score stands last."""
    done = grader("grade", "sums", "ann", cwd=shared.path)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "Small sums (version 1) · ann"
    assert lines[-1] == "Score: 9 / 10"
    assert all(len(line) <= 100 for line in lines)
    for words in (
        "Add   3 / 4",
        "Scale   6 / 6",
        "The sum of two numbers is right. (2 of 3 cases)",
        "the answer is not right",
        "Hint: put them together",
        "Adding zero changes nothing.",
    ):
        assert words in done.stdout
    assert [line.split("│")[2].strip() for line in lines if "│ sums" in line] == ["wrong"]
    for secret in ("a word of its own", "50", "110"):
        assert secret not in done.stdout


def test_grade_prints_the_report_alone_as_the_student_may_read_it(
    shared: CourseFolder, tmp_path: Path
) -> None:
    done = grader("grade", "sums", "ann", "--json", "--out", tmp_path / "a.json", cwd=shared.path)

    assert (done.returncode, done.stderr) == (0, "")
    data = json.loads(done.stdout)
    Draft202012Validator(json_schema()).validate(data)
    assert data["score"] == 9.0
    assert "staff" not in done.stdout
    assert (tmp_path / "a.json").read_text() == done.stdout
    assert read(tmp_path / "a.json") == student_view(read(tmp_path / "a.json"))


def test_grade_shows_staff_what_students_do_not_see(shared: CourseFolder, tmp_path: Path) -> None:
    """The same command's file is staff's too; a fault of ours has no score and exit code 1."""
    course = CourseFolder(tmp_path / "course")
    shutil.copytree(shared.path, course.path)
    path = course.private / "test_add.py"
    path.write_text(path.read_text() + FAULTY)

    done = grader("grade", "sums", "ann", "--view", "staff", "--out", "a.json", cwd=course.path)

    assert (done.returncode, done.stderr) == (1, "")
    assert "printed by add:\na word of its own\n" in done.stdout
    assert "RuntimeError: a bug in the hidden test" in done.stdout.replace("│\n", "")
    assert "No score: a fault of the grader itself." in done.stdout
    report = read(course.path / "a.json")
    assert (report.status, report.score) == ("judge_error", None)
    cases = [test.staff.cases for test in report.tasks[0].tests if test.staff is not None]
    assert [case.verdict for case in cases[0]] == ["passed", "passed", "wrong"]
    assert [case.verdict for case in cases[2]] == ["judge_error"]


def test_grade_on_a_full_disk_leaves_nothing(shared: CourseFolder, tmp_path: Path) -> None:
    """The disk has room for half of a report, which has a note on each file left out."""
    mounted, copied, ann = tmp_path / "full", tmp_path / "copied", tmp_path / "ann"
    mounted.mkdir()
    ann.mkdir()
    for number in range(40):
        (ann / f"{number}{'x' * 100}.exe").touch()

    done = on_a_disk_of_its_own(
        *("grade", "sums", ann, "--course", shared.path, "--json"),
        *("--out", mounted / "a.json", "--view", "staff"),
        mounted=mounted,
        options="size=4k",
        copied=copied,
    )

    expected = f"{mounted / 'a.json'}: cannot be written (No space left on device)"
    assert refusal(done) == expected
    assert list(copied.iterdir()) == []


def test_without_a_sandbox_nothing_is_run(shared: CourseFolder, tmp_path: Path) -> None:
    """Exit code 3, the wall's name and how to get it; no report."""
    done = without_a_sandbox(
        *("grade", "sums", shared.path / "ann", "--course", shared.path, "--json"),
        *("--out", tmp_path / "a.json"),
    )

    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("grader: user namespace: unshare: ")
    assert "How to get user namespaces:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.json").exists()


def test_titles_and_answers_change_no_terminal(report: Report) -> None:
    """What looks like markup is text, and what would move the cursor is shown as what it is."""
    data = report.model_dump()
    data["assignment"] |= {"title": "[/] [bold", "version": "[red]"}
    data["submission"] |= {"id": "\x1b[2Jann", "notes": ["[/b] \x07"]}
    data["tasks"][0] |= {"title": "[/x]", "staff": {"output": "\x1b]0;own title\x07[/]\tend"}}
    data["tasks"][0]["tests"][0] |= {"about": "[/y]", "feedback": "[/z]\x1b[1A", "hint": "[link=x]"}
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: SIM115

    show_report(console, Report.model_validate(data), for_staff=True)

    text = console.export_text()
    assert not {"\x1b", "\x07"} & set(text)
    for words in ("[/] [bold (version [red]) · �[2Jann", "[/b] �", "[/x]   3.33 / 10", "[/y]"):
        assert words in text
    assert "[1-2] expected 42" in text


# ---- start and check -----------------------------------------------------------------------------


def test_start_copies_what_students_get_and_overwrites_nothing(course: CourseFolder) -> None:
    (course.public / "data").mkdir()
    (course.public / "data" / "x.bin").write_bytes(b"\0\xff")
    (course.public / "__pycache__").mkdir()
    (course.public / "__pycache__" / "add.pyc").write_bytes(b"x")
    mine = course.path / "mine"
    mine.mkdir()
    (mine / "add.py").write_text("my own work")
    (mine / "scale.py").symlink_to("nowhere")

    done = grader("start", "sums", "mine", cwd=course.path)

    assert done.returncode == 0
    assert "mine/add.py (was there, kept)" in done.stdout
    assert "then: grader check sums mine" in done.stdout
    assert (mine / "add.py").read_text() == "my own work"
    assert not (mine / "nowhere").exists()
    assert (mine / "data" / "x.bin").read_bytes() == b"\0\xff"
    assert sorted(path.name for path in mine.iterdir()) == [
        *("README.md", "add.py", "assignment.toml", "data", "scale.py", "test_examples.py")
    ]
    for name in ("README.md", "test_examples.py"):
        assert (mine / name).read_text() == (course.public / name).read_text()


def test_start_on_a_full_disk_leaves_whole_files(shared: CourseFolder, tmp_path: Path) -> None:
    """A stub cut in half would be kept by the next `grader start`."""
    mounted, copied = tmp_path / "full", tmp_path / "copied"
    mounted.mkdir()

    done = on_a_disk_of_its_own(
        *("start", "sums", mounted, "--course", shared.path),
        mounted=mounted,
        options="size=8k",
        copied=copied,
    )

    assert refusal(done).endswith("cannot be written (No space left on device)")
    left = list(copied.iterdir())
    assert left
    for path in left:
        assert path.read_bytes() == (shared.public / path.name).read_bytes()


EXAMPLES = '''\
import pytest
from add import add
from scale import NAMES, scale


def test_sum():
    """One and one is two."""
    assert add(1, 1) == 2


def test_names():
    """A name is there."""
    assert NAMES["what"]


def test_scale():
    """Twice nothing is nothing."""
    assert scale(0, 2) == 0
'''


PLAIN_STUB = SCALE_STUB.replace("import torch\n", "").replace("torch.Tensor", "float")
PLAIN = SCALE.replace("import torch\n", "").replace("torch.Tensor", "float")


@pytest.fixture
def away(course: CourseFolder, tmp_path: Path) -> Path:
    """A student's copy of the assignment, on a machine without the course."""
    (course.public / "test_examples.py").write_text(EXAMPLES)
    (course.public / "scale.py").write_text(PLAIN_STUB)
    home = tmp_path / "home"
    done = grader("start", "sums", home, "--course", course.path)
    assert done.returncode == 0
    shutil.rmtree(course.path)
    return home


def test_check_says_what_is_not_written_yet(away: Path) -> None:
    done = grader("check", "sums", cwd=away)

    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "· One and one is two." in lines
    assert "· Twice nothing is nothing." in lines
    assert lines[-1].startswith("2 not written")


def test_check_passes_when_every_example_does(away: Path) -> None:
    (away / "add.py").write_text(ADD)
    (away / "scale.py").write_text(PLAIN)

    for place in (".", away):
        done = grader("check", "sums", place, cwd=away)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            "✓ One and one is two.",
            "✓ A name is there.",
            "✓ Twice nothing is nothing.",
            "3 passed",
        ]


def test_check_shows_what_an_example_found(away: Path) -> None:
    (away / "add.py").write_text("def add(a, b): return a - b")
    (away / "scale.py").write_text(PLAIN)

    done = grader("check", "sums", away)

    assert done.returncode == 1
    assert "✗ One and one is two.\n    assert 0 == 2\n" in done.stdout
    assert done.stdout.endswith("1 failed, 2 passed\n")


@pytest.mark.parametrize("readme", [True, False])
def test_check_with_a_missing_file_still_runs_the_other_examples(away: Path, readme: bool) -> None:
    """Also though every example is in one file that imports both tasks by name."""
    (away / "add.py").write_text(ADD)
    (away / "scale.py").unlink()
    if not readme:
        (away / "README.md").unlink()

    done = grader("check", "sums", cwd=away)

    assert done.returncode == 1
    assert "✓ One and one is two.\n· A name is there.\n· Twice nothing" in done.stdout
    assert "· Scale: no file scale.py yet" in done.stdout
    assert done.stdout.endswith("1 passed, 2 not written\n")


def test_check_takes_a_notebook(away: Path) -> None:
    for name in ("add.py", "scale.py"):
        (away / name).unlink()
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in ("%matplotlib inline\n" + ADD, PLAIN)]
    )
    nbformat.write(made, away / "homework.ipynb")

    for place in (".", "homework.ipynb"):
        done = grader("check", "sums", place, cwd=away)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "note: took `homework.ipynb` for every task" in done.stdout
        assert done.stdout.endswith("3 passed\n")


@pytest.mark.parametrize(
    "answer, words",
    [
        ("def add(a, b)\n", "add.py, line 1: SyntaxError: expected ':'"),
        ("x = 1\n1 / 0\n", "add.py, line 2: ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(0)\n", "add.py, line 2: SystemExit: 0"),
        ("import no_such_module\n", "add.py, line 1: ModuleNotFoundError: No module named"),
        ("from mine import x\n", "mine.py, line 1: NameError: name 'y' is not defined"),
        ("# -*- coding: none -*-\n", "add.py: SyntaxError: unknown encoding: none"),
        ("x = '\0'\n", "add.py: SyntaxError: source code string cannot contain null bytes"),
    ],
)
def test_check_names_the_line_at_which_an_answer_cannot_be_imported(
    away: Path, answer: str, words: str
) -> None:
    (away / "add.py").write_text(answer)
    (away / "mine.py").write_text("x = y\n")

    done = grader("check", "sums", cwd=away)

    assert done.returncode == 2
    assert done.stderr.startswith(f"grader: {words}")
    assert "Traceback" not in done.stderr


def test_check_names_a_notebook_that_cannot_be_read(away: Path) -> None:
    (away / "add.py").unlink()
    (away / "add.ipynb").write_text("{}")

    assert "add.ipynb: not a notebook" in grader("check", "sums", cwd=away).stderr


def test_check_is_not_disturbed_by_the_caller_s_pytest(
    away: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (away / "add.py").write_text(ADD)
    (away / "scale.py").write_text(PLAIN)
    (away / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")

    assert grader("check", "sums", cwd=away).returncode == 0


@pytest.mark.parametrize(
    "examples, words",
    [
        ("x = 1\n", "test_examples.py: holds no example"),
        ("import no_such_module\n", "the examples cannot be run: "),
        (None, "test_examples.py: missing"),
    ],
)
def test_check_names_examples_that_cannot_be_run(
    away: Path, examples: str | None, words: str
) -> None:
    path = away / "test_examples.py"
    if examples is None:
        path.unlink()
    else:
        path.write_text(examples)

    done = grader("check", "sums", cwd=away)
    assert done.returncode == 2
    assert words in done.stderr


def test_check_away_from_everything_says_so(tmp_path: Path) -> None:
    message = refusal(grader("check", "sums", cwd=tmp_path))

    assert message == f"'sums' is no assignment of {tmp_path}; its assignments/ has none"


def test_check_leaves_nothing_in_the_student_s_folder(away: Path) -> None:
    (away / "add.py").write_text(ADD)
    before = sorted(path.name for path in away.rglob("*"))

    grader("check", "sums", cwd=away)
    assert sorted(path.name for path in away.rglob("*")) == before


# ---- doctor --------------------------------------------------------------------------------------


def test_doctor_names_the_walls_and_the_versions() -> None:
    done = grader("doctor")

    assert (done.returncode, done.stderr) == (0, "")
    for word in ("torch", "numpy", "pytest", "pydantic", f"Python {sys.version.split()[0]}"):
        assert word in done.stdout
    stands = {
        cells[1].strip(): cells[2].strip()
        for line in done.stdout.splitlines()
        if len(cells := line.split("│")) == 4
    }
    assert stands.keys() >= levels.NEEDED["L3"]
    assert all(stands[wall] == "yes" for wall in levels.NEEDED[levels.LEAST])
    assert f"at least {levels.LEAST} is needed" in done.stdout


def test_doctor_without_a_sandbox_says_how_to_get_one() -> None:
    done = without_a_sandbox("doctor")

    assert done.returncode == 3
    assert "No sandbox: user namespace: unshare: " in done.stdout
    assert "sysctl kernel.apparmor_restrict_unprivileged_userns=0" in done.stdout
    assert "Traceback" not in done.stderr

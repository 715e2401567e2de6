"""`grader review`: a person decides once per wording, and nobody's other points move."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from grader import batch
from grader import review as work
from grader.pages import ClassSummary, known_rows, summary_csv
from grader.report import Report, read, student_view, to_json, without_key
from grader.testing.answer import AnswerKey
from tests.command import GRADER, PATIENCE, WIDE, grader, refusal
from tests.conftest import ADD, CourseFolder, make_course

KEY = {
    "about": "What the words mean.",
    "version": 1,
    "fill_words": ["the", "a"],
    "misconceptions": {"shifted": "Nothing is added.", "turned": "Nothing is turned."},
    "rows": {
        "scale": {
            "what": {
                "model": "scaling",
                "accept": ["scaling", "multiplication"],
                "reject": {"shifted": ["shift", "translation"], "turned": ["rotation"]},
                "review": ["linear"],
            },
            "keeps": {
                "model": "direction",
                "accept": ["direction"],
                "reject": {"shifted": ["length"]},
                "review": [],
            },
        }
    },
}
TESTS = '''\
import pytest
from pathlib import Path
from grader.testing import AnswerKey, assert_answer

KEY = AnswerKey.read(Path(__file__).with_name("words.json"))

@pytest.mark.weight(2)
@pytest.mark.parametrize("column", ["what", "keeps"])
def test_names(student, column):
    """The names are right."""
    assert_answer(student.NAMES[column], KEY, "scale", column, place=f"NAMES[{column}]")

@pytest.mark.weight(1)
def test_scale(student):
    """Every entry is scaled."""
    assert student.anything(2.0) == 2.0
'''
STUB = '''\
NAMES: dict[str, str] = {"what": "", "keeps": ""}

def anything(x: float) -> float:
    """Return the number."""
    raise NotImplementedError
'''
NAMES = {  # id -> the two answers
    "ann": ("scaling", "direction"),
    "ben": ("Making it larger", "direction"),
    "cem": ("making it larger!", "the angle"),
    "dora": ("a linear map", "angles"),
    "eve": ("moving", "length"),
    "fay": ("making it LARGER", "\x1b[31mangle\u202e"),
    "gil": ("linear", "[bold]nothing[/bold]"),
}


def scale(what: str, keeps: str, body: str = "return x") -> str:
    answers = json.dumps({"what": what, "keeps": keeps})
    return f"NAMES = {answers}\n\ndef anything(x):\n    {body}\n"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """A course whose class is graded into `out`; to be copied, not changed."""
    course = make_course(tmp_path_factory.mktemp("review") / "course")
    (course.public / "scale.py").write_text(STUB)
    (course.private / "scale.py").write_text(scale("scaling", "direction"))
    (course.private / "test_scale.py").write_text(TESTS)
    (course.private / "words.json").write_text(json.dumps(KEY, indent=2) + "\n")
    (course.path / "reference" / "secret.txt").write_text("nobody guesses this")
    for name, answers in NAMES.items():
        folder = course.path / "class" / name
        folder.mkdir(parents=True)
        (folder / "add.py").write_text(ADD)
        (folder / "scale.py").write_text(scale(*answers))
    (course.path / "class" / "=zoe.pdf").write_bytes(b"%PDF-1.7")
    done = grader("batch", "sums", "class", "--out", "out", cwd=course.path)
    assert done.stdout.startswith("8 submissions: 1 graded, 6 needs_review, 1 refused"), done.stderr
    return course


@pytest.fixture
def course(graded: CourseFolder, tmp_path: Path) -> CourseFolder:
    """The graded class, to be reviewed."""
    subprocess.run(["cp", "-a", str(graded.path), str(tmp_path / "course")], check=True)
    return CourseFolder(tmp_path / "course")


def review(
    course: CourseFolder, typed: str, *arguments: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRADER, "review", "sums", "--reports", "out", *map(str, arguments)],
        input=typed,
        cwd=course.path,
        env=os.environ | WIDE,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def reports(course: CourseFolder, out: str = "out") -> dict[str, Report]:
    return {path.stem: read(path) for path in batch.report_paths(course.path / out)}


def key_of(course: CourseFolder) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((course.private / "words.json").read_text())
    return value


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# What a run measures; the rest of two reports of the same is the same.
MEASURED = ("seconds", "cpu_seconds", "call_seconds", "memory_mib", "used")


def timeless(data: bytes) -> Any:
    value = json.loads(data)
    for name in MEASURED:
        value = without_key(value, name)
    return value


def differences(old: Any, new: Any, place: str = "") -> set[str]:
    """Return the places where two JSON values differ, numbers of a list left out."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = old.keys() | new.keys()
        return {
            found
            for name in names
            for found in differences(old.get(name), new.get(name), f"{place}.{name}")
        }
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return {
            found
            for one, other in zip(old, new, strict=True)
            for found in differences(one, other, place)
        }
    return set() if old == new else {place.removeprefix(".")}


# ---- what is decided -----------------------------------------------------------------------------


DECIDES_ALL = "r\nw2\nw1\nr\nw\n\nr\nr\n"


def test_scores_are_those_of_grading_everything_anew_with_the_new_key(
    course: CourseFolder,
) -> None:
    """And `--resume` finds nothing to do: the reports are those of the assignment as it is now."""
    done = review(course, DECIDES_ALL, "--by", "Tess")
    resumed = grader("batch", "sums", "class", "--out", "out", "--resume", cwd=course.path)
    grader("batch", "sums", "class", "--out", "anew", cwd=course.path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("7 reports changed, 0 answers open\n")
    assert resumed.stdout.startswith("8 submissions: 7 graded, 1 refused (7 kept from before)\n")
    found, wanted = files(course.path / "out"), files(course.path / "anew")
    assert found.keys() == wanted.keys()
    for name in found:
        if name.endswith(".json"):
            assert timeless(found[name]) == timeless(wanted[name]), name
    assert found["summary.csv"] == wanted["summary.csv"]
    assert {name: report.score for name, report in reports(course).items()} == {
        **dict.fromkeys(("ann", "ben", "gil"), 10),
        **dict.fromkeys(("cem", "eve", "fay"), 8),
        "dora": 6,
    }


def test_only_the_decided_cells_and_what_follows_from_them_change(course: CourseFolder) -> None:
    before = files(course.path / "out")

    review(course, "r\nq\n")
    after = files(course.path / "out")
    changed = {
        name: differences(json.loads(before[name]), json.loads(after[name]))
        for name in before
        if name.endswith(".json")
    }
    as_now = {"assignment.sha256", "assignment.staff.files.reference/sums/words.json"}
    case = "tasks.tests.staff.cases"
    sums = {"score", "pending", "tasks.score", "tasks.pending", "tasks.tests.score"}
    decided = {f"{case}.{name}" for name in ("verdict", "credit", "feedback", "detail", "review")}
    more = {"tasks.tests.cases_passed", "tasks.tests.feedback"}
    assert changed["reports/ann.json"] == as_now
    assert changed["reports/gil.json"] == as_now
    assert changed["reports/cem.json"] == as_now | sums | decided | more
    assert changed["reports/ben.json"] == as_now | sums | decided | more | {
        "status",
        "tasks.tests.verdict",
    }


def test_a_report_of_another_version_is_changed_in_that_cell_only(course: CourseFolder) -> None:
    path = course.path / "out" / "reports" / "cem.json"
    old = json.loads(path.read_text())
    old["assignment"]["sha256"] = "0" * 64
    old["tasks"][1]["max_score"] = 3.0  # the task was worth half of what it is now
    path.write_text(json.dumps(old))

    review(course, "r\nq\n")
    new = json.loads(path.read_text())
    assert new["assignment"] == old["assignment"]
    assert [task["score"] for task in new["tasks"]] == [4.0, 2.0]
    assert new["tasks"][1]["pending"] == 1.0


def test_a_key_that_was_changed_otherwise_leaves_the_hash(course: CourseFolder) -> None:
    """Such reports are to be graded anew: a phrase more may decide other answers too."""
    begun = work.begin("sums", course.path, course.path / "out")
    before = reports(course)["ann"].assignment
    [group, *_] = work.groups(begun)
    work.save(begun, group, work.decision(group, "right", "", "Tess"))
    key = key_of(course)
    key["rows"]["scale"]["what"]["accept"].append("moving")
    (course.private / "words.json").write_text(json.dumps(key))

    work.apply(begun)
    found = reports(course)
    assert found["ann"].assignment == before
    assert found["ben"].status == "graded"


def test_the_key_changes_by_its_version_and_a_line_per_decision(course: CourseFolder) -> None:
    path = course.private / "words.json"
    before = path.read_text().splitlines()

    review(course, "r\nw2\nq\n", "--by", "Tess Ó'Hara")
    after = path.read_text().splitlines()
    assert [line for line in after if line not in before] == [
        '  "version": 3,',
        '  "decisions": [',
        *[line for line in after if '"by": "Tess Ó\'Hara"' in line],
        "  ]",
    ]
    # A comma comes behind the rows.
    assert [line for line in before if line not in after] == ['  "version": 1,', "  }"]
    assert len(after) == len(before) + 4
    assert AnswerKey.read(path).judge("Making it... LARGER", "scale", "what").verdict == "right"
    assert key_of(course)["decisions"][1]["misconception"] == "turned"


def test_undo_takes_the_last_decision_back(course: CourseFolder) -> None:
    done = review(course, "u\nr\nw1\nu\nu\ns\nr\nq\n")

    key = key_of(course)
    assert "nothing to undo" in done.stdout
    assert [own["answer"] for own in key["decisions"]] == ["angle"]
    assert key["version"] == 1 + 5


@pytest.mark.parametrize("typed", ["", "x\nright?\n", "w\n", "w7\n", "w\n0\n", "s\n" * 7])
def test_what_is_not_said_is_not_decided(course: CourseFolder, typed: str) -> None:
    before = files(course.path)

    done = review(course, typed)
    assert done.returncode == 1
    assert done.stdout.endswith("0 reports changed, 10 answers open\n")
    assert files(course.path) == before


def test_a_decision_of_somebody_else_stands(course: CourseFolder) -> None:
    begun = work.begin("sums", course.path, course.path / "out")
    [group, *_] = work.groups(begun)
    first, second = (work.decision(group, "right", "", by) for by in ("Tess", "Uwe"))

    assert work.save(begun, group, first) == first
    assert work.save(begun, group, second) == first
    assert [own["by"] for own in key_of(course)["decisions"]] == ["Tess"]
    assert group not in work.groups(begun)


# ---- what is shown -------------------------------------------------------------------------------


def test_list_shows_the_groups_and_writes_nothing(course: CourseFolder) -> None:
    before = files(course.path)

    listed = grader("review", "sums", "--reports", "out/reports", "--list", cwd=course.path)
    assert listed.returncode == 1
    assert "Making it larger" in listed.stdout
    assert "[bold]nothing[/bold]" in listed.stdout
    assert files(course.path) == before
    review(course, DECIDES_ALL)
    listed = grader("review", "sums", "--reports", "out", "--list", cwd=course.path)
    assert (listed.returncode, listed.stdout) == (0, "nothing is open\n")


def test_a_group_is_shown_with_what_is_needed_to_decide(course: CourseFolder) -> None:
    said = review(course, "w\n").stdout

    first = said.split("[r]ight")[0]
    assert "1 of 7   scale, what   3 submissions" in first
    for text in (
        "Making it larger",
        "making it larger!",
        "making it LARGER",
        "model       scaling",
    ):
        assert text in first
    assert "suggestion" in first
    assert "1  shifted: Nothing is added." in said


def test_what_a_student_writes_reaches_no_terminal_as_it_is(course: CourseFolder) -> None:
    said = review(course, "s\n" * 7).stdout

    assert r"\x1b[31mangle\u202e" in said
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_students_do_not_read_what_a_person_is_asked(course: CourseFolder) -> None:
    report = reports(course)["dora"]

    assert "linear map" in to_json(report)
    assert "linear map" not in to_json(student_view(report), view="student")


# ---- interrupted ---------------------------------------------------------------------------------


def begun_by_hand(course: CourseFolder, typed: str) -> "subprocess.Popen[str]":
    """Return a running review in which that was typed, its first decision written."""
    process = subprocess.Popen(
        [*GRADER, "review", "sums", "--reports", "out"],
        cwd=course.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(typed)
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while "decisions" not in key_of(course):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def test_interrupt_loses_nothing(course: CourseFolder) -> None:
    process = begun_by_hand(course, "r\n")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert "what was decided is in the answer key and in the reports" in errors
    assert reports(course)["ben"].status == "graded"
    assert grader("batch", "sums", "class", "--out", "out", "--resume", cwd=course.path).stdout == (
        grader("batch", "sums", "class", "--out", "out", "--resume", cwd=course.path).stdout
    )


def test_what_a_killed_review_decided_the_next_one_carries_over(course: CourseFolder) -> None:
    process = begun_by_hand(course, "r\n")
    process.kill()
    process.communicate()
    assert reports(course)["ben"].status == "needs_review"

    done = review(course, "q\n")
    assert "1 of 6" in done.stdout
    assert reports(course)["ben"].status == "graded"


def test_no_two_at_work_in_one_folder(course: CourseFolder) -> None:
    with batch.alone(course.path / "out"):
        done = review(course, "r\n")

    assert "another batch is at work there" in refusal(done)
    assert "decisions" not in key_of(course)


# ---- refused -------------------------------------------------------------------------------------


def changed(course: CourseFolder, name: str, change: dict[str, Any]) -> None:
    path = course.path / "out" / "reports" / f"{name}.json"
    value = json.loads(path.read_text())
    value["assignment"] |= change.pop("assignment", {})
    for case in value["tasks"][1]["tests"][0]["staff"]["cases"]:
        if case["review"] is not None:
            case["review"] |= change
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    "change, words",
    [
        ({"assignment": {"id": "other"}}, "ben.json: is a report of 'other'; expected 'sums'"),
        ({"key": "../../assignments/sums/assignment.toml"}, "there is no such file"),
        ({"key": "none.json"}, "none.json: a report names it as its answer key"),
        ({"key": "test_scale.py"}, "test_scale.py: "),
    ],
)
def test_reports_that_are_not_as_they_must_be_are_refused(
    course: CourseFolder, change: dict[str, Any], words: str
) -> None:
    changed(course, "ben", dict(change))

    assert words in refusal(review(course, "r\n"))


def test_a_students_copy_is_refused(course: CourseFolder) -> None:
    path = course.path / "out" / "reports" / "ben.json"
    path.write_text(to_json(read(path), view="student"))

    assert "ben.json: is a student's copy" in refusal(review(course, "r\n"))


def test_a_folder_without_reports_is_refused(course: CourseFolder) -> None:
    done = grader("review", "sums", "--reports", "class", cwd=course.path)

    assert refusal(done) == "class: holds no reports; expected a folder that `grader batch` wrote"


def test_somebody_must_decide(course: CourseFolder) -> None:
    assert "--by: found" in refusal(review(course, "r\n", "--by", "\x1b[31m"))


def test_an_answer_in_a_cell_that_is_gone_stays_open(course: CourseFolder) -> None:
    changed(course, "ben", {"column": "gone"})

    done = review(course, "q\n")
    assert "1 open answers belong to cells that the key no longer has" in done.stdout
    assert done.returncode == 1


# ---- the class page ------------------------------------------------------------------------------


def test_who_was_refused_and_why_is_read_back_from_the_table() -> None:
    """Also where a spreadsheet would run the words."""
    refused = {"=zoe.pdf": "=zoe.pdf: is a PDF; expected a .py", "ida": "; -1", "jo'=": "plain, '"}
    summary = ClassSummary()
    for name, reason in refused.items():
        summary.add_refused(name, reason)

    assert dict(known_rows(summary_csv(summary)).refused) == refused


@pytest.mark.parametrize("text", ["", "name;status\n", "id,status,notes\nann,graded\n"])
def test_a_table_that_is_not_ours_is_refused(course: CourseFolder, text: str) -> None:
    (course.path / "out" / "summary.csv").write_text(text)

    assert "summary.csv: not the table" in refusal(review(course, "q\n"))

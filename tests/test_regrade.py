"""A class graded anew after something changed: what would change, for whom, and why."""

import csv
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader import batch, grade
from grader import regrade as anew
from grader.assignment import load, load_reference
from grader.causes import Basis, causes, out_of_date, why
from grader.errors import UsageError
from grader.grade import assignment_id
from grader.lms import incoming
from grader.pages import report_page
from grader.regrade import Row
from grader.regrade.history import keep
from grader.report import Report, read, student_view, to_json, without_key
from tests.command import GRADER, PATIENCE, grader, refusal
from tests.conftest import ADD, SCALE, CourseFolder, make_course
from tests.test_batch import reports

SLOPPY = ADD.replace("return a + b", "return a + b if a < 50 else 0")
FLICKERING = ADD.replace("return a + b", "return a + b if b != -99 else -99")
# A file that no hash counts says what comes next; only one submission is ever asked about.
FLICKERS = '''
@pytest.mark.weight(4)
def test_flickers(student):
    """It holds on most days."""
    from pathlib import Path
    plan = Path(__file__).with_name(".plan")
    if student.add(7, -99) == -99 and plan.exists():
        now, _, later = plan.read_text().partition(" ")
        plan.write_text(later)
        assert now != "fails"
        if now == "faults":
            raise RuntimeError("a bug in the hidden test")
'''
CLASS = {
    "ann": {"add.py": ADD, "scale.py": SCALE},
    "ben": {"add.py": SLOPPY, "scale.py": SCALE},
    "cem": {"add.py": FLICKERING},
    "=dora+": {"add.py": ADD, "scale.py": SCALE.replace("x * factor", "x + factor")},
}
SCORES = {"ann": 10.0, "ben": 9.5, "cem": 4.0, "=dora+": 6.0}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    """A course with a secret, and its class, graded once into `out`."""
    course = make_course(tmp_path_factory.mktemp("regrade") / "course")
    (course.path / "reference" / "secret.txt").write_text("of this course")
    tests = course.private / "test_add.py"
    tests.write_text(tests.read_text() + FLICKERS)
    for name, files in CLASS.items():
        (course.path / "class" / name).mkdir(parents=True)
        for file, text in files.items():
            (course.path / "class" / name / file).write_text(text)
    done = grader("batch", "sums", "class", "--out", "out", cwd=course.path)
    assert done.returncode == 0, done.stderr
    assert {id: own.score for id, own in reports(course.path / "out").items()} == SCORES
    return course


@pytest.fixture
def course(first: CourseFolder, tmp_path: Path) -> CourseFolder:
    """The same, to be changed."""
    shutil.copytree(first.path, tmp_path / "course")
    return CourseFolder(tmp_path / "course")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def regraded(
    course: CourseFolder, *, everything: bool = False, commit: bool = False
) -> dict[str, Row]:
    """Return the row of each submission."""
    with grade.opened("sums", course.path) as judge:
        entries = incoming.read(course.path / "class", "sums").entries
        rows = anew.run(
            judge, entries, course.path / "out", jobs=2, everything=everything, commit=commit
        )
    return {row.id: row for row in rows}


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return the content of each file below a folder, and when it was written."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def command(course: CourseFolder, *options: object) -> subprocess.CompletedProcess[str]:
    return grader(
        *("regrade", "sums", "--reports", "out", "--submissions", "class", *options),
        cwd=course.path,
    )


# ---- what changed, and what that means -----------------------------------------------------------


TASKS = ("add", "scale")
CHANGES = {
    "reference/sums/test_add.py": ("hidden tests of add changed", ["add"]),
    "reference/sums/add.py": ("solution of add changed", ["add"]),
    "assignments/sums/scale.py": ("stub of scale changed", ["scale"]),
    "assignments/sums/given.py": ("given.py is new", ["add", "scale"]),
    "reference/sums/key.json": ("answer key key.json is new", ["add", "scale"]),
    "reference/sums/tables/more.py": ("tables/more.py is new", ["add", "scale"]),
    "reference/sums/mistakes/off/add.py": ("known mistakes of add changed", ["add"]),
    "reference/sums/alternatives/sum/add.py": ("alternatives/sum/add.py is new", []),
    "assignments/sums/README.md": ("README.md changed", []),
}


def basis(course: CourseFolder, report: Report) -> Basis:
    """Return what a report made now would be made with."""
    reference = load_reference(load("sums", course.path))
    return Basis(assignment_id(reference), report.submission, report.environment)


@pytest.fixture
def old(course: CourseFolder) -> Report:
    return reports(course.path / "out")["ann"]


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_file_is_named_and_touches_its_own_task_alone(
    course: CourseFolder, old: Report, name: str
) -> None:
    words, tasks = CHANGES[name]
    path = course.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.parent.parent.name == "mistakes":
        table = '[off]\nmisconception = "m"\nhint = "h"\ncaught_by = []\n[off.points]\nadd = 0\n'
        (course.private / "mistakes.toml").write_text(table)
        before = basis(course, old) if path.exists() else None
        assert before is None
    with path.open("a") as file:
        file.write("\n")
    if words.startswith("known"):  # the table of hints is of every task, its folders are not
        shutil.copy(course.private / "mistakes.toml", course.path / "kept.toml")
        old_files = dict(basis(course, old).assignment.staff.files)  # type: ignore[union-attr]
        del old_files[name]
        made = old.assignment.staff.model_copy(update={"files": old_files})  # type: ignore[union-attr]
        block = old.assignment.model_copy(update={"staff": made})
        old = old.model_copy(update={"assignment": block})

    found = causes(Basis.of(old), basis(course, old), TASKS)
    assert [cause.words.split(",")[0] for cause in found] == [words]
    assert out_of_date(found, TASKS) == tasks
    assert all(bool(why(found, task)) == (task in tasks) for task in TASKS)


def test_limits_are_told_by_name_and_touch_every_task(course: CourseFolder, old: Report) -> None:
    edit(course.public / "assignment.toml", "call_seconds = 1", "call_seconds = 3")

    found = causes(Basis.of(old), basis(course, old), TASKS)
    assert [cause.words for cause in found] == [
        "limits changed: call_seconds 1.0 → 3.0",
        "assignment.toml changed",
    ]
    assert out_of_date(found, TASKS) == ["add", "scale"]


@pytest.mark.parametrize("name", ["grader", "torch", "numpy", "python"])
def test_other_versions_touch_every_task(course: CourseFolder, old: Report, name: str) -> None:
    environment = old.environment.model_copy(update={name: "0.0.1"})
    then = Basis(old.assignment, old.submission, environment)

    found = causes(then, basis(course, old), TASKS)
    now = getattr(old.environment, name)
    assert [cause.words for cause in found] == [f"{name} changed: 0.0.1 → {now}"]
    assert out_of_date(found, TASKS) == ["add", "scale"]


def test_other_walls_explain_and_do_not_make_a_report_old(
    course: CourseFolder, old: Report
) -> None:
    sandbox = old.environment.sandbox.model_copy(update={"walls": ["seccomp"]})
    environment = old.environment.model_copy(update={"sandbox": sandbox})
    then = Basis(old.assignment, old.submission, environment)

    found = causes(then, basis(course, old), TASKS)
    assert [cause.words.split(":")[0] for cause in found] == ["walls differ"]
    assert out_of_date(found, TASKS) == []


def test_a_report_that_does_not_say_its_files_is_out_of_date(
    course: CourseFolder, old: Report
) -> None:
    """Reports of earlier versions still load."""
    edit(course.private / "test_add.py", "weight(3)", "weight(2)")
    value = json.loads(to_json(old))
    del value["assignment"]["staff"]
    earlier = Report.model_validate_json(json.dumps(value))

    found = causes(Basis.of(earlier), basis(course, old), TASKS)
    words = "the assignment changed; the old report does not say which files"
    assert [cause.words for cause in found] == [words]
    assert out_of_date(found, TASKS) == ["add", "scale"]


def test_a_students_copy_does_not_tell_files_of_the_reference(old: Report) -> None:
    assert old.assignment.staff is not None
    assert "reference/sums/test_add.py" in old.assignment.staff.files
    assert "test_add.py" not in to_json(old, view="student")


# ---- a class -------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_graded(course: CourseFolder) -> None:
    before = files(course.path / "out")

    done = command(course)

    assert done.returncode == 0, done.stderr
    assert done.stdout == "4 submissions, 0 graded anew: 4 stay the same\n"
    assert files(course.path / "out") == before


def test_who_gains_reads_it_before_anything_is_written(course: CourseFolder) -> None:
    """The dry run: a table, a file for a spreadsheet, and nothing else."""
    edit(course.private / "test_add.py", "(50, 60)", "(5, 6)")
    before = files(course.path)

    done = command(course, "--out", "table.csv")

    assert done.returncode == 1
    assert "ben" in done.stdout
    assert "add/test_sums: wrong → passed" in done.stdout
    assert "hidden tests of add changed" in done.stdout
    last = "4 submissions, 4 graded anew: 1 gain points, 3 stay the same"
    assert done.stdout.splitlines()[-2:] == [
        last,
        "Nothing was written; --commit writes the new reports.",
    ]
    after = files(course.path)
    assert after.keys() - before.keys() == {"table.csv"}
    assert {name: after[name] for name in before} == before
    with (course.path / "table.csv").open(newline="") as table:
        rows = {row["id"]: row for row in csv.DictReader(table)}
    assert rows.keys() == {"ann", "ben", "cem", "'=dora+"}
    ben = rows["ben"]
    assert (ben["fate"], ben["score_before"], ben["score_now"]) == ("gains", "9.5", "10")
    assert (ben["test"], ben["verdict_before"], ben["verdict_now"]) == (
        *("test_sums", "wrong"),
        "passed",
    )
    assert ben["by"] == "0.5"
    assert ben["why"] == "hidden tests of add changed"


def test_only_the_changed_task_is_graded_and_the_sum_is_exact(course: CourseFolder) -> None:
    """The report is that of grading everything, but for what the other tasks' runs said."""
    edit(course.private / "test_add.py", "weight(3)", "weight(3.3)")
    before = reports(course.path / "out")

    rows = regraded(course, commit=True)

    assert {row.graded for row in rows.values()} == {("add",)}
    after = reports(course.path / "out")
    with grade.opened("sums", course.path) as judge:
        for name in CLASS:
            entry = course.path / "class" / name
            full = grade.grade(judge, grade.take_in(judge.assignment, entry))
            assert timeless(full) == timeless(after[name])
            assert after[name].tasks[1] == before[name].tasks[1]  # seconds too
    assert rows["ben"].fate == "loses"
    assert rows["ben"].why == ("hidden tests of add changed",)


def timeless(report: Report) -> object:
    return without_key(without_key(json.loads(to_json(report)), "seconds"), "received")


def test_without_a_secret_all_is_graded_since_hidden_inputs_change(course: CourseFolder) -> None:
    (course.path / "reference" / "secret.txt").unlink()
    edit(course.public / "README.md", "# ", "# More ")

    rows = regraded(course)

    assert {row.graded for row in rows.values()} == {("add", "scale")}


def test_with_a_secret_a_new_handout_has_nothing_graded(course: CourseFolder) -> None:
    edit(course.public / "README.md", "# ", "# More ")

    rows = regraded(course, commit=True)

    assert {row.graded for row in rows.values()} == {()}
    done = grader("batch", "sums", "class", "--out", "out", "--resume", cwd=course.path)
    assert "4 graded (4 kept from before)" in done.stdout


def test_a_submission_handed_in_again_is_the_cause(course: CourseFolder) -> None:
    (course.path / "class" / "ann" / "add.py").write_text(SLOPPY)

    rows = regraded(course)

    assert rows["ann"].fate == "loses"
    assert rows["ann"].why == ("the submission's own files changed",)
    assert {row.fate for id, row in rows.items() if id != "ann"} == {"same"}


def test_what_cannot_be_regraded_is_listed_and_left(course: CourseFolder) -> None:
    """No report, no submission, refused, no report of this: each is named, none is touched."""
    edit(course.private / "test_add.py", "(50, 60)", "(5, 6)")
    out, handed_in = course.path / "out" / "reports", course.path / "class"
    (handed_in / "eve.py").write_text(ADD)
    (handed_in / "fay.pdf").write_bytes(b"%PDF-1.7")
    shutil.copytree(handed_in / "ann", handed_in / "gil")
    for name in ("hal", "ida", "jo"):
        shutil.copytree(handed_in / "ann", handed_in / name)
    ann = read(out / "ann.json")
    (out / "gone.json").write_text(to_json(ann))
    (out / "gil.json").write_text('{"schema_ver')
    (out / "hal.json").write_text(to_json(student_view(ann)))
    other = ann.assignment.model_copy(update={"id": "other"})
    (out / "ida.json").write_text(to_json(ann.model_copy(update={"assignment": other})))
    (out / "jo.json").write_text(to_json(ann))
    before = files(out)

    rows = regraded(course)

    assert {id: row.fate for id, row in rows.items()} == {
        **dict.fromkeys(("ann", "cem", "=dora+", "jo"), "same"),
        **dict.fromkeys(("gil", "hal", "ida"), "not regraded"),
        "ben": "gains",
        "eve": "no report",
        "fay.pdf": "refused",
        "gone": "no submission",
    }
    assert "cannot be read as a report" in rows["gil"].note
    assert rows["hal"].note == "its report is a student's copy; expected staff's view"
    assert rows["ida"].note == "its report is of 'other'"
    with pytest.raises(UsageError, match=r"gil\.json: cannot be read as a report"):
        regraded(course, commit=True)
    assert files(out) == before

    (out / "gil.json").unlink()
    regraded(course, commit=True)
    after = files(out)
    untouched = [f"{name}.json" for name in ("gone", "hal", "ida")]
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}
    assert not (out / "eve.json").exists()


# ---- a lost point is rerun before it is believed -------------------------------------------------


def plan(course: CourseFolder, *what: str) -> None:
    """Say what the test that flickers comes to, run by run; what changes is its task."""
    (course.private / ".plan").write_text(" ".join(what))
    edit(course.private / "test_add.py", "put them together", "put both together")


def test_a_lost_point_that_a_rerun_gives_back_is_a_flake(course: CourseFolder) -> None:
    plan(course, "fails", "fails", "holds")

    rows = regraded(course, commit=True)

    assert (course.private / ".plan").read_text() == ""  # it was run three times
    assert rows["cem"].flickering == ("add/test_flickers",)
    assert (rows["cem"].fate, rows["cem"].score_now) == ("same", 4.0)
    assert anew.needs_staff([rows["cem"]])
    assert reports(course.path / "out")["cem"].score == 4.0


def test_a_lost_point_is_believed_when_every_run_loses_it(course: CourseFolder) -> None:
    plan(course, "fails", "fails", "fails", "holds")

    rows = regraded(course)

    assert (course.private / ".plan").read_text() == "holds"
    assert rows["cem"].flickering == ()
    assert (rows["cem"].fate, rows["cem"].score_now) == ("loses", 2.0)
    [change] = [own for own in rows["cem"].changes if own.is_of_verdict]
    assert change.test == "test_flickers"
    assert (change.was, change.now) == ("passed", "wrong")
    assert change.why == ("hidden tests of add changed",)


def test_where_nothing_changed_the_result_from_before_is_a_run_too(course: CourseFolder) -> None:
    """--all grades what is not out of date; that takes nothing from anyone."""
    (course.private / ".plan").write_text("fails fails fails fails")

    rows = regraded(course, everything=True)

    assert (rows["cem"].fate, rows["cem"].score_now) == ("same", 4.0)
    assert rows["cem"].flickering == ("add/test_flickers",)
    assert rows["ann"].graded == ("add", "scale")


def test_a_fault_of_ours_changes_no_report(course: CourseFolder) -> None:
    """Neither does one that comes only in a rerun."""
    plan(course, "faults")
    before = files(course.path / "out" / "reports")

    rows = regraded(course, commit=True)

    assert (rows["cem"].fate, rows["cem"].score_now) == ("not regraded", 4.0)
    assert rows["cem"].note.endswith("RuntimeError: a bug in the hidden test")
    after = files(course.path / "out" / "reports")
    assert after["cem.json"] == before["cem.json"]
    assert after["ann.json"] != before["ann.json"]

    (course.private / ".plan").write_text("fails faults holds")
    assert regraded(course)["cem"].score_now == 4.0


def test_a_fault_that_is_mended_gives_the_score(course: CourseFolder) -> None:
    path = course.path / "out" / "reports" / "ann.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps(value | {"status": "judge_error", "score": None}))

    rows = regraded(course)

    assert (rows["ann"].fate, rows["ann"].score_before, rows["ann"].score_now) == (
        *("gains", None),
        10.0,
    )
    assert {row.graded for id, row in rows.items() if id != "ann"} == {()}


# ---- committed -----------------------------------------------------------------------------------


def history(course: CourseFolder) -> dict[str, list[bytes]]:
    """Return the old reports that are kept, by submission."""
    found: dict[str, list[bytes]] = {}
    for path in sorted((course.path / "out" / "history").glob("*/*.json")):
        found.setdefault(path.parent.name, []).append(path.read_bytes())
    return found


def test_committed_it_is_written_once_and_the_old_is_history(course: CourseFolder) -> None:
    edit(course.private / "test_add.py", "(50, 60)", "(5, 6)")
    out = course.path / "out"
    before = {path.stem: path.read_bytes() for path in (out / "reports").glob("*.json")}

    done = command(course, "--commit")

    assert done.returncode == 1
    assert reports(out)["ben"].score == 10.0
    assert (out / "reports" / "ben.html").read_text() == report_page(reports(out)["ben"])
    with (out / "summary.csv").open(newline="") as table:
        assert {row["id"]: row["score"] for row in csv.DictReader(table)} == {
            "ann": "10",
            "ben": "10",
            "cem": "4",
            "'=dora+": "6",
        }
    assert history(course) == {name: [text] for name, text in before.items()}

    written = files(out / "reports")
    again = command(course, "--commit")
    assert again.returncode == 0
    assert files(out / "reports") == written
    assert history(course) == {name: [text] for name, text in before.items()}
    resumed = grader("batch", "sums", "class", "--out", "out", "--resume", cwd=course.path)
    assert resumed.stdout.splitlines()[0] == "4 submissions: 4 graded (4 kept from before)"
    assert set(reports(out)) == set(CLASS)


def test_the_reports_folder_may_be_named_too(course: CourseFolder) -> None:
    done = grader(
        *("regrade", "sums", "--reports", "out/reports", "--submissions", "class"),
        cwd=course.path,
    )

    assert done.returncode == 0


def test_a_folder_at_which_another_is_at_work_is_left_alone(course: CourseFolder) -> None:
    edit(course.private / "test_add.py", "(50, 60)", "(5, 6)")
    before = files(course.path / "out")

    with batch.alone(course.path / "out"):
        message = refusal(command(course, "--commit"))

    assert "another batch is at work there" in message
    assert files(course.path / "out") == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--reports", "class"), "class: holds no reports"),
        (("--submissions", "nothing"), "nothing: no such file"),
        (("--out", "none/table.csv"), "none/table.csv: its folder does not exist"),
    ],
)
def test_what_is_named_wrongly_is_one_sentence(
    first: CourseFolder, options: tuple[str, str], message: str
) -> None:
    assert refusal(command(first, *options)).startswith(message)


@contextmanager
def committing(course: CourseFolder) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [
            *(*GRADER, "regrade", "sums", "--reports", "out", "--submissions", "class"),
            *("--commit", "--jobs", "1"),
        ],
        cwd=course.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle_a_second_run_finishes(
    course: CourseFolder, number: signal.Signals
) -> None:
    """History holds every old report once, whenever it was."""
    slow = ADD.replace("return", "import time; time.sleep(0.15); return")
    for name in CLASS:
        (course.path / "class" / name / "add.py").write_text(f"# {name}\n{slow}")
    out = course.path / "out"
    before = {path.stem: path.read_bytes() for path in (out / "reports").glob("*.json")}
    with committing(course) as process:
        while not history(course) and process.poll() is None:
            time.sleep(0.01)
        os.killpg(process.pid, number)
        process.communicate(timeout=PATIENCE)
    kept = history(course)
    assert 1 <= len(kept) < len(CLASS)
    # As if it had been killed between the old one's copy and the new one.
    name = min(before.keys() - kept.keys())
    keep(out, out / "reports" / f"{name}.json")
    (out / "history" / name / ".20260101T000000Z-0.json.0badcafe").write_text("half of a rep")

    done = command(course, "--commit")

    assert done.returncode == 1, done.stderr
    assert history(course) == {name: [text] for name, text in before.items()}
    scores = {name: own.score for name, own in reports(out).items()}
    assert scores == SCORES | {"ben": 10.0}
    assert not list(out.rglob(".*"))


# ---- decided by a person -------------------------------------------------------------------------

SAYS = '\n\ndef word() -> str:\n    """Return a word."""\n    return "yes"\n'
ASKS = '''
from pathlib import Path
from grader.testing import AnswerKey, assert_answer

@pytest.mark.weight(4)
def test_word(student):
    """The word says that it is so."""
    key = AnswerKey.read(Path(__file__).with_name("key.json"))
    assert_answer(student.word(), key, "row", "column")
'''
KEY = {
    "version": 1,
    "fill_words": [],
    "misconceptions": {"contrary": "It is so."},
    "rows": {
        "row": {
            "column": {
                "model": "yes",
                "accept": ["yes"],
                "reject": {"contrary": ["no"]},
                "review": [],
            }
        }
    },
}


def test_what_a_person_decided_stays_decided(tmp_path: Path) -> None:
    """Decisions live in the answer key, and so apply by themselves to whatever is graded anew."""
    course = make_course(tmp_path / "course")
    (course.path / "reference" / "secret.txt").write_text("of this course")
    (course.private / "key.json").write_text(json.dumps(KEY, indent=1))
    for folder in (course.public, course.private):
        with (folder / "add.py").open("a") as file:
            file.write(SAYS)
    with (course.private / "test_add.py").open("a") as file:
        file.write(ASKS)
    for name, word in (("ann", "yes"), ("ben", "certainly"), ("cem", "hardly")):
        (course.path / "class" / name).mkdir(parents=True)
        own = course.path / "class" / name / "add.py"
        own.write_text(ADD + SAYS.replace('"yes"', f'"{word}"'))
    done = grader("batch", "sums", "class", "--out", "out", cwd=course.path)
    assert "1 graded, 2 needs_review" in done.stdout
    decided = subprocess.run(
        [*GRADER, "review", "sums", "--reports", "out", "--by", "kim"],
        cwd=course.path,
        input="r\nw\n\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert decided.returncode == 0, decided.stderr
    scores = {name: own.score for name, own in reports(course.path / "out").items()}
    assert scores == {"ann": 4.0, "ben": 4.0, "cem": 2.0}

    rows = regraded(course)  # the key changed, and the reports with it
    assert {row.fate for row in rows.values()} == {"same"}
    assert {row.graded for row in rows.values()} == {()}

    edit(course.private / "test_add.py", "weight(4)", "weight(12)")
    rows = regraded(course, commit=True)
    assert {name: (row.fate, row.score_now) for name, row in rows.items()} == {
        "ann": ("changes", 4.0),  # its points lie on other tests
        "ben": ("changes", 4.0),
        "cem": ("loses", 1.0),
    }
    assert {own.status for own in reports(course.path / "out").values()} == {"graded"}

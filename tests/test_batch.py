"""A whole class: whatever one entry is, the others are graded; interrupted, it goes on."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.report import Report, read, without_key
from tests.command import GRADER, PATIENCE, grader, on_a_disk_of_its_own, refusal
from tests.conftest import ADD, SCALE, CourseFolder, make_course
from tests.test_forkserver import is_gone, soon

FAULTY = '''
@pytest.mark.weight(1)
def test_faulty(student):
    """One answer finds a bug of ours."""
    if student.add(1, 2) == -99:
        raise RuntimeError("a bug in the hidden test")
'''
GRADED = {
    "ann": 10.0,  # a folder
    "ben": 4.0,  # one file
    "cem": 10.0,  # a notebook
    "dora": 10.0,  # an archive
    "fay": 6.0,  # hangs
    "gil": 6.0,  # ends Python
    "ida": 0.0,  # hands in nothing
    "jo": 4.0,  # has a name that is no UTF-8
    "lou": None,  # finds a fault of ours
}
REFUSED = {"ann.py", "eve.zip", "hal", "kim", "mia.pdf"}


def make_class(folder: Path) -> None:
    """Put every kind of entry into a folder."""

    def add(name: str, answer: str) -> None:
        (folder / name).mkdir(parents=True)
        (folder / name / "add.py").write_text(answer)
        (folder / name / "scale.py").write_text(SCALE)

    add("ann", ADD)
    (folder / "ann.py").write_text(ADD)
    (folder / "ben.py").write_text(ADD)
    cells = [nbformat.v4.new_code_cell(text) for text in ("%matplotlib inline\n" + ADD, SCALE)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "cem.ipynb")
    with zipfile.ZipFile(folder / "dora.zip", "w") as archive:
        archive.writestr("hw/add.py", ADD)
        archive.writestr("hw/scale.py", SCALE)
    (folder / "eve.zip").write_bytes(b"PK\3\4 and no more")
    add("fay", "while True: pass")
    add("gil", "import os\nos._exit(0)")
    (folder / "hal").symlink_to("ann")
    (folder / "ida").mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/jo\xff.py")).write_text(ADD)
    os.mkfifo(folder / "kim")
    add("lou", "def add(a, b): return -99")
    (folder / "mia.pdf").write_bytes(b"%PDF-1.7")
    (folder / ".DS_Store").write_bytes(b"\0")


def batch(course: CourseFolder, *arguments: object) -> subprocess.CompletedProcess[str]:
    return grader("batch", "sums", "class", *arguments, cwd=course.path)


def reports(out: Path) -> dict[str, Report]:
    """Return the reports of a batch by id; each file there is a whole one."""
    return {path.stem: read(path) for path in sorted((out / "reports").glob("*.json"))}


def written(out: Path) -> dict[str, int]:
    """Return when each report was written."""
    return {path.stem: path.stat().st_mtime_ns for path in (out / "reports").glob("*.json")}


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[CourseFolder, dict[int, subprocess.CompletedProcess[str]]]:
    """A class, graded one at a time into `out1` and two at a time into `out2`."""
    course = make_course(tmp_path_factory.mktemp("batch") / "course")
    path = course.private / "test_add.py"
    path.write_text(path.read_text() + FAULTY)
    make_class(course.path / "class")
    return course, {jobs: batch(course, "--out", f"out{jobs}", "--jobs", jobs) for jobs in (1, 2)}


Graded = tuple[CourseFolder, dict[int, subprocess.CompletedProcess[str]]]


# ---- a class -------------------------------------------------------------------------------------


def test_every_entry_is_graded_or_refused_whatever_the_others_are(graded: Graded) -> None:
    course, _ = graded

    found = reports(course.path / "out1")
    assert {name: report.score for name, report in found.items()} == GRADED
    with (course.path / "out1" / "summary.csv").open(newline="") as table:
        rows = {row["id"]: row for row in csv.DictReader(table)}
    assert {name for name, row in rows.items() if row["status"] == "refused"} == REFUSED
    assert rows.keys() == GRADED.keys() | REFUSED
    assert rows["lou"]["score"] == ""


def test_exit_code_and_words_say_that_staff_must_act(graded: Graded) -> None:
    _, done = graded

    for one in done.values():
        assert one.returncode == 1
        first, *files = one.stdout.splitlines()
        assert first == "14 submissions: 8 graded, 1 judge_error, 5 refused"
        assert [Path(file).name for file in files] == ["index.html", "summary.csv", "reports"]
        assert "Traceback" not in one.stderr
        assert "ann.py: ann is named alike; expected one entry" in one.stderr
        assert "eve.zip: is a damaged zip archive" in one.stderr
        assert "hal: is a symbolic link" in one.stderr
        assert "kim: is a named pipe" in one.stderr
        assert "mia.pdf: is a PDF" in one.stderr


def test_nothing_depends_on_how_many_are_graded_at_a_time(graded: Graded) -> None:
    """Reports, table and pages, times aside."""
    course, _ = graded
    one, two = (course.path / "out1", course.path / "out2")

    def files(out: Path) -> dict[str, bytes]:
        paths = (path for path in out.rglob("*") if path.is_file())
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in paths}

    def timeless(name: str, data: bytes) -> Any:
        if name.endswith(".json"):
            return without_key(json.loads(data), "seconds")
        return re.sub(rb"[\d.]+ s\b", b"", data)

    first, second = files(one), files(two)
    assert first.keys() == second.keys()
    assert {"index.html", "summary.csv", "reports/ann.json", "reports/ann.html"} <= first.keys()
    for name in first:
        assert timeless(name, first[name]) == timeless(name, second[name]), name


def test_staff_read_a_failed_assertion_as_it_was_written(graded: Graded) -> None:
    """Addresses in memory would make the same report another one each time."""
    course, _ = graded

    tests = {test.id: test for test in reports(course.path / "out1")["lou"].tasks[0].tests}
    staff = tests["test_zero"].staff
    assert staff is not None
    assert "assert -99 == 7\n +  where -99 = student.add(7, 0)" in staff.cases[0].detail
    assert "0x" not in staff.cases[0].detail


def test_nothing_but_reports_and_pages_is_left(graded: Graded) -> None:
    course, _ = graded

    for out in (course.path / "out1", course.path / "out2"):
        assert {path.name for path in out.iterdir()} == {"reports", "summary.csv", "index.html"}
        assert {path.name for path in (out / "reports").iterdir()} == {
            f"{name}.{ending}" for name in GRADED for ending in ("json", "html")
        }


# ---- where it cannot write -----------------------------------------------------------------------


def test_a_folder_with_reports_is_left_alone(graded: Graded) -> None:
    course, _ = graded
    before = written(course.path / "out1")

    message = refusal(batch(course, "--out", "out1"))
    assert message.startswith("out1/reports: holds reports already; add --resume")
    assert written(course.path / "out1") == before


def test_a_file_in_the_way_is_named(graded: Graded) -> None:
    course, _ = graded
    (course.path / "taken").mkdir()
    (course.path / "taken" / "reports").write_text("")

    message = refusal(batch(course, "--out", "taken"))
    assert message == "taken/reports: cannot be made (File exists)"


def test_a_folder_that_cannot_be_written_to_is_named(graded: Graded, tmp_path: Path) -> None:
    course, _ = graded
    mounted = tmp_path / "mounted"
    mounted.mkdir()

    done = on_a_disk_of_its_own(
        *("batch", "sums", course.path / "class", "--course", course.path, "--out", mounted),
        mounted=mounted,
        options="ro",
        copied=tmp_path / "copied",
    )

    assert refusal(done) == f"{mounted}/reports: cannot be made (Read-only file system)"


def test_a_full_disk_ends_it_in_one_sentence_and_what_is_there_is_whole(
    graded: Graded, tmp_path: Path
) -> None:
    course, _ = graded
    mounted, copied = tmp_path / "mounted", tmp_path / "copied"
    mounted.mkdir()
    for name in ("ann", "ben.py", "cem.ipynb", "dora.zip", "ida"):
        source = course.path / "class" / name
        target = tmp_path / "class" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)

    done = on_a_disk_of_its_own(
        *("batch", "sums", tmp_path / "class", "--course", course.path, "--out", mounted),
        *("--jobs", 1),
        mounted=mounted,
        options="size=64k",
        copied=copied,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"grader: {mounted}/reports/")
    assert last.endswith(": cannot be written (No space left on device)")
    assert "Traceback" not in done.stderr
    found = reports(copied)
    assert 1 <= len(found) < 5
    assert not [path.name for path in copied.rglob("*") if path.name.startswith(".")]
    assert not (copied / "summary.csv").exists()
    assert not (copied / "index.html").exists()
    for path in (copied / "reports").glob("*.html"):
        assert path.read_text().endswith("</html>")


# ---- again ---------------------------------------------------------------------------------------


@pytest.fixture
def again(graded: Graded, tmp_path: Path) -> CourseFolder:
    """The class and its results, to be changed."""
    course = CourseFolder(tmp_path / "course")

    def leave_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name in ("kim", "out2", "fay")]

    shutil.copytree(graded[0].path, course.path, symlinks=True, ignore=leave_out)
    return course


def test_resumed_it_grades_what_has_changed_and_keeps_the_rest(again: CourseFolder) -> None:
    """Also what is no report of this version, and what a fault of ours left without a score."""
    out = again.path / "out1"
    before = written(out)
    changed = again.path / "class" / "ann" / "add.py"
    changed.write_text("def add(a, b): return None")
    os.utime(changed, ns=(0, 0))  # the content counts, not the time
    os.utime(again.path / "class" / "ben.py")
    (again.path / "class" / "dora.zip").write_bytes(b"PK\3\4 broken")
    report = out / "reports" / "ida.json"
    report.write_text(report.read_text().replace('"schema_version": "1"', '"schema_version": "0"'))
    (out / "reports" / "jo.json").write_text('{"schema_ver')
    (again.path / "class" / "new.py").write_text(ADD)

    done = batch(again, "--out", "out1", "--resume")

    assert done.returncode == 1
    first = "13 submissions: 7 graded, 1 judge_error, 5 refused (3 kept from before)"
    assert done.stdout.splitlines()[0] == first
    after = written(out)
    kept = {name for name in after if after[name] == before.get(name)}
    assert kept == {"ben", "cem", "gil", "fay"}  # the last one's entry is gone, its report stays
    found = reports(out)
    assert found["ann"].score == 6.0
    assert found["new"].score == 4.0
    assert found["ida"].score == 0.0
    # A report of what was handed in before would be taken for one of what is there now.
    assert "dora" not in found
    assert not (out / "reports" / "dora.html").exists()
    with (out / "summary.csv").open(newline="") as table:
        rows = {row["id"]: row["score"] for row in csv.DictReader(table)}
    assert rows["ann"] == "6"
    assert "fay" not in rows


def test_a_changed_hidden_test_has_all_graded_again(again: CourseFolder) -> None:
    path = again.private / "test_add.py"
    path.write_text(path.read_text().replace("weight(3)", "weight(1)").replace("== -99", "== -98"))
    before = written(again.path / "out1")

    done = batch(again, "--out", "out1", "--resume")

    assert done.stdout.splitlines()[0] == "12 submissions: 8 graded, 4 refused"
    after = written(again.path / "out1")
    assert {name for name in after if after[name] == before[name]} == {"fay"}
    assert reports(again.path / "out1")["lou"].status == "graded"


# ---- interrupted ---------------------------------------------------------------------------------

SLOW = ADD.replace("return", "import time; time.sleep(0.2); return")
COUNT = 10


def descendants(pid: int) -> set[int]:
    """Return the processes below one, as far as they are there now."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found: set[int] = set()
    while more := {own for own, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def command_line(pid: int) -> str:
    """Return the words a process was started with, none if it is gone."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""


def of_course(course: CourseFolder) -> list[int]:
    """Return the processes in whose command line the course is named."""
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if str(course.path) in command_line(pid)]


@pytest.fixture
def slow(course: CourseFolder) -> CourseFolder:
    """A course and a class of which each submission takes a second."""
    (course.path / "class").mkdir()
    for number in range(COUNT):
        (course.path / "class" / f"s{number}.py").write_text(f"# {number}\n{SLOW}")
    return course


@pytest.fixture
def running(slow: CourseFolder) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start a batch and come back when some of it is done; in the end it is no more."""
    started = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*GRADER, "batch", "sums", "class", "--out", "out", "--jobs", "2"],
            cwd=slow.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        assert soon(lambda: len(written(slow.path / "out")) >= 2)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_ctrl_c_ends_at_once_and_it_goes_on_from_there(
    slow: CourseFolder, running: Callable[[], subprocess.Popen[str]]
) -> None:
    """It waits for no submission that hangs, however long that may."""
    manifest = slow.public / "assignment.toml"
    manifest.write_text(manifest.read_text().replace("_seconds = ", "_seconds = 100"))
    hanging = slow.path / "class" / "hangs.py"
    hanging.write_text("while True: pass")
    process = running()
    below = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, faults = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130
    assert out == ""
    assert faults.splitlines()[-1] == "grader: interrupted; --resume goes on from here"
    assert "Traceback" not in faults
    assert len(below) >= 3
    assert soon(lambda: all(map(is_gone, below)))
    done = reports(slow.path / "out")
    assert 2 <= len(done) < COUNT
    assert {report.status for report in done.values()} == {"graded"}
    assert {path.name for path in (slow.path / "out").iterdir()} == {"reports"}
    assert not list((slow.path / "out" / "reports").glob(".*"))

    hanging.unlink()
    before = written(slow.path / "out")
    resumed = batch(slow, "--out", "out", "--resume")
    assert resumed.returncode == 0
    words = f"{COUNT} submissions: {COUNT} graded ({len(before)} kept from before)"
    assert resumed.stdout.splitlines()[0] == words
    after = written(slow.path / "out")
    assert {name: after[name] for name in before} == before
    assert len(after) == COUNT


def test_kill_leaves_no_process_and_whole_reports(
    slow: CourseFolder, running: Callable[[], subprocess.Popen[str]]
) -> None:
    process = running()
    below = descendants(process.pid)
    assert of_course(slow)
    process.kill()
    process.communicate(timeout=PATIENCE)

    assert len(below) >= 3
    assert soon(lambda: all(map(is_gone, below)) and not of_course(slow))
    before = written(slow.path / "out")
    done = reports(slow.path / "out")
    assert 2 <= len(done) < COUNT
    assert {report.score for report in done.values()} == {4.0}

    resumed = batch(slow, "--out", "out", "--resume")
    assert resumed.returncode == 0
    assert f"({len(before)} kept from before)" in resumed.stdout
    assert len(reports(slow.path / "out")) == COUNT


@pytest.mark.parametrize("whose", ["grader.judge.server", "grader.cell.zygote"])
def test_without_its_judge_or_zygote_it_ends_and_takes_nothing_from_anyone(
    slow: CourseFolder, running: Callable[[], subprocess.Popen[str]], whose: str
) -> None:
    """A fault of ours is nobody's zero: what was in flight has no score."""
    process = running()
    below = descendants(process.pid)
    os.kill(min(pid for pid in below if whose in command_line(pid)), signal.SIGKILL)
    out, faults = process.communicate(timeout=PATIENCE)

    assert process.returncode == 3
    assert out == ""
    assert " is gone" in faults.splitlines()[-1]
    assert "Traceback" not in faults
    assert soon(lambda: all(map(is_gone, below)))
    for report in reports(slow.path / "out").values():
        assert (report.status, report.score) in (("graded", 4.0), ("judge_error", None))

"""Each example class, graded once by the real command, gets what its table says.

An assignment has a class where `examples/<id>/expected.csv` is. Its points were worked out from
the hidden tests' weights, not copied from a report: where the two differ, one of them has a fault.
"""

import csv
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.assignment import load
from grader.batch import REPORTS, SUMMARY
from grader.errors import SubmissionError
from grader.lms import incoming
from grader.report import Report, read, to_json
from grader.scoring import rescored
from grader.submission import id_of
from grader.submission import read as read_submission

COURSE = Path(__file__).parent.parent
EXAMPLES = COURSE / "examples"
CLASSES = sorted(path.parent.name for path in EXAMPLES.glob("*/expected.csv"))
SECONDS = 300


@dataclass(frozen=True)
class Worth:
    """What an entry comes to; without a score if it was refused."""

    status: str
    score: float | None = None
    points: tuple[float, ...] = ()


@dataclass(frozen=True)
class Graded:
    """What `grader batch` left behind of one class."""

    assignment: str
    exit_code: int
    reports: dict[str, Report]
    refusals: dict[str, str]


@pytest.fixture(scope="module", params=CLASSES)
def graded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    assignment = request.param
    out = tmp_path_factory.mktemp("class") / "out"
    command = [sys.executable, "-m", "grader", "batch", assignment, str(submissions(assignment))]
    options = ["--course", str(COURSE), "--out", str(out), "--jobs", "2"]
    ended = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (out / SUMMARY).is_file(), ended.stderr
    rows = table(out / SUMMARY)
    return Graded(
        assignment=assignment,
        exit_code=ended.returncode,
        reports={path.stem: read(path) for path in (out / REPORTS).glob("*.json")},
        refusals={row["id"]: row["notes"] for row in rows if row["status"] == "refused"},
    )


def submissions(assignment: str) -> Path:
    return EXAMPLES / assignment / "submissions"


def tasks_of(assignment: str) -> list[str]:
    return [task.id for task in load(assignment, COURSE).tasks]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def expected(assignment: str) -> dict[str, Worth]:
    tasks = tasks_of(assignment)
    return {
        row["entry"]: Worth(row["status"])
        if row["status"] == "refused"
        else Worth(row["status"], float(row["score"]), tuple(float(row[task]) for task in tasks))
        for row in table(EXAMPLES / assignment / "expected.csv")
    }


def names(assignment: str) -> list[str]:
    """Return the entries' names; some file systems take letters and their accents apart."""
    found = incoming.read(submissions(assignment), assignment).entries
    return [unicodedata.normalize("NFC", entry.name) for entry in found]


def worth(entry: str, graded: Graded) -> Worth:
    if entry in graded.refusals:
        return Worth("refused")
    report = graded.reports[id_of(Path(entry))]
    assert [task.id for task in report.tasks] == tasks_of(graded.assignment)
    return Worth(report.status, report.score, tuple(task.score for task in report.tasks))


@pytest.mark.parametrize("assignment", CLASSES)
def test_every_entry_stands_in_the_table(assignment: str) -> None:
    assert names(assignment) == sorted(expected(assignment))


@pytest.mark.parametrize("assignment", CLASSES)
def test_points_of_the_tasks_add_up_to_the_score(assignment: str) -> None:
    for entry, own in expected(assignment).items():
        assert sum(own.points) == pytest.approx(own.score or 0.0, abs=0.02), entry


def test_every_entry_gets_what_it_is_worth(graded: Graded) -> None:
    found = {entry: worth(entry, graded) for entry in names(graded.assignment)}

    assert found == expected(graded.assignment)
    assert len(graded.reports) + len(graded.refusals) == len(found)


def test_a_report_scored_again_is_the_same_report(graded: Graded) -> None:
    """What a person decides is scored from reports: nothing may be lost on the way into one."""
    points = {task.id: task.points for task in load(graded.assignment, COURSE).tasks}
    for report in graded.reports.values():
        again = rescored(report, lambda case: case.model_copy(), points)

        assert to_json(again) == to_json(report)


def test_entries_need_staff_as_the_table_says_and_none_because_of_us(graded: Graded) -> None:
    statuses = {own.status for own in expected(graded.assignment).values()}
    verdicts = {
        test.verdict
        for report in graded.reports.values()
        for task in report.tasks
        for test in task.tests
    }

    assert graded.exit_code == (0 if statuses == {"graded"} else 1)
    assert "judge_error" not in verdicts


def test_refusals_are_a_sentence_each(graded: Graded) -> None:
    for entry, reason in graded.refusals.items():
        assert entry in reason
        assert "; expected " in reason
        assert "\n" not in reason


@pytest.mark.parametrize("graded", ["building_blocks"], indirect=True)
def test_whoever_looks_around_in_the_cell_finds_nothing(graded: Graded) -> None:
    printed = [task.staff.output for task in graded.reports["benedikt_krause"].tasks if task.staff]

    assert len(printed) == len(tasks_of(graded.assignment))
    assert all(output.startswith("loot: []\n") for output in printed)


def test_archives_hold_what_their_sources_hold(tmp_path: Path) -> None:
    """Whoever changes a source must make its archive anew."""
    script = COURSE / "examples" / "make_archives.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    made = sorted(tmp_path.iterdir())
    handed_in = {path.name: path for path in EXAMPLES.glob("*/submissions/*")}

    assert made
    assert {path.name: taken_in(path, handed_in[path.name]) for path in made} == {
        path.name: taken_in(handed_in[path.name], handed_in[path.name]) for path in made
    }


def taken_in(path: Path, handed_in: Path) -> str:
    """Return the hash of what is taken in, or why nothing is; handed_in: for its assignment."""
    try:
        return read_submission(path, tasks_of(handed_in.parent.parent.name)).sha256
    except SubmissionError as refusal:
        return str(refusal)

"""The example class, graded once by the real command, gets what its table says.

The points in `expected.csv` were worked out from the hidden tests' weights, not copied from a
report: where the two differ, one of them has a fault.
"""

import csv
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.batch import REPORTS, SUMMARY, entries
from grader.errors import SubmissionError
from grader.report import Report, read
from grader.submission import id_of
from grader.submission import read as read_submission

COURSE = Path(__file__).parent.parent
CLASS = COURSE / "examples" / "building_blocks"
SUBMISSIONS = CLASS / "submissions"
TASKS = ["parameter_counts", "glorot_init", "lstm_gradients", "inductive_bias_table"]
SECONDS = 300

# One worker grades the class, for all tests of this file.
pytestmark = pytest.mark.xdist_group("example_class")


@dataclass(frozen=True)
class Worth:
    """What an entry comes to; without a score if it was refused."""

    status: str
    score: float | None = None
    points: tuple[float, ...] = ()


@dataclass(frozen=True)
class Graded:
    """What `grader batch` left behind."""

    exit_code: int
    reports: dict[str, Report]
    refusals: dict[str, str]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    out = tmp_path_factory.mktemp("class") / "out"
    command = [sys.executable, "-m", "grader", "batch", "building_blocks", str(SUBMISSIONS)]
    options = ["--course", str(COURSE), "--out", str(out), "--jobs", "2"]
    ended = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert (out / SUMMARY).is_file(), ended.stderr
    rows = table(out / SUMMARY)
    return Graded(
        exit_code=ended.returncode,
        reports={path.stem: read(path) for path in (out / REPORTS).glob("*.json")},
        refusals={row["id"]: row["notes"] for row in rows if row["status"] == "refused"},
    )


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def expected() -> dict[str, Worth]:
    return {
        row["entry"]: Worth(row["status"])
        if row["status"] == "refused"
        else Worth(row["status"], float(row["score"]), tuple(float(row[task]) for task in TASKS))
        for row in table(CLASS / "expected.csv")
    }


def names() -> list[str]:
    """Return the entries' names; some file systems take letters and their accents apart."""
    return [unicodedata.normalize("NFC", path.name) for path in entries(SUBMISSIONS)]


def worth(entry: str, graded: Graded) -> Worth:
    if entry in graded.refusals:
        return Worth("refused")
    report = graded.reports[id_of(Path(entry))]
    assert [task.id for task in report.tasks] == TASKS
    return Worth(report.status, report.score, tuple(task.score for task in report.tasks))


def test_every_entry_stands_in_the_table() -> None:
    assert names() == sorted(expected())


def test_points_of_the_tasks_add_up_to_the_score() -> None:
    for entry, own in expected().items():
        assert sum(own.points) == pytest.approx(own.score or 0.0, abs=0.02), entry


def test_every_entry_gets_what_it_is_worth(graded: Graded) -> None:
    found = {entry: worth(entry, graded) for entry in names()}

    assert found == expected()
    assert len(graded.reports) + len(graded.refusals) == len(found)


def test_some_entries_need_staff_and_none_because_of_us(graded: Graded) -> None:
    verdicts = {
        test.verdict
        for report in graded.reports.values()
        for task in report.tasks
        for test in task.tests
    }

    assert graded.exit_code == 1
    assert "judge_error" not in verdicts


def test_refusals_are_a_sentence_each(graded: Graded) -> None:
    for entry, reason in graded.refusals.items():
        assert entry in reason
        assert "; expected " in reason
        assert "\n" not in reason


def test_whoever_looks_around_in_the_cell_finds_nothing(graded: Graded) -> None:
    printed = [task.staff.output for task in graded.reports["benedikt_krause"].tasks if task.staff]

    assert len(printed) == len(TASKS)
    assert all(output.startswith("loot: []\n") for output in printed)


def test_archives_hold_what_their_sources_hold(tmp_path: Path) -> None:
    """Whoever changes a source must make its archive anew."""
    script = COURSE / "examples" / "make_archives.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    made = sorted(tmp_path.iterdir())

    assert made
    assert {path.name: taken_in(path) for path in made} == {
        path.name: taken_in(SUBMISSIONS / path.name) for path in made
    }


def taken_in(path: Path) -> str:
    """Return the hash of what is taken in, or why nothing is."""
    try:
        return read_submission(path, TASKS).sha256
    except SubmissionError as refusal:
        return str(refusal)

"""Forged answers earn points where they run beside the tests, and none here."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks import alone
from benchmarks.compare_isolation import (
    BEGIN,
    END,
    RIGHT,
    WRONG,
    Row,
    Table,
    compare,
    markdown,
    rows,
    write,
)
from benchmarks.graders import (
    HOMEWORK,
    POINTS,
    Files,
    Grader,
    Nbgrader,
    NotRun,
    Otter,
    Ours,
    PlainPytest,
)
from grader import grade

ROOT = Path(__file__).parent.parent


class Warm(Ours):
    """Ours, with one judge for all rows instead of a command for each: the walls are the same."""

    def __init__(self, judge: grade.Grader, folder: Path) -> None:
        self._judge, self._folder = judge, folder

    def points(self, files: Files) -> float:
        own = Path(tempfile.mkdtemp(dir=self._folder))
        for name, text in files.items():
            (own / name).write_text(text)
        return grade.grade(self._judge, grade.take_in(self._judge.assignment, own)).score or 0


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Table:
    with grade.opened("warmup", HOMEWORK) as judge:
        ours = Warm(judge, tmp_path_factory.mktemp("warm"))
        return compare([PlainPytest(), ours], rows(), jobs=2)


def test_the_command_gives_what_its_judge_gives() -> None:
    """Of the controls, each by a command of its own, as in the published table."""
    right, wrong = rows()[:2]

    assert (Ours().points(right.files), Ours().points(wrong.files)) == (POINTS, 0)


def test_ours_holds_where_plain_pytest_is_fooled(measured: Table) -> None:
    for grader in ("pytest", "grader"):
        assert (measured.points[RIGHT][grader], measured.points[WRONG][grader]) == (POINTS, 0)
    assert measured.fooled("grader") == []
    assert all(cells["grader"] == 0 for name, cells in measured.points.items() if name != RIGHT)
    assert len(measured.fooled("pytest")) >= 5, "else the attacks show nothing"


def test_an_attack_runs_as_nobody_alone_and_within_limits(tmp_path: Path) -> None:
    script = (
        "import os, socket, sys\n"
        "print(os.getuid(), [name for _, name in socket.if_nameindex()])\n"
        "print(sorted(name for name in os.environ if 'HOME' in name or 'SECRET' in name))\n"
        "bytearray(9 * 1024**3)"
    )
    done = alone.run([sys.executable, "-c", script], tmp_path)

    user, names = done.stdout.splitlines()
    if os.getuid() == 0:
        assert user == "65534 ['lo']"
    assert names == "['HOME']"
    assert "MemoryError" in done.stderr


class Fixed(Grader):
    """Gives what it was told to."""

    def __init__(self, name: str, points: dict[str, float | str]) -> None:
        self.name, self._points = name, points

    def version(self) -> str:
        return "1"

    def points(self, files: Files) -> float:
        points = self._points[files["warmup.py"]]
        if isinstance(points, str):
            raise NotRun(points)
        return points


ROWS = [Row(name, "What it does.", {"warmup.py": name}) for name in (RIGHT, WRONG, "lie")]


def test_a_grader_that_is_not_there_is_listed_as_not_run() -> None:
    graders = [
        Otter(None),
        Nbgrader(Path("/nonexistent")),
        Fixed("x", {RIGHT: 10, WRONG: 0, "lie": "why"}),
    ]

    table = compare(graders, ROWS, jobs=1)

    assert table.versions == {"x": "1"}
    assert "| lie | not run: absent | not run: absent | not run: why |" in markdown(table, ROWS)


@pytest.mark.parametrize("right, wrong", [(8, 0), (10, 2), (0, 0)])
def test_a_grader_with_false_controls_shows_nothing(right: float, wrong: float) -> None:
    table = compare([Fixed("x", {RIGHT: right, WRONG: wrong, "lie": 0})], ROWS, jobs=1)

    assert table.points["lie"]["x"] == "not run: controls"
    assert table.fooled("x") == []


def test_the_table_stands_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    table = compare([Fixed("x", {RIGHT: 10, WRONG: 0, "lie": 4})], ROWS, jobs=1)

    write(page, markdown(table, ROWS))
    write(page, markdown(table, ROWS))

    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert text.count("| lie | fooled: 4/10 |") == 1
    assert "old" not in text


def test_the_published_table_has_every_attack() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    table = text.partition(BEGIN)[2].partition(END)[0]

    for row in rows():
        assert f"| {row.name} |" in table, "run: make compare-isolation"

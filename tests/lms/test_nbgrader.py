"""Our table of grades beside the one that nbgrader's own gradebook exports of the same class.

nbgrader 0.9.6 brings a JupyterLab: 74 packages beside ours. A venv with it alone took 27 seconds to
install and 334 MB (`pip install nbgrader==0.9.6`, `du -sh`).
"""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from grader.lms.nbgrader import HEAD
from tests.lms.classes import half, passed
from tests.lms.test_per_class import records, rows_of, told, written

pytestmark = pytest.mark.needs("nbgrader")
ROSTER = (
    "student_id,last_name,first_name,email\n"
    "007,Test,Ann,ann@uni.example\n0070,Öz 🎓,Cem,cem@uni.example\n"
)


@pytest.fixture
def nbgrader(monkeypatch: pytest.MonkeyPatch) -> Any:
    """nbgrader's programming interface, which looks for `alembic` beside its Python."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed")
    from nbgrader import api

    beside = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([beside, os.environ["PATH"]]))

    return api


def test_the_gradebook_exports_what_we_write(tmp_path: Path, nbgrader: Any) -> None:
    """Filled with our rows, by its documented interface; then its own exporter writes them."""
    from nbgrader.plugins.export import CsvExportPlugin

    own = written("nbgrader", told(tmp_path, ROSTER), half("007"), passed("0070")).content
    with nbgrader.Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("sums")
        gradebook.add_notebook("all", "sums")
        gradebook.add_grade_cell("points", "all", "sums", max_score=20, cell_type="code")
        for row in records(own):
            gradebook.add_student(
                row["student_id"],
                **{key: row[key] for key in ("first_name", "last_name", "email")},
            )
            moment = datetime.fromisoformat(row["timestamp"])
            gradebook.add_submission(row["assignment"], row["student_id"], timestamp=moment)
            grade = gradebook.find_grade("points", "all", "sums", row["student_id"])
            grade.manual_score = float(row["score"])
            gradebook.db.commit()
        exporter = CsvExportPlugin()
        exporter.to = str(tmp_path / "theirs.csv")
        exporter.export(gradebook)

    theirs = (tmp_path / "theirs.csv").read_bytes()
    assert rows_of(theirs)[0] == rows_of(own)[0] == list(HEAD)
    assert sorted(map(numbered, records(theirs)), key=str) == sorted(
        map(numbered, records(own)), key=str
    )


def numbered(row: dict[str, str]) -> dict[str, str | float]:
    """Return the row, its points as numbers: nbgrader writes 20.0, we 20."""
    points = {key: float(row[key]) for key in row if "score" in key or "penalty" in key}
    return {**row, **points}


def test_the_gradebook_reads_the_students_of_our_roster(tmp_path: Path, nbgrader: Any) -> None:
    """One file for both: `nbgrader db student import` and `--roster`."""
    text = ROSTER.replace("student_id", "id")
    (tmp_path / "students.csv").write_text(text, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    command = ["db", "student", "import", "students.csv", "--db", url]
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr

    known = told(tmp_path, text).roster
    assert known is not None
    with nbgrader.Gradebook(url) as gradebook:
        theirs = {(s.id, f"{s.first_name} {s.last_name}", s.email) for s in gradebook.students}
    assert {(one.id, one.name, one.email) for one in known.students} == theirs

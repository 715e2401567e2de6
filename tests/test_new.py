"""`grader new`: what it writes holds together, and nothing is ever overwritten."""

from pathlib import Path

import pytest

from tests.command import grader, refusal


def written(course: Path) -> dict[str, str]:
    return {
        str(path.relative_to(course)): path.read_text()
        for path in sorted(course.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_new_assignment_tells_right_from_wrong_at_once(tmp_path: Path) -> None:
    made = grader("new", "hw-1", "--task", "row_norm", "--task", "column", cwd=tmp_path)
    verified = grader("verify", "hw-1", "--seeds", "20", cwd=tmp_path)

    assert (made.returncode, made.stderr) == (0, "")
    assert all(path in made.stdout for path in written(tmp_path))
    assert verified.returncode == 0, verified.stdout
    assert "mistake row_norm_over_the_batch earns its points" in verified.stdout
    assert "alternative column_of_torch earns full marks" in verified.stdout


def test_a_title_may_be_any_line_of_text(tmp_path: Path) -> None:
    title = """Norms: "long" \\ 'short' <b>, ü"""
    made = grader("new", "norms", "--title", title, cwd=tmp_path)
    started = grader("start", "norms", "mine", cwd=tmp_path)

    assert (made.returncode, started.returncode) == (0, 0), made.stderr + started.stderr
    assert (tmp_path / "mine" / "README.md").read_text().startswith(f"# {title}\n")


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["../out"], "'../out': not an assignment's name; expected letters, digits, _ and -"),
        (["hw", "--task", "Norm"], "task 'Norm': not a task name; expected lower-case"),
        (["hw", "--task", "random"], "task 'random': a name that Python or the grader uses"),
        (["hw", "--task", "a", "--task", "a"], "tasks a, a: named twice"),
        (["hw", "--title", "two\nlines"], "title 'two\\nlines': expected one line of text"),
    ],
)
def test_a_name_that_cannot_be_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    assert words in refusal(grader("new", *arguments, cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("folder", ["assignments", "reference"])
def test_what_is_there_is_left_alone(tmp_path: Path, folder: str) -> None:
    own = tmp_path / folder / "hw" / "task.py"
    own.parent.mkdir(parents=True)
    own.write_text("mine")

    assert "is there already" in refusal(grader("new", "hw", cwd=tmp_path))
    assert written(tmp_path) == {f"{folder}/hw/task.py": "mine"}

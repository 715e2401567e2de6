"""A report made again: the same, or what differs and why."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader import grade
from grader.errors import UsageError
from grader.grade import Grader
from grader.judge.conditions import Conditions
from grader.replay import Replayed, differences, replay
from grader.report import Report, read, student_view, to_json
from tests.command import grader, refusal
from tests.conftest import ADD, SCALE, CourseFolder, make_course, submission_of
from tests.test_regrade import FLICKERING, FLICKERS, edit

FILES = {"add.py": ADD, "scale.py": SCALE.replace("x * factor", "print(x); return 2 * x")}


@pytest.fixture(scope="module")
def made(warm: Grader) -> Report:
    return grade.grade(warm, submission_of(FILES))


def changed(report: Report, **values: Any) -> Report:
    """Return the report with other values; `environment__torch` is `environment.torch`."""
    data = json.loads(to_json(report))
    for name, value in values.items():
        *tables, key = name.split("__")
        table = data
        for own in tables:
            table = table[own]
        table[key] = value
    return Report.model_validate_json(json.dumps(data))


def places(found: Replayed) -> list[str]:
    return [own.place for own in found.differences]


def test_a_report_comes_out_again(warm: Grader, made: Report) -> None:
    assert replay(warm, made, submission_of(FILES, name="a_copy_of_it")) == Replayed(())


def test_so_does_a_students_copy(warm: Grader, made: Report) -> None:
    assert replay(warm, student_view(made), submission_of(FILES)) == Replayed(())


def test_so_does_a_report_that_does_not_name_its_files(warm: Grader, made: Report) -> None:
    assert (
        replay(warm, changed(made, assignment__staff=None), submission_of(FILES)).differences == ()
    )


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("environment__torch", "1.0", "torch changed: 1.0 → "),
        ("environment__grader", "0.0.9", "grader changed: 0.0.9 → "),
        ("environment__seed", "0" * 12, "seed changed: "),
        ("environment__sandbox__walls", ["seccomp"], "walls differ: + "),
        ("submission__sha256", "0" * 64, "the submission's own files changed"),
    ],
)
def test_what_it_was_made_with_is_the_cause(
    warm: Grader, made: Report, name: str, value: object, cause: str
) -> None:
    found = replay(warm, changed(made, **{name: value}), submission_of(FILES))

    assert places(found) == [name.replace("__", ".")]
    [words] = found.causes
    assert words.startswith(cause)
    assert (found.flickering, found.is_unexplained) == ((), False)


def test_another_submission_differs_in_its_results_too(warm: Grader, made: Report) -> None:
    other = submission_of(FILES | {"add.py": "def add(a, b): return 7"})

    found = replay(warm, made, other)

    assert {"submission.sha256", "score", "tasks.add.tests.test_sums.verdict"} <= set(places(found))
    assert found.causes == ("the submission's own files changed",)


def test_it_is_made_under_the_threads_and_limits_that_it_names(warm: Grader) -> None:
    """Under its own, the sleep would take too long or the threads would be others."""
    tells = "import time, torch; time.sleep(1.5); print(torch.get_num_threads()); return"
    slow = submission_of({"add.py": ADD.replace("return", tells)})
    limits = warm.assignment.limits.model_copy(update={"call_seconds": 3.0, "task_seconds": 9.0})
    report = grade.grade(warm, slow, conditions=Conditions(limits=limits, threads=2))
    assert report.score == 4.0
    assert report.tasks[0].staff is not None
    assert report.tasks[0].staff.output.split() == ["2"] * 4

    assert replay(warm, report, slow) == Replayed(())


def test_a_report_changed_by_hand_is_unexplained(warm: Grader, made: Report) -> None:
    data = json.loads(to_json(made))
    data["tasks"][0]["tests"][0]["verdict"] = "wrong"
    forged = Report.model_validate_json(json.dumps(data))

    found = replay(warm, forged, submission_of(FILES))

    assert [(own.place, own.old, own.new) for own in found.differences] == [
        ("tasks.add.tests.test_sums.verdict", '"wrong"', '"passed"')
    ]
    assert found.causes == ()
    assert found.is_unexplained


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("environment__threads", 0, "environment.threads is 0; expected 1 to 256"),
        ("assignment__staff__limits", {"hours": 1}, "assignment.staff.limits.hours: "),
    ],
)
def test_conditions_that_are_none_are_one_sentence(
    warm: Grader, made: Report, name: str, value: object, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        replay(warm, changed(made, **{name: value}), submission_of(FILES))


def test_every_difference_is_named_in_the_order_of_reading(made: Report) -> None:
    """Entries by their id, not their place; what is only in one of them too."""
    data = json.loads(to_json(made))
    data["score"] = 1.0
    data["submission"]["notes"] = ["a note"]
    [names] = [test for test in data["tasks"][1]["tests"] if test["id"] == "test_names"]
    names["hint"] = "look again"
    data["tasks"][1]["tests"].reverse()
    del data["tasks"][0]
    other = Report.model_validate_json(json.dumps(data))

    assert [(own.place, own.new) for own in differences(made, other)] == [
        ("submission.notes", '["a note"]'),
        ("score", "1.0"),
        ("tasks.add", ""),
        ("tasks.scale.tests.test_names.hint", '"look again"'),
    ]


# ---- the command ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    course = make_course(tmp_path_factory.mktemp("replay") / "course")
    (course.path / "reference" / "secret.txt").write_text("of this course")
    tests = course.private / "test_add.py"
    tests.write_text(tests.read_text() + FLICKERS)
    (course.path / "cem.py").write_text(FLICKERING)
    done = grader(
        *("grade", "sums", "cem.py", "--view", "staff", "--out", "cem.json"), cwd=course.path
    )
    assert done.returncode == 0, done.stderr
    assert read(course.path / "cem.json").score == 4.0
    return course


@pytest.fixture
def course(first: CourseFolder, tmp_path: Path) -> CourseFolder:
    shutil.copytree(first.path, tmp_path / "course")
    return CourseFolder(tmp_path / "course")


def test_the_same_is_exit_code_zero(course: CourseFolder) -> None:
    done = grader("replay", "cem.json", "--submission", "cem.py", cwd=course.path)

    assert (done.returncode, done.stdout) == (0, "the same, times aside\n"), done.stderr


def test_a_changed_file_is_named(course: CourseFolder) -> None:
    edit(course.private / "test_add.py", "weight(3)", "weight(1)")

    done = grader("replay", "cem.json", "--submission", "cem.py", cwd=course.path)

    assert done.returncode == 1
    assert "likely cause: hidden tests of add changed" in done.stdout.splitlines()
    assert "tasks.add.tests.test_sums.weight" in done.stdout
    assert "assignment.sha256" in done.stdout


def test_a_test_that_flickers_is_found_by_running_it_again(course: CourseFolder) -> None:
    (course.private / ".plan").write_text("fails holds fails")

    done = grader("replay", "cem.json", "--submission", "cem.py", cwd=course.path)

    assert done.returncode == 1
    assert (course.private / ".plan").read_text() == ""
    causes = [line for line in done.stdout.splitlines() if line.startswith("likely cause")]
    assert causes == ["likely cause: add/test_flickers flickers"]


def test_what_is_no_report_is_one_sentence(course: CourseFolder) -> None:
    done = grader("replay", "cem.py", "--submission", "cem.py", cwd=course.path)

    assert refusal(done).startswith("cem.py: cannot be read as a report")


def test_a_report_of_an_assignment_that_is_not_there_is_one_sentence(course: CourseFolder) -> None:
    report = changed(read(course.path / "cem.json"), assignment__id="../sums")
    (course.path / "cem.json").write_text(to_json(report))

    done = grader("replay", "cem.json", "--submission", "cem.py", cwd=course.path)

    assert refusal(done).startswith("'../sums' is no assignment of")

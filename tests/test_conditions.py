"""The same submission judged under other conditions than a student's."""

from pathlib import Path

from grader import grade
from grader.grade import Grader
from grader.judge.conditions import Conditions
from grader.report import Report
from tests.conftest import ADD, SCALE, make_course, submission_of

TELLS = SCALE.replace("return x * factor", "print(x.dtype, x.sum().item()); return x * factor")
THREADS = ADD.replace("return", "import torch; print(torch.get_num_threads()); return")
HANDED_IN = {"add.py": THREADS, "scale.py": TELLS}


def printed(report: Report, task: str) -> str:
    [own] = [own for own in report.tasks if own.id == task]
    assert own.staff is not None
    return own.staff.output


def test_another_variation_asks_other_questions_of_the_same_test(warm: Grader) -> None:
    """Each of them is the same whenever it is asked."""
    said = [
        [
            printed(grade.grade(warm, submission_of(HANDED_IN), conditions=one), "scale")
            for one in (Conditions(), Conditions(variation=1), Conditions(variation=2))
        ]
        for _ in range(2)
    ]

    assert said[0] == said[1]
    assert len(set(said[0])) == 3


def test_only_the_tasks_named_are_judged(warm: Grader) -> None:
    conditions = Conditions(tasks=frozenset(["scale"]))
    report = grade.grade(warm, submission_of(HANDED_IN), conditions=conditions)

    assert [task.id for task in report.tasks] == ["scale"]
    assert (report.score, report.max_score) == (6.0, 6.0)


def test_torch_computes_on_as_many_threads_as_asked(warm: Grader) -> None:
    report = grade.grade(warm, submission_of(HANDED_IN), conditions=Conditions(threads=2))

    assert set(printed(report, "add").split()) == {"2"}
    assert report.environment.threads == 2
    assert report.score == 10.0


def test_both_sides_get_the_precision_asked_for(warm: Grader) -> None:
    report = grade.grade(warm, submission_of(HANDED_IN), conditions=Conditions(precision="float32"))

    assert printed(report, "scale").startswith("torch.float32")
    assert report.score == 10.0


def test_a_run_that_ends_is_laid_to_the_case_it_was_in(tmp_path: Path) -> None:
    """The cases before it belong to a task that was not asked for."""
    course = make_course(tmp_path / "course")
    tests = course.private / "test_scale.py"
    exits = "    import os\n    os._exit(5)\n    got, want = both.scale"
    tests.write_text(tests.read_text().replace("    got, want = both.scale", exits))
    with grade.opened("sums", course.path) as grader:
        conditions = Conditions(tasks=frozenset(["scale"]))
        report = grade.grade(grader, submission_of(HANDED_IN), conditions=conditions)

    assert [test.verdict for test in report.tasks[0].tests] == ["judge_error", "passed"]

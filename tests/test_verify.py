"""Whatever is wrong with an assignment is found before a student sees it.

One assignment with every fault at once, verified once: each test looks for its own finding.
"""

import subprocess
from pathlib import Path

import pytest

from grader.verify.matrix import TaskMatrix
from tests.command import grader, refusal
from tests.conftest import ADD, CourseFolder, make_course

MISTAKE = """
[{name}]
misconception = "wrong on purpose"
hint = "look again"
points = {points}
caught_by = {caught_by}
"""
LAZY_TESTS = '''

@pytest.mark.weight(1)
def test_free(student):
    """Nothing is asked, so everyone passes."""


@pytest.mark.weight(1)
def test_lazy(student):
    """The sum of one and nothing is something."""
    assert student.add(1, 0)


@pytest.mark.weight(1)
def test_fails(both):
    """What not even the solution does."""
    got, want = both.add(2, 2)
    assert got == want + 1
'''
TRUSTING_TESTS = '''

@pytest.mark.weight(1)
def test_trusting(student):
    """An answer without an annotation is taken for a number."""
    assert student.untold(2.0) + 1 == 3.0
'''


def add_mistake(course: CourseFolder, name: str, answer: str, points: str, caught_by: str) -> None:
    folder = course.private / "mistakes" / name
    folder.mkdir(parents=True)
    (folder / "add.py").write_text(answer)
    with (course.private / "mistakes.toml").open("a") as table:
        table.write(MISTAKE.format(name=name, points=points, caught_by=caught_by))


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What `grader verify` says of an assignment in which all is wrong that can be."""
    course = make_course(tmp_path_factory.mktemp("faulty") / "course")
    append(course.private / "test_add.py", LAZY_TESTS)
    append(course.private / "test_scale.py", TRUSTING_TESTS)
    untold = "\ndef untold(x):\n    {}\n"
    append(course.public / "scale.py", untold.format("raise NotImplementedError"))
    append(course.private / "scale.py", untold.format("return x"))
    (course.private / "add.py").write_text(ADD.replace("a: int", "a: float"))
    append(
        course.public / "test_examples.py", "\n\ndef test_wrong():\n    assert add.add(1, 1) == 3\n"
    )
    minus = ADD.replace("+", "-")
    add_mistake(course, "too_cheap", minus, "{ add = 2 }", '["test_sums"]')
    add_mistake(course, "caught_by_nothing", ADD, "{}", "[]")
    add_mistake(course, "caught_by_another", minus, "{ add = 2 }", '["test_zero"]')
    add_mistake(course, "caught_by_none_such", minus, "{ add = 2 }", '["test_sum"]')
    (course.private / "alternatives" / "wrong").mkdir(parents=True)
    (course.private / "alternatives" / "wrong" / "add.py").write_text(minus)
    return grader("verify", "sums", "--quick", cwd=course.path)


def problems(done: subprocess.CompletedProcess[str], check: str) -> list[str]:
    """Return what does not hold of a check, nothing if it does."""
    lines = done.stdout.splitlines()
    found = [i for i, line in enumerate(lines) if line[2:] == check]
    assert len(found) == 1, done.stdout
    following = lines[found[0] + 1 :]
    own = next((i for i, line in enumerate(following) if not line.startswith("    ")), 0)
    assert (lines[found[0]][0] == "✗") == bool(own)
    return [line.strip() for line in following[:own]]


def test_exit_code_and_last_line_say_that_not_all_holds(
    faulty: subprocess.CompletedProcess[str],
) -> None:
    assert (faulty.returncode, faulty.stderr) == (1, "")
    total = sum(line[0] in "✓✗" for line in faulty.stdout.splitlines())
    wrong = sum(line[0] == "✗" for line in faulty.stdout.splitlines())
    assert faulty.stdout.splitlines()[-1].startswith(f"{total - wrong} of {total} checks hold (")


def test_another_signature_is_found(faulty: subprocess.CompletedProcess[str]) -> None:
    (problem,) = problems(faulty, "stub and solution have the same signatures")

    assert "add.py: add(a: float, b: int) -> int; the stub has add(a: int, b: int)" in problem


def test_a_solution_without_full_marks_is_found(faulty: subprocess.CompletedProcess[str]) -> None:
    found = problems(faulty, "the solution earns full marks, twice, with the same report")

    assert [problem.split(":")[0] for problem in found] == ["test_fails"]


def test_an_alternative_without_full_marks_is_found(
    faulty: subprocess.CompletedProcess[str],
) -> None:
    found = problems(faulty, "alternative wrong earns full marks")

    assert [problem.split(":")[0] for problem in found] == ["test_sums", "test_fails"]


def test_a_stub_that_earns_points_is_found(faulty: subprocess.CompletedProcess[str]) -> None:
    assert problems(faulty, "the stub earns nothing") == ["add: test_free earns 0.57"]


def test_an_example_that_fails_is_found(faulty: subprocess.CompletedProcess[str]) -> None:
    found = problems(faulty, "the visible examples pass on the solution")

    assert found[0] == "test_wrong: failed assert 2 == 3"


@pytest.mark.parametrize(
    "name, words",
    [
        ("too_cheap", "add: earns 1.71, mistakes.toml says 2; failed: test_sums, test_fails"),
        ("caught_by_another", "caught_by: test_zero passes"),
        ("caught_by_none_such", "caught_by: there is no test 'test_sum'"),
    ],
)
def test_a_mistake_that_earns_or_fails_otherwise_is_found(
    faulty: subprocess.CompletedProcess[str], name: str, words: str
) -> None:
    assert words in problems(faulty, f"mistake {name} earns its points")


def test_nonsense_that_passes_a_lazy_test_is_found(
    faulty: subprocess.CompletedProcess[str],
) -> None:
    first = problems(faulty, "code that returns its first argument earns nothing")

    assert "add: test_lazy earns 0.57" in first
    assert "add: test_zero earns 0.57" in first
    lazy = problems(faulty, "code that returns 0 earns nothing")
    assert "add: test_lazy earns 0.57" not in lazy


def test_a_test_that_fails_by_itself_on_odd_answers_is_found(
    faulty: subprocess.CompletedProcess[str],
) -> None:
    found = problems(faulty, "code that returns None earns nothing")

    assert any(problem.startswith("test_trusting: judge_error: ") for problem in found)
    assert "TypeError: unsupported operand type(s)" in " ".join(found)


@pytest.mark.parametrize("what", ["exits", "hangs", "raises SystemExit"])
def test_code_that_does_not_answer_is_tried_too(
    faulty: subprocess.CompletedProcess[str], what: str
) -> None:
    assert problems(faulty, f"code that {what} earns nothing") == ["add: test_free earns 0.57"]


# ---- when all holds ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> CourseFolder:
    course = make_course(tmp_path_factory.mktemp("sound") / "course")
    # As it was made, code that returns its first argument is right of the sum with zero.
    path = course.private / "test_add.py"
    path.write_text(path.read_text().replace("student.add(7, 0) == 7", "student.add(0, 7) == 7"))
    add_mistake(course, "minus", ADD.replace("+", "-"), "{ add = 0 }", '["test_sums"]')
    (course.private / "alternatives" / "other").mkdir(parents=True)
    (course.private / "alternatives" / "other" / "add.py").write_text(
        ADD.replace("a + b", "sum([a, b])")
    )
    return course


def test_a_sound_assignment_holds_and_quiet_says_no_more(sound: CourseFolder) -> None:
    done = grader("verify", "sums", "--quick", "--quiet", cwd=sound.path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 1
    count, of, total, *_ = done.stdout.split()
    assert (count, of) == (total, "of")
    assert int(total) > 25


def test_quiet_prints_what_does_not_hold(course: CourseFolder) -> None:
    """A mistake that no test catches does not, though it earns what its author says."""
    add_mistake(course, "caught_by_nothing", ADD, "{}", "[]")
    (course.public / "test_examples.py").write_text("")

    done = grader("verify", "sums", "--quick", "--quiet", cwd=course.path)

    assert done.returncode == 1
    assert problems(done, "mistake caught_by_nothing earns its points") == ["no test catches it"]
    (problem,) = problems(done, "the visible examples pass on the solution")
    assert problem.endswith("there is no visible example")
    assert "✓" not in done.stdout


def test_a_stub_that_is_no_python_is_one_sentence(course: CourseFolder) -> None:
    (course.public / "add.py").write_text("def add(a: int\n")

    message = refusal(grader("verify", "sums", cwd=course.path))
    assert message.startswith(f"{Path('assignments/sums/add.py')}: not Python (")
    assert "(add.py, line 1)" in message


# ---- the matrix ----------------------------------------------------------------------------------


def test_the_matrix_says_which_test_catches_which_mistake(
    sound: CourseFolder, tmp_path: Path
) -> None:
    """On the terminal, and as a page that needs nothing else."""
    page = tmp_path / "verify.html"
    done = grader("verify", "sums", "--quick", "--page", page, cwd=sound.path)
    html = page.read_text()

    assert "Add: which test catches which mistake" in done.stdout
    [row] = [line for line in done.stdout.splitlines() if line.startswith("minus")]
    assert row.split("│")[1:] == ["✗ ", "✗ "]
    assert "1 sums  2 zero" in done.stdout
    assert "add: test_sums and test_zero always agree (1 mistake)" in done.stdout
    assert "scale: test_names: catches nothing" in done.stdout
    assert '<th scope="row">minus</th>' in html
    assert html.count('<td class="wrong">✗</td>') == 2
    assert "Content-Security-Policy" in html
    assert "src=" not in html


def test_tests_that_agree_and_mistakes_that_nothing_catches() -> None:
    matrix = TaskMatrix(
        task="add",
        title="Add",
        tests=("test_a", "test_b", "test_c", "test_d"),
        caught={
            "one": frozenset({"test_a", "test_b"}),
            "other": frozenset({"test_a", "test_b", "test_c"}),
            "alone": frozenset({"test_c"}),
            "never": frozenset(),
        },
        mutants={"test_a": 5},
    )

    assert matrix.uncaught == ["never"]
    assert matrix.idle == ["test_d"]
    assert matrix.twins == [("test_a", "test_b")]
    assert [matrix.alone(test) for test in matrix.tests] == [0, 0, 1, 0]


def test_a_page_in_no_folder_is_refused_before_all_else(course: CourseFolder) -> None:
    message = refusal(grader("verify", "sums", "--page", "none/verify.html", cwd=course.path))

    assert message == "none: no such folder; expected one for the page"


# ---- classes of modules --------------------------------------------------------------------------

LAYER = """\
import torch
from torch import nn

class Layer(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.ones(size, size))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.W
"""
LAYER_TESTS = '''\
import pytest, torch
from grader.testing import assert_equal, check

@pytest.mark.weight(1)
def test_call(both):
    """It sums the inputs."""
    got, want = both.module("Layer", 2)(torch.ones(3, 2))
    assert_equal(got, want)

@pytest.mark.weight(1)
def test_shape(student):
    """It keeps the shape."""
    check(student.module("Layer", 2)(torch.ones(3, 2)).shape == (3, 2), "another shape")
'''


def test_modules_that_do_nothing_are_tried_and_their_signatures_compared(
    course: CourseFolder,
) -> None:
    stub = LAYER.replace("x @ self.W", "x").replace("size: int", "width: int")
    (course.public / "scale.py").write_text(stub.replace("return x", "raise NotImplementedError"))
    (course.private / "scale.py").write_text(LAYER)
    (course.private / "test_scale.py").write_text(LAYER_TESTS)
    done = grader("verify", "sums", "--quick", cwd=course.path)

    [signature] = problems(done, "stub and solution have the same signatures")
    assert "scale.py: Layer, a module with __init__(self, size: int) -> None, forward" in signature
    assert "the stub has Layer, a module with __init__(self, width: int) -> None" in signature
    first = problems(done, "code that returns its first argument earns nothing")
    assert [problem.split()[:2] for problem in first if "scale" in problem] == [
        ["scale:", "test_shape"]
    ]
    assert not any("scale" in one for one in problems(done, "code that returns 0 earns nothing"))

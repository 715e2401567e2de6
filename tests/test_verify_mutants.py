"""Mutants: which mistakes are made of a solution, and which of them hidden tests catch."""

import ast
from pathlib import Path

import pytest

from tests.command import grader, refusal
from tests.conftest import ADD, CourseFolder, make_course

pytest.importorskip("libcst", reason="mutants are made with libcst, of grader[author]")
from grader.verify.mutants import Mutant, mutants_of

ROOT = Path(__file__).parent.parent


def made_of(source: str) -> dict[str, str]:
    """Return the changed lines of all mutants, each with its operator."""
    return {mutant.after: mutant.operator for mutant in mutants_of(source)}


@pytest.mark.parametrize(
    "line, after, operator",
    [
        ("return a + b", "return a - b", "another operator"),
        ("return a + b", "return a", "dropped term"),
        ("return f(a, b)", "return f(b, a)", "swapped arguments"),
        ("return a / b", "return b / a", "swapped order"),
        ("return [0 for _ in range(a)]", "return [0 for _ in range(1, a)]", "off by one"),
        ("return xs[1:]", "return xs[2:]", "off by one"),
        ("return math.sqrt(a)", "return (a)", "missing function"),
        ("return x.square().sqrt()", "return x.square()", "missing function"),
        ("return x.sigmoid()", "return x.tanh()", "missing function"),
        ("return x @ y.T", "return x @ y", "transpose"),
        ("return x @ y", "return x @ (y).T", "transpose"),
        ("i, f = x.chunk(2)", "f, i = x.chunk(2)", "swapped order"),
        ("return torch.cat([x, y])", "return torch.cat([y, x])", "swapped order"),
        ('return {"a": a, "b": b}', 'return {"a": b, "b": a}', "swapped order"),
        ("x = x + y", "x += y", "in place"),
        ("return x + y", "return x.add_(y)", "in place"),
        ("return x.to(torch.float32)", "return x.to(torch.float64)", "cast"),
        ("return a < b", "return a <= b", "boundary"),
        ("return a == b", "return a != b", "boundary"),
        ("if a > b: raise ValueError", "if False: raise ValueError", "removed guard"),
        ("check(a)", "pass", "removed guard"),
        ("return 0.5 * a", "return 1.0 * a", "another constant"),
        ("return f(a, bias=True)", "return f(a, bias=False)", "another constant"),
        ('return t["h"] - t["c"]', "return t['c'] - t[\"c\"]", "another constant"),
        ("x += y", "x = y", "dropped term"),
        ("return a or b", "return a", "dropped term"),
        ("return a", "return b", "swapped arguments"),
    ],
)
def test_each_kind_of_mistake_is_made(line: str, after: str, operator: str) -> None:
    head = "def own(a: float, b: float, x: Tensor, y: Tensor, xs, t):\n    "

    assert made_of(head + line + "\n").get(after) == operator


def test_a_state_is_cut_off_from_its_gradient_in_a_loop() -> None:
    source = "def own(h, xs):\n    for x in xs:\n        h = step(h, x)\n    return h\n"

    [mutant] = [one for one in mutants_of(source) if one.operator == "detached"]
    assert 'it.detach() if hasattr(it, "detach")' in mutant.after
    assert mutant.after.endswith("(step(h, x))")


def test_what_no_answer_depends_on_is_left_alone() -> None:
    """Imports, annotations, docstrings, classes, the words of an exception."""
    source = (
        "import math\nfrom typing import Any\n\nLayer = dict[str, Any]\n\n"
        "class Own:\n    a: int = 3\n"
        '\n\ndef own(a: dict[str, int]) -> list[int]:\n    """Return 1 + 1."""\n'
        '    raise ValueError(f"{a + 1}: expected {2}")\n'
    )

    assert mutants_of(source) == []


def test_parentheses_keep_a_mutant_what_it_is_called() -> None:
    made = made_of("def own(a, b, c):\n    return a * (b + c) ** 2 - (b, c)[0]\n")

    assert "return a * (b - c) ** 2 - (b, c)[0]" in made
    assert "return a * (b) ** 2 - (b, c)[0]" in made
    assert "return a / (b + c) ** 2 - (b, c)[0]" not in made  # it would be read otherwise
    assert "return (a / (b + c) ** 2) - (b, c)[0]" in made
    assert "return a * (b + c) ** 2 - (c, b)[0]" in made


def test_every_mutant_of_the_homework_is_other_python_in_one_place() -> None:
    source = (ROOT / "reference/building_blocks/lstm_gradients.py").read_text()
    mutants = mutants_of(source)

    assert len(mutants) > 300
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        ast.parse(mutant.source)
        assert changed_lines(source, mutant) <= set(
            range(mutant.first_line, mutant.last_line + 1)
        ), mutant.name


def changed_lines(source: str, mutant: Mutant) -> set[int]:
    before, after = source.splitlines(), mutant.source.splitlines()
    return {
        number
        for number, (one, other) in enumerate(zip(before, after, strict=False), 1)
        if one != other and len(before) == len(after)
    }


def test_mutants_are_made_in_the_same_order_every_time() -> None:
    source = (ROOT / "reference/building_blocks/glorot_init.py").read_text()

    assert mutants_of(source) == mutants_of(source)


# ---- run -----------------------------------------------------------------------------------------


GUARDED = '''\
def add(a: int, b: int) -> int:
    """Return the sum."""
    if a < 0:
        raise ValueError(f"a is {a}")
    if a == 77_777:
        b = b + 1
    return a + b
'''


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a solution with a guard that no test asks for, and a line that none runs."""
    course = make_course(tmp_path_factory.mktemp("mutants") / "course")
    (course.private / "add.py").write_text(GUARDED)
    done = grader("verify", "sums", "--seeds", "0", "--least", "100", cwd=course.path)
    assert done.stderr == ""
    return done.stdout


def of_task(verified: str, task: str) -> list[str]:
    lines = verified.splitlines()
    start = next(i for i, line in enumerate(lines) if line[2:].startswith(f"{task}: "))
    end = next(i for i, line in enumerate(lines[start + 1 :], start + 1) if line[0] != " ")
    return lines[start:end]


def test_a_survivor_is_told_with_the_question_that_tells_it_apart(verified: str) -> None:
    told = of_task(verified, "add")
    place = told.index("      + if False:")

    assert told[0].startswith("✗ add: ")
    assert told[place - 2 : place] == ["    add.py:3: removed guard", "      - if a < 0:"]
    assert told[place + 1].strip().startswith("add(-1, ")
    assert "ValueError; here " in told[place + 1]


def test_a_line_that_no_test_runs_is_no_equivalent(verified: str) -> None:
    told = of_task(verified, "add")
    place = told.index("      + b = b - 1")

    assert told[place + 1].strip() == "no hidden test runs this line"


def test_what_nothing_tells_apart_is_set_aside(verified: str) -> None:
    """Of one number, x.T is x, and b + a is a + b: no test could."""
    told = of_task(verified, "add")

    assert not any("+ return b + a" in line for line in told)


def test_without_libcst_it_is_one_sentence(
    course: CourseFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libcst.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    message = refusal(grader("verify", "sums", cwd=course.path))
    assert message == (
        "mutants are made with libcst, which is not installed; pip install 'grader[author]', "
        "or leave them out with --quick"
    )


def test_a_few_mutants_are_spread_over_the_solution(course: CourseFolder) -> None:
    (course.private / "add.py").write_text(ADD.replace("return a + b", "\n    return a + b"))
    done = grader(
        *("verify", "sums", "--seeds", "0", "--mutants", "2", "--least", "0"), cwd=course.path
    )

    assert "more mutants were not tried" in done.stdout

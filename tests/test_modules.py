"""Handles to classes of modules: asked in real cells, each question answered by a fresh module."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader import grade
from grader.grade import Grader
from grader.judge.conditions import Conditions
from grader.report import Report
from tests.conftest import ADD, by_test, make_course, submission_of

ENCODER = '''\
import torch
from torch import Tensor, nn

class Encoder(nn.Module):
    """y = dropout(tanh(x W + b))."""

    def __init__(self, size: int, hidden: int = 3, p: float = 0.0) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.randn(size, hidden) / size ** 0.5)
        self.b = nn.Parameter(torch.zeros(hidden))
        self.dropout = nn.Dropout(p)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(torch.tanh(x @ self.W + self.b))
'''
TESTS = """\
import pytest, torch
from grader.errors import JudgeError
from grader.testing import assert_close, assert_equal, check

@pytest.fixture
def x(rng):
    return torch.from_numpy(rng.standard_normal((5, 4))).float()

@pytest.mark.weight(1)
def test_call(both, reference, x):
    \"\"\"With the same weights it answers the same.\"\"\"
    state = reference.module("Encoder", 4, seed=1).state()
    got, want = both.module("Encoder", 4).with_state(state)(x)
    assert_close(got, want)

@pytest.mark.weight(1)
def test_vjp(both, reference, x):
    \"\"\"Its gradients are right.\"\"\"
    state = reference.module("Encoder", 4, seed=1).state()
    handle = both.module("Encoder", 4).with_state(state).to(torch.float64)
    got, want = handle.vjp(x.double(), upstream=torch.ones(5, 3, dtype=torch.float64))
    assert set(want["parameters"]) == {"W", "b"} and want["inputs"][0].shape == (5, 4)
    assert_close(got, want)

@pytest.mark.weight(1)
def test_seed(student):
    \"\"\"The same seed gives the same weights, another one others.\"\"\"
    one, same, other = (student.module("Encoder", 4, seed=s).state()["W"] for s in (1, 1, 2))
    assert_equal(one, same)
    check(not torch.equal(one, other), "two seeds give the same weights")

@pytest.mark.weight(1)
def test_eval(student, x):
    \"\"\"Dropout is off in evaluation mode, and on in training.\"\"\"
    handle = student.module("Encoder", 4, p=0.5, seed=3)
    check(not (handle.eval()(x) == 0).any(), "something is dropped in evaluation mode")
    check((handle(x) == 0).any(), "nothing is dropped in training")
    assert_equal(handle(x), handle(x))
"""


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grader]:
    course = make_course(tmp_path_factory.mktemp("modules") / "course")
    (course.private / "scale.py").write_text(ENCODER)
    (course.private / "test_scale.py").write_text(TESTS)
    with grade.opened("sums", course.path) as grader:
        yield grader


Judged = Callable[..., Report]


@pytest.fixture
def judged(judge: Grader) -> Judged:
    def run(source: str, **conditions: object) -> Report:
        only = Conditions(tasks=frozenset(["scale"]), **conditions)  # type: ignore[arg-type]
        return grade.grade(judge, submission_of({"scale.py": source}), conditions=only)

    return run


def verdicts(report: Report) -> dict[str, str]:
    return {name: test.verdict for name, test in by_test(report).items()}


def feedback(report: Report, test: str) -> str:
    return by_test(report)[test].feedback


def test_a_right_class_passes(judged: Judged) -> None:
    report = judged(ENCODER)

    assert set(verdicts(report).values()) == {"passed"}, report


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_modules_are_built_in_the_precision_that_is_asked_for(
    judged: Judged, precision: str
) -> None:
    """Parameters would stay float32 beside inputs of float64, and nothing could be computed."""
    tells = ENCODER.replace("return self", "print(x.dtype, self.W.dtype); return self")
    report = judged(tells, precision=precision)

    assert set(verdicts(report).values()) == {"passed"}
    assert report.tasks[0].staff is not None
    assert set(report.tasks[0].staff.output.split()) == {f"torch.{precision}"}


def test_a_class_written_otherwise_passes(judged: Judged) -> None:
    """Weights come from numpy's and Python's generators, too; hooks and the like are theirs."""
    otherwise = ENCODER.replace(
        "torch.randn(size, hidden) / size ** 0.5",
        "torch.tensor(np.random.randn(size, hidden) * random.random()).float()",
    ).replace("import torch\n", "import random\nimport numpy as np\nimport torch\n")
    report = judged(otherwise)

    assert set(verdicts(report).values()) == {"passed"}


def test_a_dead_cell_is_replaced_and_knows_the_module(judged: Judged) -> None:
    """No question depends on one before it."""
    dies = ENCODER.replace("return self", "import os; self.training and os._exit(1); return self")
    report = judged(dies)

    assert verdicts(report) == {
        "test_call": "died",
        "test_vjp": "died",
        "test_seed": "passed",
        "test_eval": "died",
    }


@pytest.mark.parametrize(
    "source, verdict, words",
    [
        ("x = 1", "missing", "scale.py defines no `Encoder`"),
        (
            "Encoder = 3",
            "wrong",
            "`Encoder` is a value of type int; expected a class of torch.nn.Module",
        ),
        ("Encoder = dict", "raised", "TypeError"),
        (
            "class Encoder:\n    def __init__(self, size): pass",
            "wrong",
            "`Encoder(…)` gives a value of type Encoder; expected a torch.nn.Module",
        ),
        ("class Encoder:\n    def __init__(self): raise NotImplementedError", "raised", ""),
        (
            ENCODER.replace("super().__init__()", "raise NotImplementedError"),
            "missing",
            "not implemented yet (scale.py, line 8)",
        ),
        (ENCODER.replace("def forward", "def forwards"), "missing", "not implemented yet"),
        (
            ENCODER.replace("self.b", "self.bias"),
            "wrong",
            "the state cannot be loaded; `Encoder` has `bias`, which the state does not have; "
            "`Encoder` lacks `b`",
        ),
        (
            ENCODER.replace("zeros(hidden)", "zeros(1, hidden)"),
            "wrong",
            "`b` has shape (1, 3); expected (3,)",
        ),
        (
            ENCODER.replace("torch.tanh(x", "self.c(x"),
            "raised",
            "AttributeError",
        ),
        (ENCODER.replace("return self", "return [], self"), "wrong", "the answer is a list"),
        (ENCODER.replace("return self", "return lambda x: self"), "wrong", "cannot cross"),
        (ENCODER.replace("return self", "self.load_state_dict = 1; return self"), "passed", ""),
    ],
)
def test_what_a_class_comes_to(judged: Judged, source: str, verdict: str, words: str) -> None:
    report = judged(source)

    assert verdicts(report)["test_call"] == verdict
    assert words in feedback(report, "test_call")


@pytest.mark.parametrize(
    "change, words",
    [
        (("x @", "x.detach() @"), "in ['inputs'][0]: the largest error"),
        (("+ self.b", "+ self.b.data"), "in ['parameters']['b']: the largest error"),
        (("torch.tanh", "torch.sin"), "in ['output']"),
        (
            ("return self", "with torch.no_grad(): return self"),
            "autograd finds no way from the output of `Encoder` back",
        ),
        (
            ("return self", "return 1 + 0 * self.b; return self"),
            "the output is a tensor of shape (3,); expected a tensor of shape (5, 3)",
        ),
        (
            ("def forward", "def named_parameters(self): return []\n    def forward"),
            "the answer['parameters'] lacks the key 'W', 'b'",
        ),
    ],
)
def test_gradients_that_are_not_right(judged: Judged, change: tuple[str, str], words: str) -> None:
    report = judged(ENCODER.replace(*change))

    assert verdicts(report)["test_vjp"] == "wrong"
    assert words in feedback(report, "test_vjp")


LIES = {
    "a state of other things": "def state_dict(self, *a, **k): return {'W': 3, 'b': 'x'}",
    "a state that is none": "def state_dict(self, *a, **k): return 7",
    "a state that cannot be read": "def state_dict(self, *a, **k): raise SystemExit",
    "a state without end": (
        "def state_dict(self, *a, **k): return {str(i): self.b for i in range(10**5)}"
    ),
    "parameters without end": (
        "def named_parameters(self, *a):\n        while True: yield 'W', self.W"
    ),
    "names of other kinds": "def named_parameters(self, *a): return [(self, self.W), (1, self.b)]",
}


@pytest.mark.parametrize("lie", LIES)
def test_a_module_that_lies_earns_nothing_by_it(judged: Judged, lie: str) -> None:
    report = judged(ENCODER.replace("def forward", f"{LIES[lie]}\n    def forward"))

    assert report.status == "graded"
    touched = "test_vjp" if "named_parameters" in LIES[lie] else "test_seed"
    assert verdicts(report)[touched] not in ("passed", "judge_error")


def test_what_the_solution_cannot_answer_is_the_authors(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    (course.private / "scale.py").write_text(ENCODER)
    asks = [
        'both.module("Encodr", 4)(torch.ones(2, 4))',
        'reference.module("Encoder", 4).with_state({"a": torch.ones(3)}).state()',
        'student.module("Encoder", 4).vjp(torch.ones(2, 4), upstream=None)',
        'student.module("Encoder", 4).to(torch.int32)',
        'student.module("Encoder", print).state()',
        'student.module("Encoder", 4).with_state({"W": [1.0]}).state()',
    ]
    (course.private / "test_scale.py").write_text(
        "import pytest, torch\n"
        + "\n".join(
            f'@pytest.mark.weight(1)\ndef test_{i}(both, reference, student):\n    """."""\n'
            f"    {ask}\n"
            for i, ask in enumerate(asks)
        )
    )
    with grade.opened("sums", course.path) as grader:
        report = grade.grade(grader, submission_of({"add.py": ADD, "scale.py": ENCODER}))

    tests = by_test(report)
    details = [tests[f"test_{i}"].staff.cases[0].detail for i in range(len(asks))]  # type: ignore[union-attr]
    assert {tests[f"test_{i}"].verdict for i in range(len(asks))} == {"judge_error"}
    for detail, words in zip(
        details,
        [
            "the solution of 'scale' has no 'Encodr'",
            "the state cannot be loaded; `Encoder` has `W`, `b`, which the state does not have",
            "no upstream",
            "dtype torch.int32; expected a floating-point one",
            "an argument of the hidden test",
            "'W' is list; expected a tensor",
        ],
        strict=True,
    ):
        assert words in detail


VERBS = """\
import pytest, torch
from grader.testing import (
    Shift, assert_equivariant, assert_gradient, assert_learns, assert_own_gradient
)

@pytest.fixture
def drawn(rng):
    return lambda *shape: torch.from_numpy(rng.standard_normal(shape))

@pytest.mark.weight(1)
def test_gradients(student, reference, drawn):
    \"\"\"The gradients are those of tanh(x W + b).\"\"\"
    x, v = drawn(5, 4), drawn(5, 3)
    state = {"W": drawn(4, 3), "b": drawn(3)}
    handle = student.module("Encoder", 4).to(torch.float64).with_state(state)
    got = handle.vjp(x, upstream=v)
    def f(W, b):
        return torch.tanh(x @ W + b)
    assert_gradient(got["parameters"], f, state["W"], state["b"], upstream=v)

@pytest.mark.weight(1)
def test_own_gradients(student, drawn):
    \"\"\"Backward belongs to forward.\"\"\"
    x, v = drawn(5, 4), drawn(5, 3)
    handle = student.module("Encoder", 4, seed=2).to(torch.float64)
    got = handle.vjp(x, upstream=v)
    assert_own_gradient(got["inputs"], handle, x, upstream=v)
    state = handle.state()
    def forward(W, b):
        return handle.with_state({"W": W, "b": b})(x)
    assert_own_gradient(got["parameters"], forward, state["W"], state["b"], upstream=v)

@pytest.mark.weight(1)
def test_rows(student, drawn):
    \"\"\"Each row is encoded for itself.\"\"\"
    handle = student.module("Encoder", 4).to(torch.float64)
    assert_equivariant(handle, Shift(0, 2), drawn(5, 4))

@pytest.mark.weight(1)
def test_spread(student, drawn):
    \"\"\"At the start the units are not saturated.\"\"\"
    x = drawn(20, 4).float()
    def saturated(seed):
        return (student.module("Encoder", 4, seed=seed)(x).abs() > 0.999).float().mean()
    assert_learns(saturated, seeds=range(8), at_most=0.3, pass_rate=0.99)
"""
OWN = (
    "class Twice(torch.autograd.Function):\n"
    "    @staticmethod\n    def forward(ctx, x): return x.clone()\n"
    "    @staticmethod\n    def backward(ctx, above): return 2 * above\n\n"
)


def test_verbs_take_handles(tmp_path: Path) -> None:
    """Gradients, symmetries and seeds of the same class, each wrong in one way."""
    course = make_course(tmp_path / "course")
    (course.private / "scale.py").write_text(ENCODER)
    (course.private / "test_scale.py").write_text(VERBS)
    head = "from torch import Tensor, nn\n"
    wrong = {
        "own gradient": ENCODER.replace(head, head + OWN).replace(
            "@ self.W", "@ Twice.apply(self.W)"
        ),
        "rows": ENCODER.replace("return self", "x = x - x[:1]; return self"),
        "saturated": ENCODER.replace("/ size", "* 100 * size"),
    }
    only = Conditions(tasks=frozenset(["scale"]))
    with grade.opened("sums", course.path) as grader:
        right, *reports = (
            grade.grade(grader, submission_of({"scale.py": source}), conditions=only)
            for source in (ENCODER, *wrong.values())
        )

    assert set(verdicts(right).values()) == {"passed"}, right
    own, rows, saturated = reports
    for test, words in (
        ("test_gradients", "the gradient by `W`: the largest error is"),
        ("test_gradients", "it is everywhere 2 times too large"),
        ("test_own_gradients", "the gradient by `W` is not the one of your own function"),
        ("test_own_gradients", "it is everywhere 2 times too large"),
    ):
        assert words in feedback(own, test)
    assert verdicts(own)["test_rows"] == "passed"
    assert "the output is not shifted by 2 along axis 0" in feedback(rows, "test_rows")
    assert "0 of" in feedback(saturated, "test_spread")

"""What a submission does, and the verdict it gets: real cells, every kind of ending."""

import json
from collections.abc import Callable

import pytest

from grader import grade
from grader.grade import Grader
from grader.report import Report, to_json
from tests.conftest import ADD, ADD_STUB, SCALE, CourseFolder, by_test, submission_of

Graded = Callable[..., Report]


def test_right_answers_earn_everything(graded: Graded) -> None:
    report = graded(add=ADD, scale=SCALE)

    assert report.status == "graded"
    assert (report.score, report.max_score) == (10.0, 10.0)
    assert {test.verdict for test in by_test(report).values()} == {"passed"}


def test_same_submission_same_report(graded: Graded) -> None:
    first, second = (graded(add=ADD, scale="def scale(x, factor): return x") for _ in range(2))

    def timeless(report: Report) -> str:
        data = json.loads(to_json(report))
        return json.dumps(data).split('"seconds"')[0] + str(data["score"])

    assert timeless(first) == timeless(second)


def test_weight_is_shared_by_the_cases_of_a_test(graded: Graded) -> None:
    """Two of three sums right: two thirds of three quarters of four points."""
    report = graded(add="def add(a, b): return a + b if a < 50 else 0")

    assert by_test(report)["test_sums"].score == 2.0
    assert by_test(report)["test_sums"].cases_passed == 2
    assert report.score == 3.0


def test_a_missing_file_is_missing_and_the_rest_is_graded(graded: Graded) -> None:
    report = graded(add=ADD)

    assert by_test(report)["test_scale"].verdict == "missing"
    assert "scale.py" in by_test(report)["test_scale"].feedback
    assert report.score == 4.0


@pytest.mark.parametrize(
    "source, verdict, words",
    [
        (ADD_STUB, "missing", "not implemented yet"),
        ("x = 1", "missing", "defines no `add`"),
        ("def add(a, b) return a", "raised", "SyntaxError"),
        ("1 / 0", "raised", "ZeroDivisionError: division by zero (add.py, line 1)"),
        ("def add(a, b):\n    return a + c", "raised", "add.py, line 2"),
        ("def add(a): return a", "raised", "TypeError"),
        ("import sys\ndef add(a, b): sys.exit(0)", "raised", "SystemExit"),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
        ("import os\ndef add(a, b): os._exit(0)", "died", "exit code 0"),
        ("import os\nos._exit(3)", "died", "exit code 3"),
        ("import ctypes\ndef add(a, b): ctypes.string_at(0)", "died", "SIGSEGV"),
        ("def add(a, b):\n    while True: pass", "timed_out", "1 second"),
        ("while True: pass", "timed_out", "1 second"),
        ("import time\ndef add(a, b): time.sleep(1000)", "timed_out", "1 second"),
        ("def add(a, b): return bytearray(10**9)", "out_of_memory", "256 MiB"),
        ("import torch\ndef add(a, b): return torch.ones(10**9)", "out_of_memory", "256 MiB"),
        ("x = []\nwhile True: x.append(bytes(10**8))", "out_of_memory", "256 MiB"),
        ("def add(a, b): return add(a, b)", "raised", "RecursionError"),
        ("def add(a, b): return True", "wrong", "the answer is a bool; expected an int"),
        ("def add(a, b): return float(a + b)", "wrong", "a float; expected an int"),
        ("def add(a, b): return str(a + b)", "wrong", "a str"),
        ("def add(a, b): return None", "wrong", "None"),
        ("def add(a, b): return [a + b]", "wrong", "a list"),
        ("def add(a, b): return 10**30", "wrong", "64 bits"),
        ("def add(a, b): return a * b - 99", "wrong", "not right"),
        ("def add(a, b): return lambda: 3", "wrong", "type function cannot cross"),
        ("def add(a, b): return list(range(10**6))", "wrong", "more than 100000"),
        (
            "import os\nfor i in range(3, 99):\n  try: os.close(i)\n  except OSError: pass",
            "died",
            "",
        ),
        (
            "import os\ndef add(a, b):\n  for i in range(3, 99):\n"
            "    try: os.write(i, b'x' * 99)\n    except OSError: pass",
            "died",
            "no answer",
        ),
    ],
)
def test_verdict(graded: Graded, source: str, verdict: str, words: str) -> None:
    report = graded(add=source, scale=SCALE)

    test = by_test(report)["test_sums"]
    assert test.verdict == verdict
    assert words in test.feedback
    assert report.status == "graded"
    assert report.score == 6.0, "the other task is untouched"


def test_an_object_equal_to_everything_earns_nothing(graded: Graded) -> None:
    report = graded(
        add="class E:\n    def __eq__(self, other): return True\ndef add(a, b): return E()"
    )

    assert report.score == 0.0


def test_a_float_equal_to_everything_is_its_plain_value(graded: Graded) -> None:
    report = graded(add="class I(int):\n    __eq__ = lambda s, o: True\ndef add(a, b): return I(0)")

    assert by_test(report)["test_sums"].verdict == "wrong"


def test_a_lying_tensor_is_compared_by_its_data(graded: Graded) -> None:
    report = graded(
        scale="import torch\nclass T(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, *a, **k): return torch.tensor(True)\n"
        "def scale(x, factor): return x.as_subclass(T)\n"
    )

    assert by_test(report)["test_scale"].verdict == "wrong"


def test_an_endless_loop_costs_at_most_the_task_s_seconds(graded: Graded) -> None:
    report = graded(add="def add(a, b):\n    while True: pass", scale=SCALE)

    tests = by_test(report)
    assert sum(tests[name].seconds for name in ("test_sums", "test_zero")) < 4
    assert "not run" in tests["test_zero"].feedback


def test_a_dead_cell_is_replaced(graded: Graded) -> None:
    report = graded(add="import os\ndef add(a, b): return os._exit(1) if a == 1 else a + b")

    assert by_test(report)["test_sums"].cases_passed == 2
    assert by_test(report)["test_zero"].verdict == "passed"


def test_a_task_s_leftovers_do_not_reach_the_next(graded: Graded) -> None:
    """Each task has a cell of its own."""
    report = graded(
        add="import torch\ntorch.Tensor.__mul__ = lambda s, o: s\ndef add(a, b): return a + b",
        scale=SCALE,
    )

    assert report.score == 10.0


def test_what_is_printed_is_kept_for_staff_and_cut(graded: Graded) -> None:
    report = graded(add=f"print('here' + 'x' * 10**6)\n{ADD}")

    staff = report.tasks[0].staff
    assert staff is not None
    assert staff.output.startswith("herexx")
    assert len(staff.output) == 1024
    assert report.score == 4.0
    assert "herexx" not in to_json(report, view="student")


def test_the_student_s_view_has_no_staff_key(graded: Graded) -> None:
    report = graded(add="def add(a, b): return 0")

    assert '"staff"' in to_json(report)
    assert '"staff"' not in to_json(report, view="student")


def test_hidden_inputs_are_not_in_the_student_s_view(graded: Graded) -> None:
    """The docstring, the hint and what the answer lacks; never the numbers of a case."""
    text = to_json(graded(add="def add(a, b): return 0"), view="student")

    assert "60" not in text
    assert "110" not in text


def test_a_student_s_own_given_py_does_not_stand_in_for_ours(warm: Grader) -> None:
    files = {"add.py": "import random\n" + ADD, "random.py": "raise SystemExit"}

    assert by_test(grade.grade(warm, submission_of(files)))["test_sums"].verdict == "passed"


def test_helper_modules_and_data_beside_the_answer_are_found(warm: Grader) -> None:
    files = {
        "add.py": (
            "from pathlib import Path\nimport helper\n"
            "OFFSET = int((Path(__file__).parent / 'offset.txt').read_text())\n"
            "def add(a, b): return helper.plus(a, b) + OFFSET\n"
        ),
        "helper.py": "def plus(a, b): return a + b\n",
        "offset.txt": "0",
    }

    assert grade.grade(warm, submission_of(files)).score == 4.0


@pytest.mark.parametrize(
    "source",
    [
        "import warnings\nwarnings.warn('careful')\n" + ADD,
        "import logging\nlogging.warning('careful')\n" + ADD,
        "import atexit\natexit.register(print)\n" + ADD,
        "import tempfile\nopen(tempfile.mkstemp()[1], 'w').write('x')\n" + ADD,
        "import threading\nt = threading.Thread(target=print)\nt.start(); t.join()\n" + ADD,
        "import sys\nsys.setrecursionlimit(5000)\n"
        "def down(n): return n and down(n - 1)\ndown(3000)\n" + ADD,
        "import numpy as np\ndef add(a, b): return np.int64(a) + np.int64(b)",
        "import sys\nsys.stdout.close()\n" + ADD,
        "import random\nassert random.random() < 1\n" + ADD,
        "if __name__ == '__main__':\n    raise SystemExit\n" + ADD,
        "from __future__ import annotations\n" + ADD,
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n" + ADD,
        "# -*- coding: latin-1 -*-\nname = 'é'\n" + ADD,
        "import matplotlib\n" * 0 + "\ufeff" + ADD,
        "import multiprocessing, subprocess, socket, http.client\n" + ADD,
        "import torch\ntorch.set_num_threads(2)\ntorch.ones(500, 500) @ torch.ones(500, 500)\n"
        + ADD,
        "import torch\ntorch.optim.Adam([torch.nn.Parameter(torch.ones(2))])\n" + ADD,
    ],
)
def test_honest_code_is_not_punished(graded: Graded, source: str) -> None:
    report = graded(add=source)

    assert report.score == 4.0, by_test(report)["test_sums"].feedback


PROBE = '''
def twice(answers, x: float) -> float:
    """Return twice what `anything` says."""
    return 2 * answers.anything(x)
'''
PROBE_TEST = '''
import pytest
from grader.testing import assert_close

@pytest.mark.weight(1)
def test_twice(both):
    """Twice anything."""
    got, want = both.given.twice(3.0)
    assert_close(got, want)
'''


def test_a_probe_of_given_py_runs_beside_the_answers(course: CourseFolder) -> None:
    """What it asks for and does not find is missing; a given.py of the student's counts for
    nothing."""
    (course.public / "given.py").write_text(PROBE)
    (course.private / "test_scale.py").write_text(PROBE_TEST)
    forged = "def twice(answers, x): return 6.0"
    with grade.opened("sums", course.path) as grader:
        right = grade.grade(grader, submission_of({"scale.py": SCALE}))
        lacking = grade.grade(
            grader, submission_of({"scale.py": "import given", "given.py": forged})
        )

    assert by_test(right)["test_twice"].verdict == "passed"
    assert by_test(lacking)["test_twice"].verdict == "missing"
    assert "anything" in by_test(lacking)["test_twice"].feedback

"""The certificate: how often a right answer fails, and what it says of a test that is not sound."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from scipy.stats import beta

from grader.verify.certificate import upper_bound
from tests.command import GRADER, PATIENCE, grader
from tests.conftest import CourseFolder, make_course

SCALE_TESTS = '''\
import os, random
import numpy as np
import pytest, torch
from grader.testing import assert_close

@pytest.mark.weight(1)
def test_scale(both, rng):
    """Every entry is scaled."""
    got, want = both.scale(torch.from_numpy(rng.standard_normal((3, 2))), 2.5)
    assert_close(got, want, hint="multiply")

@pytest.mark.weight(1)
def test_too_narrow(student, rng):
    """What is scaled by 1 lies within a bound that one in a few samples breaks."""
    x = torch.from_numpy(rng.standard_normal(4))
    assert student.scale(x, 1.0).abs().max() < 1.5

@pytest.mark.weight(1)
def test_by_luck(student):
    """A verdict that depends on what nobody asked for."""
    assert student.anything(1.0) == 1.0
    assert int.from_bytes(os.urandom(1), "big") % 3

@pytest.mark.weight(1)
def test_double(student):
    """The answer is as exact as a double."""
    x = torch.tensor([0.1, 0.7], dtype=torch.float64)
    want = torch.tensor([0.3, 2.1], dtype=torch.float64)
    assert (student.scale(x, 3.0).double() - want).abs().max() < 1e-12

@pytest.mark.weight(1)
def test_double_again(student):
    """And so is another: of two, more are left out than luck can add."""
    x = torch.tensor([0.3], dtype=torch.float64)
    assert abs(student.scale(x, 3.0).double().item() - 0.9) < 1e-12
'''


@pytest.mark.parametrize("failed, trials", [(0, 200), (1, 200), (7, 200), (199, 200), (3, 3)])
def test_the_bound_is_clopper_and_pearson_s(failed: int, trials: int) -> None:
    want = float(beta.ppf(0.95, failed + 1, trials - failed)) if failed < trials else 1.0

    assert upper_bound(failed, trials) == pytest.approx(want, abs=1e-9)


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> str:
    course = make_course(tmp_path_factory.mktemp("certificate") / "course")
    (course.private / "test_scale.py").write_text(SCALE_TESTS)
    arguments = ("--seeds", "24", "--mutants", "0")
    return grader("verify", "sums", *arguments, cwd=course.path).stdout


def problems(verified: str, check: str) -> list[str]:
    lines = verified.splitlines()
    place = next(i for i, line in enumerate(lines) if check in line)
    end = next(i for i, line in enumerate(lines[place + 1 :], place + 1) if line[0] != " ")
    return [line.strip() for line in lines[place + 1 : end]]


def test_a_test_that_fails_right_answers_is_named_with_the_place(verified: str) -> None:
    found = problems(verified, "solution: 36 gradings of 24 variations")

    assert any(line.startswith("test_too_narrow: failed ") for line in found)
    assert any("first solution " in line for line in found)
    assert not any(line.startswith("test_scale:") for line in found)


def test_a_test_that_changes_its_verdict_is_named(verified: str) -> None:
    """And one that fails whenever it is asked the same is not."""
    found = problems(verified, "no test changes its verdict when asked again")

    assert [line.split(":")[0] for line in found] == ["test_by_luck"]


def test_a_test_that_needs_a_precision_is_left_out_of_the_other(verified: str) -> None:
    float32 = next(line for line in verified.splitlines() if "float32: " in line)
    float64 = next(line for line in verified.splitlines() if "float64: " in line)

    of_float32, of_float64 = (int(line.split(": ")[1].split()[0]) for line in (float32, float64))
    assert of_float32 < of_float64


def test_how_near_the_limits_are_is_told(verified: str) -> None:
    found = problems(verified, "the solution uses less than 50% of each limit")

    assert any(line.startswith("scale: ") and "of 2 CPU s" in line for line in found)
    assert any("of 256 MiB" in line for line in found)


def test_a_solution_near_a_limit_is_found(course: CourseFolder) -> None:
    path = course.private / "scale.py"
    busy = (
        "import time; end = time.perf_counter() + 0.7\n    while time.perf_counter() < end: pass\n"
    )
    path.write_text(path.read_text().replace("    return x\n", f"    {busy}    return x\n"))
    test = course.private / "test_scale.py"
    more = '\n@pytest.mark.weight(1)\ndef test_anything(student):\n    """Is answered."""\n'
    test.write_text(f"{test.read_text()}{more}    assert student.anything(1.0) == 1.0\n")

    done = grader("verify", "sums", "--seeds", "1", "--mutants", "0", cwd=course.path)
    assert any("longest call 0.7" in line for line in problems(done.stdout, "✗ the solution uses"))


# ---- going on ------------------------------------------------------------------------------------


def test_an_interrupted_run_is_gone_on_with(tmp_path: Path) -> None:
    """What was done is taken over, and nothing is left once all is."""
    course = make_course(tmp_path / "course")
    state = tmp_path / "state"
    command = ["verify", "sums", "--seeds", "80", "--mutants", "0", "--state", str(state)]
    process = subprocess.Popen(
        [*GRADER, *command],
        cwd=course.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )
    try:
        done = await_results(state, 10)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
    again = grader(*command, cwd=course.path)

    assert process.returncode == 130
    first = next(line for line in again.stdout.splitlines() if "taken over" in line)
    assert int(first.split()[1]) >= done
    assert "solution: 120 gradings of 80 variations, 0 with" in again.stdout
    assert not state.exists() or list(state.iterdir()) == []


def await_results(state: Path, count: int) -> int:
    """Return how many results were kept as soon as there are that many."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for path in state.glob("*.jsonl"):
            lines = path.read_text().splitlines()
            if len(lines) >= count:
                json.loads(lines[0])
                return len(lines) - 1  # the last one may be half written
        time.sleep(0.05)
    raise AssertionError("nothing was kept")


def test_a_changed_assignment_takes_nothing_over(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    state = course.path / ".grader" / "verify"
    arguments = ("verify", "sums", "--seeds", "1", "--mutants", "0")
    state.mkdir(parents=True)
    (state / "sums-0123456789abcdef.jsonl").write_text('["solution 1 1 as_asked", [{}, [], {}]]\n')

    done = grader(*arguments, cwd=course.path)

    assert "taken over" not in done.stdout
    assert [path.name for path in state.iterdir()] == ["sums-0123456789abcdef.jsonl"]

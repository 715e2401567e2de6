"""Readers of strangers' bytes are fuzzed for a moment on every change; `make fuzz` for long.

Here the course of things is nearly the same each time: whoever changes something else does not
meet by luck what was there before.
"""

import base64
import importlib.util
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.fuzz import process
from tests.fuzz.targets import TARGETS, TooCostly, checked

SECONDS = 8
SEED = 1
# Far below what a busy processor does: none would mean that the fuzzer did not run.
LEAST_INPUTS = {
    "frame": 500,
    "stream": 60,
    "zip": 200,
    "tar": 500,
    "submission": 150,
    "names": 200,
    "notebook": 40,
}
needs_atheris = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris is not installed"
)


@needs_atheris
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_promise(name: str) -> None:
    """Of the inputs made so far; the fuzzer has run and has got further than the seeds did."""
    outcome = process.fuzz(name, SECONDS, seed=SEED)

    if outcome.found is not None:
        again = base64.b64encode(outcome.found).decode()
        pytest.fail(f"echo {again} | python -m tests.fuzz {name} --again\n\n{outcome.said}")
    assert outcome.inputs >= LEAST_INPUTS[name]
    assert outcome.after[1] > outcome.before[1] > 0


@pytest.mark.parametrize("name", TARGETS)
def test_what_fuzzing_begins_with_holds(name: str) -> None:
    """And most changes of it do not just break the form."""
    target = TARGETS[name]
    rng = random.Random(1)

    for data in target.seeds():
        checked(target, data)
        checked(target, target.change(data, rng)[: target.max_bytes])


@needs_atheris
def test_a_planted_fault_is_found_and_can_be_run_again() -> None:
    """A fuzzer that finds nothing could be one that looks at nothing."""
    command = [sys.executable, "-m", "tests.fuzz"]
    done = subprocess.run(
        [*command, "planted", "--seconds", "60"],
        cwd=process.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stdout
    assert "AssertionError: planted" in done.stdout
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("echo ")]
    again = subprocess.run(
        [*command, "planted", "--again"],
        input=line.removeprefix("echo ").removesuffix(" |"),
        cwd=process.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "AssertionError: planted" in again.stderr


def spin(data: bytes) -> None:
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        pass


def hoard(data: bytes) -> None:
    # Until the peak of this process rises, whatever its tests have used before.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hoarded = []
    while len(hoarded) < 512 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < peak + 32768:
        hoarded.append(bytearray(b"x") * (16 << 20))


@pytest.mark.parametrize("check", [spin, hoard])
def test_an_input_that_costs_too_much_is_a_finding(check: Callable[[bytes], None]) -> None:
    cheap = replace(TARGETS["names"], check=check, seconds=0.1, memory_mib=16)

    with pytest.raises(TooCostly):
        checked(cheap, b"")

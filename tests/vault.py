"""A tiny assignment full of canaries: what attacks are aimed at and honest look-alikes solve.

Task `target` takes the attack, task `honest` is right beside it in the same submission, and a
neighbour is graded at the same time. Whatever an attack must not read holds a canary: a string
that begins with `MARK`, followed by random digits, a different one for each place.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

ASSIGNMENT = "vault"
TARGET_POINTS, HONEST_POINTS = 6.0, 4.0
MARK = "grader-canary-"

MANIFEST = """\
title = "The vault"
version = "1"
points = 10

[limits]
call_seconds = 1
task_seconds = 2
memory_mib = 256
files_mib = 4
output_kib = 4
threads = 4

[tasks.target]
title = "Target"
points = 6

[tasks.honest]
title = "Honest"
points = 4
"""
TARGET_STUB = '''\
import torch


def total(n: int) -> int:
    """Return the sum of the squares of 1 to n."""
    raise NotImplementedError


def blend(x: torch.Tensor, share: float) -> torch.Tensor:
    """Return share * x + (1 - share) * the mean of x."""
    raise NotImplementedError
'''
TARGET = TARGET_STUB.replace(
    "raise NotImplementedError", "return sum(i * i for i in range(n + 1))", 1
).replace("raise NotImplementedError", "return share * x + (1 - share) * x.mean()")
HONEST_STUB = '''\
import torch


def halve(x: torch.Tensor) -> torch.Tensor:
    """Return half of x."""
    raise NotImplementedError
'''
HONEST = HONEST_STUB.replace("raise NotImplementedError", "return x / 2")
TARGET_TESTS = '''\
import pytest, torch
from grader.testing import assert_close, assert_equal

CANARY = "{canary}"

@pytest.mark.weight(1)
@pytest.mark.parametrize("n", [3, 10])
def test_total(both, n):
    """The squares are added up."""
    got, want = both.total(n)
    assert_equal(got, want, hint="mind the last one")

@pytest.mark.weight(1)
@pytest.mark.parametrize("share", [0.25, 0.75])
def test_blend(both, rng, share):
    """Each entry moves towards the mean."""
    got, want = both.blend(torch.from_numpy(rng.standard_normal((3, 4))), share)
    assert_close(got, want, hint="the mean of all entries")
'''
HONEST_TESTS = '''\
import pytest, torch
from grader.testing import assert_close

CANARY = "{canary}"

@pytest.mark.weight(1)
def test_halve(both, rng):
    """Every entry is halved, in the dtype it came in."""
    x = torch.from_numpy(rng.standard_normal((2, 5)))
    for own in (x, x.float()):
        got, want = both.halve(own)
        assert_close(got, want)
'''
# Honest, and busy with what a neighbour could take away: threads, files, memory, time.
NEIGHBOUR = '''\
"""{canary}"""
import os
import tempfile
import threading
import time

import torch

SECRET = "{canary}"
os.environ["SECRET"] = SECRET


def _busy():
    with tempfile.NamedTemporaryFile("w", suffix=SECRET) as handle:
        handle.write(SECRET * 1000)
        handle.flush()
        threads = [threading.Thread(target=time.sleep, args=(0.04,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert os.path.getsize(handle.name) == 1000 * len(SECRET)
    assert torch.ones(1 << 22).sum() == 1 << 22


def total(n):
    _busy()
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    _busy()
    return share * x + (1 - share) * x.mean()
'''


@dataclass(frozen=True)
class Canaries:
    """One canary per place: what is read tells where the wall had a hole."""

    environment: str
    hidden_tests: str
    solution: str
    host_file: str
    known_file: str
    neighbour: str

    @classmethod
    def made(cls) -> "Canaries":
        """Return fresh ones."""
        return cls(*(MARK + secrets.token_hex(12) for _ in range(6)))

    def found_in(self, text: str) -> list[str]:
        """Return the names of the places whose canary stands in the text."""
        return [place for place, canary in vars(self).items() if canary in text]


def make_course(path: Path, canaries: Canaries) -> Path:
    """Return the course folder, made at `path`."""
    note = f'\nCANARY = "{canaries.solution}"\n'
    files = {
        path / "assignments" / ASSIGNMENT: {
            "assignment.toml": MANIFEST,
            "README.md": "# The vault\n",
            "target.py": TARGET_STUB,
            "honest.py": HONEST_STUB,
            "test_examples.py": (
                "import target\n\n\ndef test_one():\n"
                '    """One square."""\n    assert target.total(1) == 1\n'
            ),
        },
        path / "reference" / ASSIGNMENT: {
            "target.py": TARGET + note,
            "honest.py": HONEST + note,
            "test_target.py": TARGET_TESTS.replace("{canary}", canaries.hidden_tests),
            "test_honest.py": HONEST_TESTS.replace("{canary}", canaries.hidden_tests),
        },
    }
    for folder, contents in files.items():
        folder.mkdir(parents=True)
        for name, text in contents.items():
            (folder / name).write_text(text)
    return path

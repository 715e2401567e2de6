"""Whatever is killed, stopped, full or gone in the middle of a batch: `--resume` ends it right.

Every submission is graded once, with its score; what was done is kept byte for byte; what was in
flight has no score, never a zero; nothing of ours is left. See `faults.py`.
"""

import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import faults
from tests.faults import Batch, End, Strike, kill

pytestmark = pytest.mark.xdist_group("faults")
COUNT = 200
KILL, TERM, INT, STOP, CONT = (
    signal.SIGKILL,
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGSTOP,
    signal.SIGCONT,
)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """One class for all strikes: each goes on from where the last one left it."""
    folder = tmp_path_factory.mktemp("faults")
    course, worth = faults.make_class(folder, COUNT)
    return Batch(course, worth, folder / "out")


def chance(name: str) -> random.Random:
    """Return random numbers that are the same in every run."""
    return random.Random(f"faults {name}")


WHOM: dict[str, Strike] = {
    "the command": kill(faults.command),
    "the judge": kill(faults.judge),
    "the zygote": kill(faults.outer_zygote),
    "the inner zygote": kill(faults.inner_zygote),
    "the command, asked to end": kill(faults.command, TERM),
    "the command, by Ctrl-C": faults.whole_group(INT),
}
SEVERAL: dict[str, Strike] = {
    "judge and zygote": faults.together(kill(faults.judge), kill(faults.inner_zygote)),
    "the command and its judge": faults.together(kill(faults.judge), kill(faults.command)),
    "Ctrl-C, again and again": faults.together(*[faults.whole_group(INT)] * 4),
    "asked to end, by Ctrl-C too": faults.together(
        kill(faults.command, TERM), faults.whole_group(INT)
    ),
    "a stopped judge, then Ctrl-C": faults.together(
        kill(faults.judge, STOP), faults.whole_group(INT)
    ),
}


def message(end: End) -> str:
    """Return the one sentence that the command ended with, after what its progress printed."""
    said = [line for line in end.faults.splitlines() if line.startswith("grader: ")]
    assert said == [end.faults.splitlines()[-1]], end.faults
    assert end.out == ""
    return said[0]


def how_it_must_end(name: str, end: End) -> None:
    assert end.seconds < faults.PATIENCE
    if name.startswith("the command and") or name == "the command":
        assert end.code == -KILL
        assert "grader: " not in end.faults
    elif "Ctrl-C" in name or "asked to end" in name:
        assert end.code == 130
        assert message(end) == faults.INTERRUPTED
    else:
        assert end.code == 3
        assert message(end)


@pytest.mark.parametrize("whom", WHOM)
def test_while_it_starts(batch: Batch, whom: str) -> None:
    moment = faults.later(faults.warming_up, chance(f"start {whom}").uniform(0.0, 2.0))
    if whom == "the inner zygote":
        moment = faults.until(faults.inner_zygote)
    end = batch.struck(moment, WHOM[whom])

    how_it_must_end(whom, end)
    assert batch.broken_promises(end) == []


@pytest.mark.parametrize("whom", ["the command", "the judge", "the inner zygote"])
def test_while_the_first_cell_opens(batch: Batch, whom: str) -> None:
    end = batch.struck(faults.first_cell, WHOM[whom])

    how_it_must_end(whom, end)
    assert batch.broken_promises(end) == []


@pytest.mark.parametrize("whom", [*WHOM, *SEVERAL])
def test_in_the_middle(batch: Batch, whom: str) -> None:
    numbers = chance(f"middle {whom}")
    moment = faults.later(faults.after(numbers.randint(1, 6)), numbers.uniform(0.0, 0.3))
    end = batch.struck(moment, (WHOM | SEVERAL)[whom])

    how_it_must_end(whom, end)
    is_cleaner_gone = whom == "the command and its judge"
    assert batch.broken_promises(end, is_cleaner_gone=is_cleaner_gone) == []

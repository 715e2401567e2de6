"""Whatever is killed, stopped, full or gone in the middle of a batch: `--resume` ends it right.

Every submission is graded once, with its score; what was done is kept byte for byte; what was in
flight has no score, never a zero; nothing of ours is left. See `faults.py`.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.report import read
from tests import faults
from tests.command import refusal
from tests.conftest import ADD, SCALE_STUB
from tests.faults import Batch, Disk, End, Running, Strike, Way, kill
from tests.image import engine
from tests.ordinary_user import ROOT, as_ordinary_user
from tests.test_forkserver import soon

COUNT = 200
FEW = 20
KILL, TERM, INT, STOP = signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """One class for all strikes: each goes on from where the last one left it."""
    folder = tmp_path_factory.mktemp("faults")
    course, worth = faults.make_class(folder, COUNT)
    return Batch(course, worth, folder / "out")


def chance(name: str) -> random.Random:
    """Return random numbers that are the same in every run."""
    return random.Random(f"faults {name}")


# ---- who is killed -------------------------------------------------------------------------------

ONE: dict[str, Strike] = {
    "the command": kill(faults.command),
    "the judge": kill(faults.judge),
    "the zygote": kill(faults.outer_zygote),
    "the inner zygote": kill(faults.inner_zygote),
    "the command, asked to end": kill(faults.command, TERM),
    "the command, by Ctrl-C": faults.whole_group(INT),
}
SEVERAL: dict[str, Strike] = {
    "the judge and the zygote": faults.together(kill(faults.judge), kill(faults.inner_zygote)),
    "the command and its judge": faults.together(kill(faults.judge), kill(faults.command)),
    "the command, by Ctrl-C again and again": faults.together(*[faults.whole_group(INT)] * 4),
    "the command, asked to end and by Ctrl-C": faults.together(
        kill(faults.command, TERM), faults.whole_group(INT)
    ),
    "a stopped judge, then by Ctrl-C": faults.together(
        kill(faults.judge, STOP), faults.whole_group(INT)
    ),
}
ALL = ONE | SEVERAL
# A start takes seconds: what another shows already is left out.
WHILE_IT_STARTS = ["the command", "the judge", "the command, by Ctrl-C"]
IN_THE_MIDDLE = [
    *("the command", "the judge", "the zygote", "the inner zygote"),
    *(whom for whom in SEVERAL if whom != "the judge and the zygote"),
]
NOBODY_TIDIES_UP = "the command and its judge"


def ended_as_it_must(whom: str, end: End) -> None:
    """Check how a command ended: killed, or with the code and the sentence that say why."""
    assert end.seconds < faults.PATIENCE
    if whom in ("the command", NOBODY_TIDIES_UP):
        assert end.code == -KILL
        assert "grader: " not in end.faults
    elif "Ctrl-C" in whom or "asked to end" in whom:
        assert end.code == 130
        assert faults.sentence(end) == faults.INTERRUPTED
    else:
        assert end.code == 3
        assert faults.sentence(end)


@pytest.mark.parametrize("whom", WHILE_IT_STARTS)
def test_whoever_is_killed_while_it_starts(batch: Batch, whom: str) -> None:
    moment = faults.later(faults.warming_up, chance(f"start {whom}").uniform(0.0, 1.5))
    end = batch.struck(moment, ONE[whom])

    ended_as_it_must(whom, end)
    assert batch.broken_promises(end) == []


def test_ctrl_c_before_there_is_a_judge(batch: Batch) -> None:
    """Nobody else would remove the control groups."""
    end = batch.struck(faults.until(faults.outer_zygote), faults.whole_group(INT))

    ended_as_it_must("the command, by Ctrl-C", end)
    assert batch.broken_promises(end) == []


@pytest.mark.parametrize("whom", ["the command", "the inner zygote"])
def test_whoever_is_killed_while_the_first_cell_opens(batch: Batch, whom: str) -> None:
    end = batch.struck(faults.first_cell, ONE[whom])

    ended_as_it_must(whom, end)
    assert batch.broken_promises(end) == []


@pytest.mark.parametrize("whom", IN_THE_MIDDLE)
def test_whoever_is_killed_in_the_middle(batch: Batch, whom: str) -> None:
    numbers = chance(f"middle {whom}")
    moment = faults.later(faults.after(numbers.randint(1, 6)), numbers.uniform(0.0, 0.3))
    end = batch.struck(moment, ALL[whom])

    ended_as_it_must(whom, end)
    assert batch.broken_promises(end, is_cleaner_gone=whom == NOBODY_TIDIES_UP) == []


def test_killed_cells_and_runs_are_nobody_s_zero(batch: Batch) -> None:
    """Those whom it hit have no score, all others have theirs; who only paused has it, too."""
    strikes = [kill(faults.cells), kill(faults.runs), faults.pause_a_cell]
    hits = faults.struck_at_random(chance("cells"), strikes, count=15)
    end = batch.struck(faults.after(1), hits)

    # A cell that does not open is a wall that does not stand: it ends the run.
    assert end.code == 1 or (end.code == 3 and "did not open" in faults.sentence(end))
    assert batch.broken_promises(end) == []


@pytest.mark.parametrize(
    "file, number", [("summary.csv", KILL), ("index.html", KILL), ("summary.csv", TERM)]
)
def test_the_command_is_ended_at_the_end(batch: Batch, file: str, number: int) -> None:
    end = batch.struck(faults.writing(file), kill(faults.command, number))

    assert end.code in {KILL: (-KILL, 0), TERM: (130, 0)}[signal.Signals(number)]
    assert batch.broken_promises(end) == []


def test_who_is_not_needed_any_more_may_die(batch: Batch) -> None:
    end = batch.struck(faults.writing("summary.csv"), ALL["the judge and the zygote"])

    assert batch.unfinished(end) == []


def test_two_batches_do_not_write_into_one_folder(batch: Batch) -> None:
    """The second could not tell a file that the first is writing from one left half written."""
    before = faults.contents(batch.out)
    with batch.running() as first:
        faults.warming_up(first)
        second = batch.finished()
        out, _ = first.process.communicate(timeout=faults.PATIENCE)

    done = subprocess.CompletedProcess([], second.code, second.out, second.faults)
    assert refusal(done) == f"{batch.out}: another batch is at work there; name another folder"
    assert first.process.returncode == 0
    assert f"{COUNT} graded ({COUNT} kept from before)" in out
    assert faults.contents(batch.out) == before
    # What nobody was left to remove, the next command has.
    assert [faults.control_groups(pid) for pid in batch.commands] == [[]] * len(batch.commands)


# ---- in the last case ----------------------------------------------------------------------------

SLEEPS = SCALE_STUB.replace("raise NotImplementedError", "return x * factor", 1).replace(
    "raise NotImplementedError",
    "import threading as t, time; h = t.Thread(target=time.sleep, args=(4,)); h.start(); h.join()"
    "; return x",
)
LAST_TEST = '''
@pytest.mark.weight(1)
def test_last(both):
    """What comes last is right."""
    got, want = both.anything(1.5)
    assert_equal(got, want)
'''


def in_the_last_case(folder: Path) -> Batch:
    """Return a class of one whose last case takes four seconds; nothing comes after it."""
    course, worth = faults.make_class(folder, 1)
    manifest = course.public / "assignment.toml"
    manifest.write_text(manifest.read_text().replace("call_seconds = 2", "call_seconds = 6"))
    with (course.private / "test_scale.py").open("a") as tests:
        tests.write(LAST_TEST)
    for name in worth:
        own = course.path / "class" / name
        (own / "add.py").unlink()
        (own / "scale.py").write_text(SLEEPS)
    return Batch(course, dict.fromkeys(worth, 6.0), folder / "out")


def is_in_it(running: Running) -> bool:
    """Whether the last case is being asked: its cell has a second thread, which anyone may see."""
    return any(faults.threads(pid) > 1 for pid in faults.cells(running))


@pytest.mark.parametrize("whom", ["the zygote", "the judge"])
def test_what_was_in_its_last_case_is_in_flight(tmp_path: Path, whom: str) -> None:
    """No later case could notice that there is no zygote any more."""
    batch = in_the_last_case(tmp_path)
    end = batch.struck(faults.until(is_in_it), ONE[whom])

    ended_as_it_must(whom, end)
    assert batch.broken_promises(end) == []
    assert faults.reported(batch.out) == set()


@pytest.mark.parametrize(
    "find, detail",
    [
        # A cell's own code cannot end it by SIGKILL: whoever did was outside.
        (faults.cells, "something outside killed the cell"),
        (faults.runs, "the hidden test ended the judge's process (signal 9)"),
    ],
    ids=["cell", "run"],
)
def test_a_killed_cell_or_run_leaves_no_score(
    tmp_path: Path, find: Callable[[Running], Sequence[int]], detail: str
) -> None:
    batch = in_the_last_case(tmp_path)
    end = batch.struck(faults.until(is_in_it), kill(find))

    assert end.code == 1, end.faults
    assert batch.broken_promises(end) == []
    [report] = [read(path) for path in (batch.out / "reports").glob("*.json")]
    assert (report.status, report.score) == ("judge_error", None)
    staff = report.tasks[1].tests[-1].staff
    assert staff is not None
    assert staff.cases[0].detail.startswith(detail)


def test_a_stopped_cell_is_one_that_hangs(tmp_path: Path) -> None:
    """From the judge's side there is no difference; the other cases have their points."""
    course, _ = faults.make_class(tmp_path, 1)
    own = course.path / "class" / "s000"
    (own / "add.py").write_text(
        ADD.replace("return", "import time; time.sleep(1.5 * (a == 1)); return")
    )
    batch = Batch(course, {"s000": 0.0}, tmp_path / "out")
    end = batch.struck(faults.later(faults.first_run, 0.8), kill(faults.cells, STOP))

    assert end.code == 0, end.faults
    [report] = [read(path) for path in (batch.out / "reports").glob("*.json")]
    verdicts = [test.verdict for task in report.tasks for test in task.tests]
    assert verdicts == ["timed_out", "passed", "passed", "passed"]


# ---- where it writes to --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    with faults.disk(tmp_path_factory.mktemp("disk") / "disk", "4m") as disk:
        yield disk


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory, disk: Disk) -> Batch:
    course, worth = faults.make_class(tmp_path_factory.mktemp("on_disk"), FEW)
    return Batch(course, worth, disk.place / "out", prefix=disk.inside, seen=disk.seen / "out")


Act = Callable[[Disk], object]
TAKEN: dict[str, tuple[Act, Act, str]] = {
    "full": (Disk.fill, Disk.free, "No space left on device"),
    "read-only": (
        lambda disk: disk.remount("ro"),
        lambda disk: disk.remount("rw"),
        "Read-only file system",
    ),
    "renamed": (
        lambda disk: (disk.seen / "out").rename(disk.seen / "elsewhere"),
        lambda disk: (disk.seen / "elsewhere").rename(disk.seen / "out"),
        "No such file or directory",
    ),
}


@pytest.mark.parametrize("how", TAKEN)
def test_a_folder_taken_away_in_the_middle(on_disk: Batch, disk: Disk, how: str) -> None:
    take, give_back, reason = TAKEN[how]

    def strike(running: Running) -> None:
        take(disk)

    end = on_disk.struck(faults.after(2), strike)
    give_back(disk)

    assert end.code == 2
    said = faults.sentence(end)
    assert said.startswith(f"grader: {on_disk.out}/reports/s")
    assert said.endswith(f": cannot be written ({reason})")
    assert on_disk.broken_promises(end) == []


def test_a_disk_that_is_full_at_the_end(on_disk: Batch, disk: Disk) -> None:
    """Where there is nothing left to do but the table and the page."""
    on_disk.finished()
    disk.fill()
    end = on_disk.finished()
    disk.free()

    assert end.code == 2
    said = f"grader: {on_disk.out}/summary.csv: cannot be written (No space left on device)"
    assert faults.sentence(end) == said
    assert on_disk.broken_promises(end) == []
    assert on_disk.unfinished(on_disk.finished()) == []


def test_a_removed_folder_is_made_anew(on_disk: Batch, disk: Disk) -> None:
    faults.remove(on_disk.seen)
    end = on_disk.struck(faults.after(3), lambda _: faults.remove(on_disk.seen))

    assert end.code == 2
    assert "No such file or directory" in faults.sentence(end)
    assert not on_disk.seen.exists()
    assert on_disk.unfinished(on_disk.finished()) == []


# ---- in a container ------------------------------------------------------------------------------

in_docker = pytest.mark.needs("docker")


@pytest.fixture(scope="module")
def contained(tmp_path_factory: pytest.TempPathFactory, image: str) -> Batch:
    course, worth = faults.make_class(tmp_path_factory.mktemp("contained"), FEW)
    options = ["--sandbox", "docker", "--image", image]
    return Batch(course, worth, course.path / "out", options)


def containers(pid: int) -> list[Any]:
    """Return the containers that a command has begun and that are there still."""
    label = {"label": f"grader.command={pid}"}
    with contextlib.closing(engine()) as client:
        return list(client.containers.list(all=True, filters=label))


def kill_container(running: Running) -> None:
    for own in containers(running.pid):
        own.kill()


def remove_container(running: Running) -> None:
    for own in containers(running.pid):
        own.remove(force=True)


@in_docker
@pytest.mark.parametrize("strike", [kill_container, remove_container])
def test_a_container_that_is_gone_ends_the_run(contained: Batch, strike: Strike) -> None:
    end = contained.struck(faults.after(2), strike)

    assert end.code == 3
    assert faults.sentence(end) == "grader: the zygote is gone, and every cell with it"
    assert containers(end.pid) == []
    assert contained.broken_promises(end) == []


@in_docker
def test_a_killed_command_takes_its_container_along(contained: Batch) -> None:
    """Nobody is left who could remove it: it ends by itself."""
    end = contained.struck(faults.after(2), kill(faults.command))

    assert end.code == -KILL
    assert soon(lambda: containers(end.pid) == [])
    assert contained.broken_promises(end) == []


@in_docker
def test_an_engine_that_dies_ends_the_run_until_it_is_back(
    contained: Batch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not own.startswith("unix://"):
        pytest.skip(f"the engine at {own} is not reached by a socket")
    way = Way(tmp_path_factory.mktemp("way") / "socket", own.removeprefix("unix://"))
    batch = replace(contained, environment={"DOCKER_HOST": way.address})
    way.open()
    end = batch.struck(faults.after(2), lambda _: way.cut())
    without = batch.finished()
    way.open()
    back = batch.finished()
    way.cut()

    assert end.code == without.code == 3
    assert faults.sentence(end) == "grader: the zygote is gone, and every cell with it"
    assert f"no Docker engine answers at {way.address}" in faults.sentence(without)
    for one in (end, without):
        assert batch.broken_promises(one) == []
        assert soon(lambda one=one: containers(one.pid) == [])  # type: ignore[misc]
    assert "kept from before" in back.out
    assert batch.unfinished(back) == []
    assert containers(back.pid) == []


# ---- as an ordinary user -------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="is already run by an ordinary user")
def test_an_ordinary_user_is_promised_the_same() -> None:
    command = [sys.executable, "-m", "tests.faults"]
    done = as_ordinary_user(["env", f"PYTHONPATH={ROOT}", *command])

    assert (done.returncode, done.stdout) == (0, ""), done.stderr

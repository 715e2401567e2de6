"""A full disk and a clock that jumps: what was accepted ends with one report all the same."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from glob import glob
from pathlib import Path

import pytest

from grader.report import Report, to_json
from tests.service.running import PATIENCE, SLOW, Service, await_

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def test_a_full_disk_loses_nothing_that_was_accepted(
    tmp_path: Path, graded: Callable[..., Report]
) -> None:
    """A real one, of 8 MiB: what comes is refused, what is done is kept once there is room."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    report = tmp_path / "report.json"
    report.write_text(to_json(graded(add="def add(a, b): return a + b")))

    done = on_small_disk(tmp_path, "8m", "tests.service.full_disk", str(report))

    assert done.returncode == 0, done.stderr


@pytest.mark.needs("walls")
def test_a_worker_on_a_full_disk_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """With what it was at, what waits and a regrade; nobody has a zero or a failure for it."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")

    done = on_small_disk(tmp_path, "16m", "tests.service.full_disk_worker")

    assert done.returncode == 0, done.stderr


def on_small_disk(
    folder: Path, size: str, module: str, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Return what became of a program whose first argument is a small disk of its own."""
    disk = folder / "disk"
    disk.mkdir()
    python = [sys.executable, "-m", module, str(disk), *arguments]
    script = f"mount -t tmpfs -o size={size} none {shlex.quote(str(disk))} && {shlex.join(python)}"
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )


@pytest.mark.needs("walls")
def test_clocks_that_jump_lose_nothing(each_service: Service, tmp_path: Path) -> None:
    """Of two workers one is a year behind, and then, while it grades, two years ahead."""
    found = glob(LIBRARY)
    if not found:
        pytest.skip("faketime is not installed")
    clock = tmp_path / "clock"
    clock.write_text("-365d\n")
    place = each_service.place
    command = [
        *(sys.executable, "-m", "grader", "worker", "--jobs", "2", "--data", str(place.data)),
        *("--course", str(place.course)),
        *(("--database", place.database) if place.database else ()),
    ]
    wrong = os.environ | {
        "LD_PRELOAD": found[0],
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    ids = [each_service.submit(SLOW) for _ in range(3)]
    workers = [subprocess.Popen(command, env=wrong)]
    try:
        await_(lambda: any(each_service.submission(id).state == "grading" for id in ids))
        clock.write_text("+730d\n")
        workers.append(subprocess.Popen(command))
        ids += [each_service.submit(SLOW) for _ in range(3)]

        results = each_service.results(ids)
    finally:
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
            worker.wait(timeout=PATIENCE)

    assert [(result.kind, result.score) for result in results] == [("report", "10.0")] * 6

"""What grading costs: ours, plain pytest per submission, and the floor, side by side in one run.

    python benchmarks/run.py [--submissions 60] [--plain 8] [--many 0]

The submissions are the solution, every right alternative and every known mistake, over and over:
all of them run to their end. CPU seconds are of all processes of a command, from the kernel;
ratios are of one run, since a shared machine's seconds drift.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSIGNMENT = "building_blocks"
GRADER = [sys.executable, "-m", "grader"]


def main() -> None:
    """Print the comparison, the stages, and what a second processor brings."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--plain", type=int, default=8, help="how many for plain pytest")
    parser.add_argument("--many", type=int, default=0, help="also a batch of this many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        hand_in(folder / "submissions", options.submissions)
        compare(folder, options.submissions, options.plain)
        if options.many:
            hand_in(folder / "many", options.many)
            print(f"\nA batch of {options.many} submissions")
            show("grader batch --jobs 2", batch(folder, "many", 2), options.many)
    print("\nStages of one submission, milliseconds (medians)")
    stages = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "stages.py")],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    for name, milliseconds in json.loads(stages.stdout).items():
        print(f"  {name:44s} {milliseconds:8.2f}")


def hand_in(folder: Path, count: int) -> None:
    """Make `count` submissions of the solution, the alternatives and the known mistakes."""
    reference = ROOT / "reference" / ASSIGNMENT
    tasks = [path.stem.removeprefix("test_") for path in sorted(reference.glob("test_*.py"))]
    kinds = [reference, *sorted((reference / "alternatives").iterdir())]
    kinds += sorted((reference / "mistakes").iterdir())
    for number in range(count):
        target = folder / f"{number:05d}"
        target.mkdir(parents=True)
        for task in tasks:
            own = kinds[number % len(kinds)] / f"{task}.py"
            shutil.copy(own if own.is_file() else reference / f"{task}.py", target)


def compare(folder: Path, submissions: int, plain: int) -> None:
    """Print ours, the common way and the floor, and the ratios."""
    print(f"{submissions} submissions of {ASSIGNMENT}; plain pytest on {plain} of them")
    handed_in = sorted((folder / "submissions").iterdir())
    one = batch(folder, "submissions", 1)
    two = batch(folder, "submissions", 2)
    common = [plain_pytest(path) for path in handed_in[:: max(1, submissions // plain)][:plain]]
    floor = float(
        subprocess.run(
            [sys.executable, "-m", "benchmarks.plain", str(ROOT), ASSIGNMENT, *map(str, handed_in)],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=quiet(),
        ).stdout
    )
    show("(a) grader batch --jobs 1", one, submissions)
    show("    grader batch --jobs 2", two, submissions)
    cpu = statistics.mean(item["cpu"] for item in common)
    show("(b) plain pytest, a process each", common[0] | {"cpu": cpu}, 1)
    print(f"(c) the floor: one warm process      CPU {floor:7.4f} s")
    ours = one["cpu"] / submissions
    print(f"\nCPU of (b) / (a): {cpu / ours:.1f}    CPU of (a) / (c): {ours / floor:.2f}")
    print(f"wall of --jobs 1 / --jobs 2, start-up left out: {gain(one, two):.2f}")
    print(f"start-up of a batch: {one['start']:.1f} s wall")


def batch(folder: Path, submissions: str, jobs: int) -> dict[str, float]:
    """Return what a batch costs."""
    out = folder / f"out-{submissions}-{jobs}"
    command = [*GRADER, "batch", ASSIGNMENT, str(folder / submissions)]
    command += ["--out", str(out), "--jobs", str(jobs)]
    cost = measured(command)
    first = min(path.stat().st_mtime for path in (out / "reports").glob("*.json"))
    return cost | {"start": first - cost["began"]}


def plain_pytest(submission: Path) -> dict[str, float]:
    """Return what the common way costs for one submission."""
    tests = sorted(map(str, (ROOT / "reference" / ASSIGNMENT).glob("test_*.py")))
    environment = quiet() | {
        "BENCH_COURSE": str(ROOT),
        "BENCH_ASSIGNMENT": ASSIGNMENT,
        "BENCH_SUBMISSION": str(submission),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull]
    command += ["-p", "benchmarks.plain", "--import-mode=importlib", *tests]
    return measured(command, environment)


def measured(command: list[str], environment: dict[str, str] | None = None) -> dict[str, float]:
    """Return CPU and wall seconds of a command, and the peak memory of all its processes.

    Memory is sampled: proportional set sizes, so that a shared page counts once.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began, start, peak, own_peak = time.time(), time.monotonic(), 0.0, 0.0
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment
    ) as process:
        while process.poll() is None:
            sizes = memory_mib(process.pid)
            peak, own_peak = max(peak, sum(sizes)), max(own_peak, *sizes[:1], 0.0)
            time.sleep(0.5)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu, "wall": wall, "memory": peak, "command": own_peak, "began": began}


def memory_mib(pid: int) -> list[float]:
    """Return the proportional set sizes of a process and its descendants, itself first."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rsplit(")", 1)[1].split()
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    sizes, todo = [], [pid]
    while todo:
        one = todo.pop(0)
        todo += children.get(one, [])
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            sizes.append(next(int(x.split()[1]) for x in lines if x.startswith("Pss:")) / 1024)
    return sizes


def gain(one: dict[str, float], two: dict[str, float]) -> float:
    """Return how much faster two jobs are than one."""
    return (one["wall"] - one["start"]) / (two["wall"] - two["start"])


def show(name: str, cost: dict[str, float], submissions: int) -> None:
    """Print a line of the comparison, per submission."""
    print(
        f"{name:36s} CPU {cost['cpu'] / submissions:7.4f} s   "
        f"wall {cost['wall'] / submissions:7.4f} s   "
        f"memory {cost['memory']:4.0f} MiB, the command itself {cost['command']:3.0f}"
    )


def quiet() -> dict[str, str]:
    """Return an environment in which torch uses one thread."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


if __name__ == "__main__":
    main()

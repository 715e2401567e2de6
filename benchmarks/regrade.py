"""What regrading a class costs after one hidden test changed, with a course secret and without.

    python -m benchmarks.regrade [--submissions 500] [--jobs 2]

The class is that of the examples, copied over and over. Of one task one hidden test changes: with
a secret that task alone is graded anew; without one the hidden inputs of all tasks change with any
file, so all are. CPU seconds are of all processes of the command, from the kernel.
"""

import argparse
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.run import GRADER, ROOT

ASSIGNMENT = "building_blocks"
TEST = Path("reference") / ASSIGNMENT / "test_parameter_counts.py"
CLASS = ROOT / "examples" / ASSIGNMENT / "submissions"


def main() -> None:
    """Print a table: the batch, then the regrades."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(f"{options.submissions} submissions of {ASSIGNMENT}, --jobs {options.jobs}")
    with tempfile.TemporaryDirectory() as scratch:
        for secret in ("a secret of the course", ""):
            folder = Path(scratch) / ("with" if secret else "without")
            hand_in(folder / "submissions", options.submissions)
            course(folder, secret)
            print(f"\n{'with' if secret else 'without'} a course secret")
            compare(folder, options.jobs)


def compare(folder: Path, jobs: int) -> None:
    """Print what the batch costs, and regrading it when nothing, and when one test changed."""
    common = ["--course", str(folder), "--jobs", str(jobs)]
    submissions, out = str(folder / "submissions"), str(folder / "out")
    regrade = [*GRADER, "regrade", ASSIGNMENT, "--reports", out, "--submissions", submissions]
    show("grader batch", [*GRADER, "batch", ASSIGNMENT, submissions, "--out", out, *common])
    show("grader regrade, nothing changed", [*regrade, *common])
    path = folder / TEST
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("weight(2)", "weight(3)", 1), encoding="utf-8")
    show("grader regrade, one test changed", [*regrade, *common])
    if (folder / "reference" / "secret.txt").is_file():  # without one it is the same, but for all
        show("the same with --commit", [*regrade, *common, "--commit"])


def hand_in(folder: Path, count: int) -> None:
    """Make `count` submissions out of those of the example class that can be taken in."""
    refused = ("mei_lin_tan", "oluwaseun_adeyemi", "petra_svoboda", "tomas_novak.zip")
    kinds = [path for path in sorted(CLASS.iterdir()) if not path.name.startswith(refused)]
    folder.mkdir(parents=True)
    for number in range(count):
        source = kinds[number % len(kinds)]
        target = folder / f"{number:05d}_{source.name}"
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)


def course(folder: Path, secret: str) -> None:
    """Copy the assignment, to be changed."""
    for room in ("assignments", "reference"):
        shutil.copytree(ROOT / room / ASSIGNMENT, folder / room / ASSIGNMENT)
    if secret:
        (folder / "reference" / "secret.txt").write_text(secret, encoding="utf-8")


def show(name: str, command: list[str]) -> None:
    """Run a command and print what it costs and what it counted."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):  # 1: some of it needs a person
        raise SystemExit(done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    [counted] = [line for line in done.stdout.splitlines() if " submissions" in line]
    print(f"  {name:34s} {wall:7.1f} s   CPU {cpu:7.1f} s   {counted}", flush=True)


if __name__ == "__main__":
    main()

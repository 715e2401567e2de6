"""What a submission costs behind each kind of wall: this machine's, a container, one each.

python benchmarks/backends.py --image TAG [--submissions N]

Wall seconds and CPU seconds per submission, right answers to `building_blocks`, one at a time.
CPU is the whole machine's, engine and kernel included, so nothing else should run; the ratios
are of one run.
"""

import argparse
import os
import time
from pathlib import Path

from grader import grade
from grader.sandbox.backends import DEFAULT, Choice
from grader.submission import Submission, read

ROOT = Path(__file__).parent.parent
ASSIGNMENT = "building_blocks"


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", required=True, help="the image of the docker backend")
    parser.add_argument("--submissions", type=int, default=20, help="of each kind (%(default)s)")
    options = parser.parse_args()
    kinds = {
        "namespaces": DEFAULT,
        "docker": Choice("docker", image=options.image),
        "docker, a container each": Choice("docker", isolation="container", image=options.image),
    }
    first = 0.0
    print(f"{'':26} {'start':>8} {'wall':>8} {'CPU':>8} {'ratio':>6}   per submission")
    for name, choice in kinds.items():
        start = time.perf_counter()
        with grade.opened(ASSIGNMENT, ROOT, choice) as grader:
            began = time.perf_counter() - start
            submission = solution()
            grade.grade(grader, submission)
            wall, cpu = time.perf_counter(), busy_seconds()
            for _ in range(options.submissions):
                report = grade.grade(grader, submission)
                assert report.score == report.max_score, report.status
            wall = (time.perf_counter() - wall) / options.submissions
            cpu = (busy_seconds() - cpu) / options.submissions
        first = first or cpu
        print(f"{name:26} {began:6.1f} s {wall:6.2f} s {cpu:6.2f} s {cpu / first:6.1f}")


def solution() -> Submission:
    """Return the reference's own answers as a submission."""
    folder = ROOT / "reference" / ASSIGNMENT
    tasks = [path.stem.removeprefix("test_") for path in sorted(folder.glob("test_*.py"))]
    return read(folder, tasks)


def busy_seconds() -> float:
    """Return the CPU time that this machine has spent on anything."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    idle = int(fields[3]) + int(fields[4])
    return (sum(map(int, fields[:8])) - idle) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()

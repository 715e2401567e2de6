"""Verify assignments in full and measure them: the figures of docs/catalog.md, into a JSON file.

python -m benchmarks.catalog                      all of them, a few minutes each
python -m benchmarks.catalog ridge_regression     this one; the others' figures are kept

Afterwards `make docs` writes the page. Exits 1 if an assignment does not hold.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grader import grade
from grader.cli.show import shown
from grader.grade import Grader
from grader.report import write_atomically
from grader.sandbox.backends import Choice
from grader.verify import Finding, Plan, Verified, verify

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "docs" / "catalog.json"
FEW, MANY = 2, 12  # copies of the solution in a batch; their difference is what one costs


def main() -> None:
    """Measure, print, write."""
    known = sorted(path.parent.name for path in (ROOT / "assignments").glob("*/assignment.toml"))
    parser = argparse.ArgumentParser(description="Verify and measure assignments.")
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", default=known)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cpu-only", action="store_true", help="do not verify anew")
    options = parser.parse_args()
    figures = json.loads(FIGURES.read_text()) if FIGURES.is_file() else {}
    holds = True
    for name in options.assignments:
        before = figures.get(name, {})
        own = before if options.cpu_only else proved(name, options.jobs)
        own["cpu_seconds"] = round(cpu_seconds(name), 3)
        holds = holds and not own["failing"]
        print(f"{name}: {json.dumps(own)}", flush=True)
        figures[name] = own
        write_atomically(FIGURES, json.dumps(figures, indent=1, sort_keys=True) + "\n")
    total = sum(figures[name]["cpu_seconds"] for name in known if name in figures)
    print(f"CPU of one submission of each, together: {total:.2f} s")
    sys.exit(0 if holds else 1)


def proved(name: str, jobs: int) -> dict[str, Any]:
    """Return what `grader verify` finds out, as figures."""
    choice = Choice(jobs=jobs)
    plan = Plan(sandbox=choice, show=shown, jobs=jobs)
    start = time.monotonic()
    with grade.opened(name, ROOT, choice) as grader:
        verified = verify(grader, plan, _Printer())
        return _figures(grader, verified) | {"seconds": round(time.monotonic() - start)}


def _figures(grader: Grader, verified: Verified) -> dict[str, Any]:
    cases = grader.session.collected.cases
    certificate = verified.certificate
    assert certificate is not None
    solution = certificate.rates[0]
    return {
        "sha256": grader.reference.sha256,
        "checks": len(verified.findings),
        "failing": sum(not finding.holds for finding in verified.findings),
        "tests": len({(case.task, case.test) for case in cases}),
        "cases": len(cases),
        "mutants": {
            own.task: [sum(own.caught.values()), len(own.survivors), len(own.alike)]
            for own in verified.mutants
        },
        "variations": solution.variations,
        "failed": solution.failed,
        "bound": round(solution.bound, 4),
        "flaky": len(certificate.flaky),
    }


def cpu_seconds(name: str) -> float:
    """Return the CPU seconds of grading one right submission, judge and cell together."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_batch(name, Path(folder), count) for count in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _batch(name: str, folder: Path, count: int) -> float:
    submissions = folder / f"submissions-{count}"
    reference = ROOT / "reference" / name
    for number in range(count):
        own = submissions / f"student_{number:02d}"
        own.mkdir(parents=True)
        for stub in (ROOT / "assignments" / name).glob("*.py"):
            if (reference / stub.name).is_file():
                shutil.copy(reference / stub.name, own)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "grader", "batch", name, str(submissions), "--jobs", "1"]
    done = subprocess.run(
        [*command, "--out", str(folder / f"out-{count}")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stdout + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class _Printer:
    """Prints what does not hold."""

    def begin(self, stage: str, total: int) -> None:
        print(f"  {stage} ({total})", flush=True)

    def step(self) -> None:
        pass

    def found(self, finding: Finding) -> None:
        if not finding.holds:
            print("✗", finding.check, *finding.problems, sep="\n    ", flush=True)


if __name__ == "__main__":
    main()

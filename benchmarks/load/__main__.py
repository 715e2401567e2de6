"""A deadline rush on the real service on this machine, pages and grading together.

    python -m benchmarks.load [--students 1000] [--minutes 5] [--watching 200] [--jobs 2]

Everyone of a class submits `building_blocks` once at a random moment of these minutes, watches
until the report is there, and looks at pages for a while: as long as makes `--watching` of them
present at a time. All of it runs here: the class, the pages, the database and the grading. It ends
with 1 if a submission was lost, has not exactly one report, or a page failed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.load import classroom, figures, watch
from benchmarks.load.rush import BEFORE_SECONDS, Seen, rush
from benchmarks.run import ASSIGNMENT


def main() -> int:
    """Run it, print the table and write it as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--watching", type=int, default=200, help="about so many at a time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("out/load.json"))
    options = parser.parse_args()
    stay = options.watching * 60 * options.minutes / options.students - BEFORE_SECONDS
    with tempfile.TemporaryDirectory(prefix="grader-load-") as name:
        folder = Path(name)
        group = classroom.make(folder / "data", options.students)
        answers = classroom.answers(folder / "answers")
        with classroom.served(group.place, options.jobs) as (process, address):
            classroom.settle(process.pid)
            before = watch.cpu_seconds(process.pid)
            with watch.memory(process.pid) as memory:
                start = time.monotonic()
                seen = rush(address, group, answers, options.minutes, stay)
                seconds = time.monotonic() - start
            after = watch.cpu_seconds(process.pid)
        became = classroom.outcome(group.place, seen.accepted)
    spent = {kind: after[kind] - before.get(kind, 0.0) for kind in after}
    found = _figures(options, seen, became, spent, memory, seconds)
    print(figures.table(found))
    for line in [*became.wrong, *seen.errors][:20]:
        print("wrong:", line)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    return 1 if became.wrong or seen.errors else 0


def _figures(
    options: argparse.Namespace,
    seen: Seen,
    became: classroom.Outcome,
    spent: dict[str, float],
    memory: watch.Memory,
    seconds: float,
) -> dict[str, object]:
    graded = max(1, became.reports)
    return {
        "submissions accepted": became.accepted,
        "with exactly one report": became.reports,
        "lost or wrong": len(became.wrong),
        "begun more than once": became.again,
        "errors": len(seen.errors),
        "assignment": ASSIGNMENT,
        "minutes of the rush": options.minutes,
        "processors": os.cpu_count(),
        "graded at a time": options.jobs,
        "most watching at a time": seen.most_watching,
        "page views": len(seen.pages),
        "seconds from submit to report": figures.spread(seen.graded),
        "seconds until an upload is answered": figures.spread(seen.answered),
        "seconds for a page": figures.spread(seen.pages),
        "reports a second, first upload to last report": round(became.reports / became.seconds, 2)
        if became.seconds
        else 0.0,
        "CPU seconds per submission": round(sum(spent.values()) / graded, 3),
        "of these": {kind: round(own / graded, 3) for kind, own in sorted(spent.items())},
        "processors in use by the service": round(sum(spent.values()) / seconds, 2),
        "processors in use by the class": round(time.process_time() / seconds, 2),
        "memory at most, MiB": round(memory.peak),
        "by process, MiB": {kind: round(own) for kind, own in sorted(memory.peaks.items())},
    }


if __name__ == "__main__":
    sys.exit(main())

"""What a second worker brings: the same pile of submissions, graded by one and by two.

    python -m benchmarks.load.workers [--submissions 200] [--jobs 1] [--rounds 2]

Workers with `--jobs` slots each are warm, then a pile is accepted, on a Postgres of its own. The
count begins when the last is accepted: no start is in it, and nothing else runs. On a machine of
two processors one slot each is what can be compared: one worker with two slots has both of them
already. Ratios are of rounds that follow each other.

With `--rest 3` each submission rests for three seconds in its cell. The processors then idle, as
if every worker had a machine of its own, and what limits is the queue, the database and the worker.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import func, select, text

from benchmarks.load import classroom
from benchmarks.load.classroom import Class, Files
from grader.service import submitting
from grader.service.access import Viewer
from grader.service.database import Database
from grader.service.jobs import Jobs
from grader.service.shelf import Shelf
from grader.service.submitting import Uploaded
from grader.service.tables import Assignment, Result, now
from tests import postgres

PATIENCE_SECONDS = 900.0


def main() -> int:
    """Print what one worker, two, and one with as many slots as two come to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load.workers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=1, help="slots of each worker")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rest", type=float, default=0.0, help="seconds that each answer rests")
    parser.add_argument("--out", type=Path, default=Path("out/workers.json"))
    options = parser.parse_args()
    ways = {
        f"1 worker, {options.jobs} slots": (1, options.jobs),
        f"2 workers, {options.jobs} slots each": (2, options.jobs),
        f"1 worker, {2 * options.jobs} slots": (1, 2 * options.jobs),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    sizes: list[float] = []
    with tempfile.TemporaryDirectory(prefix="grader-load-") as name, postgres.server() as server:
        folder = Path(name)
        answers = classroom.answers(folder / "answers")
        if options.rest:
            answers = [classroom.slowed(files, options.rest) for files in answers]
        for number in range(options.rounds):
            for position, (way, (workers, jobs)) in enumerate(ways.items()):
                database = server.new_database(f"round{number}way{position}")
                own = folder / f"{number}-{position}"
                group = classroom.make(own, options.submissions, database)
                before = _size(database)
                rates[way].append(_rate(group, answers, workers, jobs))
                sizes.append((_size(database) - before) / options.submissions)
                print(f"{way}: {rates[way][-1]:.2f} reports a second", flush=True)
    one, two, wide = (statistics.mean(own) for own in rates.values())
    found = {
        "submissions": options.submissions,
        "rounds": options.rounds,
        "seconds that each rests": options.rest,
        "reports a second": {way: round(statistics.mean(own), 2) for way, own in rates.items()},
        "two workers / one, of each round": [
            round(b / a, 2) for a, b, _ in zip(*rates.values(), strict=True)
        ],
        "two workers / one": round(two / one, 2),
        "one worker of twice the slots / one": round(wide / one, 2),
        "KiB of Postgres per submission, with the queue": round(statistics.mean(sizes) / 1024),
    }
    print(json.dumps(found, indent=1))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(found, indent=1) + "\n")
    return 0


def _rate(group: Class, answers: list[Files], workers: int, jobs: int) -> float:
    """Return the reports a second from when all have been accepted; all workers are warm."""
    base = Database(group.place.url)
    try:
        with ExitStack() as stack:
            for _ in range(workers):
                classroom.settle(stack.enter_context(classroom.working(group.place, jobs)).pid)
            accepted = _pile(group, base, answers)
            begun = now()
            _await_all(base, len(accepted))
        became = classroom.outcome(group.place, accepted)
        if became.wrong:
            raise SystemExit("\n".join(became.wrong[:20]))
        with base.reading() as rows:
            count, last = rows.execute(
                select(func.count(), func.max(Result.finished)).where(Result.finished > begun)
            ).one()
    finally:
        base.close()
    return float(count / (last - begun).total_seconds())


def _size(url: str) -> int:
    """Return the bytes that a database takes."""
    base = Database(url)
    try:
        with base.reading() as rows:
            return rows.scalar(text("SELECT pg_database_size(current_database())")) or 0
    finally:
        base.close()


def _pile(group: Class, base: Database, answers: list[Files]) -> dict[int, int]:
    jobs, shelf = Jobs(group.place.jobs_url), Shelf(group.place.course)
    try:
        with base.reading() as rows:
            given = rows.get_one(Assignment, group.assignment)
        accepted = {}
        turns = classroom.in_turn(answers, len(group.students))
        for student, (number, files) in zip(group.students, turns, strict=True):
            viewer = Viewer(student.id, student.login, roles={group.course: "student"})
            uploads = [Uploaded(name, data) for name, data in files.items()]
            id = submitting.submit(
                *(base, group.place.store, jobs, viewer, given),
                *(shelf.assignment(given.name), uploads, now()),
            )
            accepted[id] = number
        return accepted
    finally:
        jobs.close()


def _await_all(base: Database, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    done = 0
    while done < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"{count - done} of {count} have no report after 15 minutes")
        time.sleep(0.5)
        with base.reading() as rows:
            done = rows.scalar(select(func.count()).select_from(Result)) or 0


if __name__ == "__main__":
    sys.exit(main())

"""A service of its own in a folder, with a class that is signed in, and answers to hand in.

Everyone has a session from the start: to check a password takes a tenth of a second of a processor
by design, a minute and a half for a class of a thousand, and is not what is measured here.
"""

import contextlib
import itertools
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.load import watch
from benchmarks.run import ASSIGNMENT, ROOT, hand_in
from grader.service import first_start, people
from grader.service.database import Database
from grader.service.place import Place
from grader.service.tables import (
    DONE,
    REPORT,
    Assignment,
    Course,
    Result,
    StaffReport,
    Submission,
)

ANSWERS = 25  # different submissions, over and over; the first is the solution
Files = dict[str, bytes]


@dataclass(frozen=True)
class Student:
    """Someone of the class. secret: of the session, for a cookie."""

    id: int
    login: str
    secret: str


@dataclass(frozen=True)
class Class:
    """A service that has never run, its course, and who is in it."""

    place: Place
    course: int
    assignment: int
    students: list[Student]


def make(folder: Path, students: int, database: str = "") -> Class:
    """Return a new service with a class of that many."""
    place = Place(folder, ROOT, database)
    assert first_start.prepare(place) is not None
    base = Database(place.url)
    try:
        with base.writing() as rows:
            course = rows.scalars(select(Course.id)).one()
            given = rows.scalars(select(Assignment.id).where(Assignment.name == ASSIGNMENT)).one()
            found = []
            for number in range(students):
                login = f"student{number:05d}"
                person = people.new_person(rows, login, f"Student {number}")
                people.join(rows, person.id, course, "student")
                found.append(Student(person.id, login, people.new_session(rows, person.id)))
    finally:
        base.close()
    return Class(place, course, given, found)


def answers(folder: Path) -> list[Files]:
    """Return the solution, right alternatives and known mistakes, each as files by name."""
    hand_in(folder, ANSWERS)
    return [
        {path.name: path.read_bytes() for path in sorted(own.glob("*.py"))}
        for own in sorted(folder.iterdir())
    ]


# ---- its processes -----------------------------------------------------------------------------


@contextmanager
def served(place: Place, jobs: int) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Have `grader serve` on a port of its own: the process, and its address."""
    command = ["serve", "--port", "0", "--jobs", str(jobs)]
    with _started(command, place) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Serving on" in line:
                yield process, line.split()[-1].rstrip("/")
                return
        raise SystemExit("the service did not start")


@contextmanager
def working(place: Place, jobs: int) -> Iterator["subprocess.Popen[str]"]:
    """Have a `grader worker`."""
    with _started(["worker", "--jobs", str(jobs)], place) as process:
        yield process


def settle(process: int) -> None:
    """Return once its judges are warm and it rests: a service at its deadline has long been up."""
    deadline, calm, last = time.monotonic() + 300, 0, 0.0
    while calm < 5:
        if time.monotonic() > deadline:
            raise SystemExit("the service has not come to rest after five minutes")
        time.sleep(1.0)
        spent = watch.cpu_seconds(process)
        rests = {"judge", "zygote"} <= spent.keys() and sum(spent.values()) - last < 0.3
        calm, last = calm + 1 if rests else 0, sum(spent.values())


@contextmanager
def _started(command: Sequence[str], place: Place) -> Iterator["subprocess.Popen[str]"]:
    where = ["--data", str(place.data), "--course", str(place.course)]
    environment = os.environ | ({"GRADER_DATABASE": place.database} if place.database else {})
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *command, *where],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=120)
        process.kill()
        process.communicate()


# ---- what became of it -------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What the database holds of the submissions that were accepted. wrong: what is not right."""

    accepted: int
    reports: int
    again: int  # begun more than once
    seconds: float  # from the first accepted to the last report
    wrong: list[str]


def outcome(place: Place, accepted: dict[int, int]) -> Outcome:
    """Return what became of all. accepted: the number of the answers, by submission.

    Wrong is a submission that is missing, is not done, or has another number of reports than one;
    and a score that other submissions of the same answers do not have.
    """
    base = Database(place.url)
    try:
        with base.reading() as rows:
            found = rows.execute(
                select(Submission, Result.kind, Result.score, Result.max_score, Result.finished)
                .outerjoin(Result, Result.submission_id == Submission.id)
                .order_by(Submission.id)
            ).all()
            staff = rows.scalar(select(func.count()).select_from(StaffReport)) or 0
    finally:
        base.close()
    times = Counter(row.id for row, *_ in found)
    wrong = [f"submission {id} is not there" for id in accepted.keys() - times.keys()]
    wrong += [f"submission {id} was never answered for" for id in times.keys() - accepted.keys()]
    wrong += [f"submission {id} has {n} results" for id, n in times.items() if n != 1]
    wrong += [
        f"submission {row.id} is {row.state}, its result {kind}"
        for row, kind, *_ in found
        if row.state != DONE or kind != REPORT
    ]
    if staff != len(found):
        wrong.append(f"{len(found)} submissions have {staff} reports for staff")
    scores: dict[int, set[str]] = defaultdict(set)
    for row, _, score, _, _ in found:
        scores[accepted.get(row.id, -1)].add(score or "")
    wrong += [f"answers {n} earn {sorted(own)}" for n, own in scores.items() if len(own) != 1]
    full = {most for _, _, _, most, _ in found if most}
    if scores.get(0, full) != full:
        wrong.append(f"the solution earns {scores[0]} of {full}")
    return Outcome(
        accepted=len(accepted),
        reports=sum(kind == REPORT for _, kind, *_ in found),
        again=sum(row.starts > 1 for row, *_ in found),
        seconds=_between([row.received for row, *_ in found], [ended for *_, ended in found]),
        wrong=wrong,
    )


def _between(received: list[datetime], finished: list[datetime | None]) -> float:
    ended = [one for one in finished if one is not None]
    return (max(ended) - min(received)).total_seconds() if ended else 0.0


def in_turn(different: Sequence[Files], count: int) -> Iterator[tuple[int, Files]]:
    """Yield that many answers, each with its number, over and over."""
    return itertools.islice(itertools.cycle(enumerate(different)), count)


def slowed(files: Files, seconds: float) -> Files:
    """Return the same answers, the first of which rests for so long when it is loaded."""
    name = min(files)
    return files | {name: files[name] + f"\n\nimport time\n\ntime.sleep({seconds})\n".encode()}

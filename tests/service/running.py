"""A service in a folder, without its web pages: accepting submissions, and workers as processes."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from grader.service import first_start, people, submitting
from grader.service.access import Viewer
from grader.service.database import Database
from grader.service.jobs import Jobs
from grader.service.place import Place
from grader.service.shelf import Shelf
from grader.service.submitting import Uploaded
from grader.service.tables import Assignment, Course, Result, Submission, now
from grader.service.web.app import application
from grader.service.web.stages import Stages
from grader.service.web.state import State
from tests.conftest import ADD, MANIFEST, SCALE, CourseFolder, make_course

PATIENCE = 120.0  # seconds; only a test that fails waits so long
RIGHT = {"add.py": ADD, "scale.py": SCALE}
# Each of its four calls sleeps, so that a test can find it being graded.
SLOW_ADD = ADD.replace("return a + b", "import time; time.sleep(0.5); return a + b")
SLOW = {"add.py": SLOW_ADD, "scale.py": SCALE}


@dataclass(frozen=True)
class Service:
    """What a web process has, at hand for a test."""

    place: Place
    base: Database
    jobs: Jobs
    shelf: Shelf
    links: first_start.Links
    ann: Viewer

    @property
    def given(self) -> Assignment:
        with self.base.reading() as rows:
            return rows.scalars(select(Assignment).where(Assignment.name == "sums")).one()

    def submit(self, files: Mapping[str, str] = RIGHT, viewer: Viewer | None = None) -> int:
        """Return the id of what was accepted."""
        uploads = [Uploaded(name, text.encode()) for name, text in files.items()]
        return submitting.submit(
            *(self.base, self.place.store, self.jobs, viewer or self.ann),
            *(self.given, self.shelf.assignment("sums"), uploads, now()),
        )

    def submission(self, id: int) -> Submission:
        with self.base.reading() as rows:
            return rows.get_one(Submission, id)

    def results(self, ids: Sequence[int]) -> list[Result]:
        """Return the results of these, once each of them is final."""
        await_(lambda: all(self.submission(id).state == "done" for id in ids))
        with self.base.reading() as rows:
            return list(rows.scalars(select(Result).where(Result.submission_id.in_(ids))))

    def viewer(self, login: str) -> Viewer:
        """Return another student of the course."""
        with self.base.writing() as rows:
            person = people.new_person(rows, login, login.title())
            people.join(rows, person.id, self.given.course_id, "student")
        return Viewer(person.id, login, roles={self.given.course_id: "student"})

    def browser(self, role: str) -> TestClient:
        """Return a browser in which somebody of that role in the course is signed in."""
        state = State(
            *(self.base, self.jobs, self.place.store, self.shelf, Stages(self.base)),
        )
        client = TestClient(
            application(state), follow_redirects=False, headers={"sec-fetch-site": "same-origin"}
        )
        with self.base.writing() as rows:
            login = f"the-{role}"
            found = rows.scalars(select(people.Person).where(people.Person.login == login)).first()
            if found is None:
                found = people.new_person(rows, login, login)
                people.join(rows, found.id, self.given.course_id, role)  # type: ignore[arg-type]
            client.cookies.set("session", people.new_session(rows, found.id))
        return client

    def count_of_results(self) -> int:
        with self.base.reading() as rows:
            return rows.scalar(select(func.count()).select_from(Result)) or 0

    def await_state(self, id: int, state: str) -> None:
        await_(lambda: self.submission(id).state == state)


def await_(is_so: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once it is so; a test fails that waits in vain."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def patient_course(folder: Path) -> CourseFolder:
    """Return a course in whose limits slow submissions stay, on a busy machine too."""
    manifest = MANIFEST.format(more="")
    for short, long in (
        ("call_seconds = 1", "call_seconds = 20"),
        ("task_seconds = 2", "task_seconds = 80"),
    ):
        assert short in manifest
        manifest = manifest.replace(short, long, 1)
    return make_course(folder, manifest=manifest)


@contextmanager
def service(data: Path, course: Path, database: str = "") -> Iterator[Service]:
    """Have a service that has never run before, with a student in its course."""
    place = Place(data, course, database)
    links = first_start.prepare(place)
    assert links is not None
    base, jobs = Database(place.url), Jobs(place.jobs_url)
    try:
        with base.writing() as rows:
            course_id = rows.scalars(select(Course.id)).one()
            ann = people.new_person(rows, "ann", "Ann")
            people.join(rows, ann.id, course_id, "student")
            viewer = Viewer(ann.id, "ann", roles={course_id: "student"})
        yield Service(place, base, jobs, Shelf(course), links, viewer)
    finally:
        jobs.close()
        base.close()


@contextmanager
def worker(place: Place, slots: int = 2) -> Iterator["subprocess.Popen[bytes]"]:
    """Have a worker's process; whatever is left of it at the end is killed."""
    command = [
        *(sys.executable, "-m", "grader", "worker", "--jobs", str(slots)),
        *("--data", str(place.data), "--course", str(place.course)),
        *(("--database", place.database) if place.database else ()),
    ]
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def descendants(process: int) -> list[int]:
    """Return the numbers of all processes that descend from this one."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = [], [process]
    while todo:
        own = children.get(todo.pop(), [])
        found += own
        todo += own
    return found


def is_gone(process: int) -> bool:
    """Return whether there is no such process any more, or only its remains."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True

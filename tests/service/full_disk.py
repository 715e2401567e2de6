"""A service whose disk fills up: `python -m tests.service.full_disk FOLDER REPORT`, a small disk.

Ends with 0 if nothing that was accepted is lost. REPORT: of the course's assignment, as JSON.
"""

import sys
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from grader.report import read
from grader.service import attempts
from grader.service.jobs import Job
from grader.service.submitting import Refused
from grader.service.tables import Upload
from tests.conftest import ADD, make_course
from tests.faults import fill
from tests.service import running


def main(folder: Path, report: Path) -> None:
    course = make_course(folder.parent / "course-of-disk").path
    with running.service(folder / "data", course) as service:
        waiting, held = service.submit(), service.submit()
        assert attempts.claim(service.base, Job(held, 1), "one") is not None

        fill(folder / "full")
        refused = 0
        try:
            service.submit({"add.py": f"{ADD}# {'another' * 4000}"})
        except (Refused, SQLAlchemyError):
            refused += 1
        try:
            attempts.finish(service.base, Job(held, 1), read(report))
        except SQLAlchemyError:
            refused += 1
        assert refused == 2, "the disk was not full"
        assert service.submission(held).state == "grading"
        assert service.submission(waiting).state == "waiting"
        assert service.count_of_results() == 0

        (folder / "full").unlink()
        assert attempts.finish(service.base, Job(held, 1), read(report))
        assert attempts.claim(service.base, Job(waiting, 1), "one") is not None
        assert attempts.finish(service.base, Job(waiting, 1), read(report))
        assert service.submit() > held
        for id in (waiting, held):
            for file in hashes(service, id):
                assert service.place.store.get(file)
        assert service.count_of_results() == 2


def hashes(service: running.Service, id: int) -> list[str]:
    with service.base.reading() as rows:
        return list(rows.scalars(select(Upload.sha256).where(Upload.submission_id == id)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

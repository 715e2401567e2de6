"""A worker whose disk fills up while it grades: `python -m tests.service.full_disk_worker FOLDER`.

FOLDER: a small disk. Ends with 0 if all that was accepted has its report in the end, once.
"""

import sys
import time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from grader.service import regrades
from grader.service.submitting import Refused
from grader.service.tables import Regraded
from tests.conftest import ADD
from tests.faults import fill
from tests.service import running
from tests.service.running import SLOW, Service, await_


def main(folder: Path) -> None:
    course = running.patient_course(folder.parent / "course-of-worker").path
    with running.service(folder / "data", course) as service, running.worker(service.place):
        [first] = service.results([service.submit()])
        assert first.score == "10.0"
        with service.base.writing() as rows:
            regrade = regrades.start(
                rows, service.ann.person, service.given, "all", everything=True
            )
        slower = {name: text.replace("0.5", "3") for name, text in SLOW.items()}
        ids = [service.submit(SLOW), service.submit(), service.submit(slower)]
        service.await_state(ids[0], "grading")

        fill(folder / "full")
        refused = False
        try:
            service.submit({"add.py": f"{ADD}# {'another' * 9000}"})
        except (Refused, SQLAlchemyError):
            refused = True
        assert refused, "the disk was not full"
        time.sleep(10.0)  # longer than it takes to be graded, and to be taken for dead
        before = service.count_of_results()
        assert before < len(ids) + 1, "the disk was not full for the worker"

        (folder / "full").unlink()
        results = service.results(ids)
        await_(lambda: not previewed(service, regrade).waiting)
        found = [(own.kind, own.score) for own in results]
        assert found == [("report", "10.0")] * len(ids), found
        assert service.count_of_results() == len(ids) + 1
        assert previewed(service, regrade).troubles == {}
        with service.base.reading() as rows:
            assert rows.scalar(select(func.count()).select_from(Regraded)) == 1
        [later] = service.results([service.submit()])
        assert later.score == "10.0"


def previewed(service: Service, regrade: int) -> regrades.Preview:
    with service.base.reading() as rows:
        return regrades.preview(rows, regrade)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

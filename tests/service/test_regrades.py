"""Grading anew: looked at first, then committed; one final report of each at every moment."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from grader.errors import UsageError
from grader.regrade import Row
from grader.report import Report, to_json
from grader.service import anew, attempts, errands, regrades
from grader.service.errands import MAX_STARTS
from grader.service.jobs import Job
from grader.service.tables import (
    Audit,
    Errand,
    PastResult,
    Regraded,
    Result,
    StaffReport,
    Submission,
    Worker,
)
from tests.conftest import ADD, SCALE, CourseFolder
from tests.service.running import RIGHT, Service, await_, worker

Graded = Callable[..., Report]
FORM = {"which": "counted"}


def result(service: Service, id: int) -> Result:
    with service.base.reading() as rows:
        return rows.get_one(Result, id)


def await_errands(service: Service) -> None:
    """Return once no errand is left to do."""

    def is_done() -> bool:
        with service.base.reading() as rows:
            left = select(func.count()).where(Errand.state.in_(["waiting", errands.DOING]))
            return rows.scalar(left) == 0

    await_(is_done)


def graded_one(service: Service, report: Report) -> int:
    """Return the id of a submission with this report; no worker has graded it."""
    id = service.submit()
    assert attempts.claim(service.base, Job(id, 1), "one") is not None
    assert attempts.finish(service.base, Job(id, 1), report)
    return id


def started(service: Service) -> int:
    with service.base.writing() as rows:
        return regrades.start(rows, service.ann.person, service.given, "all", everything=True)


def looked(report: Report | None = None, fate: str = "changes") -> anew.Regraded:
    text = "" if report is None else to_json(report)
    return anew.Regraded(Row("ann-1", fate), text)  # type: ignore[arg-type]


# ---- with a worker -----------------------------------------------------------------------------


def test_a_regrade_is_looked_at_and_then_committed(
    each_service: Service, course: CourseFolder
) -> None:
    """Another hidden test gives and takes points; nobody reads of it before the commit."""
    service = each_service
    staff, files = service.browser("assistant"), {"add.py": ADD, "scale.py": SCALE}
    with worker(service.place):
        [before] = service.results([service.submit(files)])
        tests = course.private / "test_add.py"
        tests.write_text(tests.read_text().replace("== 7", "== 8"))
        place = f"/assignments/{service.given.id}/regrades"
        address = staff.post(place, data=FORM).headers["location"]
        await_errands(service)

        page = staff.get(address).text
        assert "1 lose points" in page
        assert re.search(r"add/test_zero</code>:\s*passed → (wrong|raised an error),\s*1 → 0", page)
        assert "hidden tests of add changed" in page
        assert result(service, 1).report == before.report
        refused = staff.post(f"{address}/commit")
        assert (refused.status_code, "confirm that number" in refused.text) == (400, True)
        assert result(service, 1).score == "10.0"

        assert staff.post(f"{address}/commit", data={"losing": "1"}).status_code == 303

        assert result(service, 1).score == "9.0"
        assert service.count_of_results() == 1
        with service.base.reading() as rows:
            [past] = rows.scalars(select(PastResult)).all()
            staff_report = rows.get_one(StaffReport, 1).report
            actions = rows.scalars(select(Audit.action).order_by(Audit.id.desc())).all()
        assert (past.score, past.report) == ("10.0", before.report)
        assert Report.model_validate_json(staff_report).score == 9
        assert actions[:2] == ["committed a regrade", "asked for a regrade"]
        assert staff.post(f"{address}/commit", data={"losing": "1"}).status_code == 400
        # The same once more changes nothing, and says so.
        again = staff.post("/submissions/1/regrade").headers["location"]
        await_errands(service)
        page = staff.get(again).text
        assert "1 stay the same" in page
        assert "there is nothing to commit" in page
        assert "/commit" not in page
        assert "/drop" in page
        assert "nothing to commit" in staff.post(f"{again}/commit").text


# ---- rows alone --------------------------------------------------------------------------------


def test_what_comes_in_goes_before_a_regrade(each_service: Service, graded: Graded) -> None:
    service = each_service
    graded_one(service, graded())
    started(service)
    id = service.submit()

    assert errands.claim(service.base, "one") is None
    attempts.claim(service.base, Job(id, 1), "one")
    held = errands.claim(service.base, "one")

    assert held is not None
    assert held.kind == "regrade"
    assert errands.claim(service.base, "two") is None


def test_an_errand_of_a_dead_worker_is_anothers(each_service: Service, graded: Graded) -> None:
    """Whoever wakes up late keeps nothing."""
    service = each_service
    id = graded_one(service, graded())
    started(service)
    with service.base.writing() as rows:
        rows.add(Worker(id="dead", host="here", process=1, has_ended=True))
        rows.add(Worker(id="alive", host="here", process=2))
    late = errands.claim(service.base, "dead")
    assert late is not None

    errands.release_lost(service.base, "alive")
    held = errands.claim(service.base, "alive")

    assert held is not None
    assert (held.id, held.generation) == (late.id, late.generation + 1)
    with service.base.reading() as rows:
        old = rows.get_one(StaffReport, id).report
    assert not regrades.keep(service.base, late, old, looked())
    assert regrades.keep(service.base, held, old, looked())


def test_an_errand_that_always_fails_ends_and_says_why(
    each_service: Service, graded: Graded
) -> None:
    service = each_service
    id = graded_one(service, graded())
    regrade = started(service)
    for start in range(1, MAX_STARTS + 1):
        held = errands.claim(service.base, "one")
        assert held is not None
        errands.give_back(service.base, held, f"failed {start}")

    assert errands.claim(service.base, "one") is None
    with service.base.reading() as rows:
        found = regrades.preview(rows, regrade)
    assert (found.waiting, found.troubles) == (0, {id: "failed 3"})
    with pytest.raises(UsageError, match="nothing to commit"):
        regrades.commit(service.base, service.ann.person, regrade, {}, 0)
    assert result(service, id).score == "0.0"


def test_a_report_that_has_changed_since_is_left_as_it_is(
    each_service: Service, graded: Graded
) -> None:
    """A decision on a text answer, or another regrade, came in between."""
    service = each_service
    first = graded_one(service, graded())
    second = graded_one(service, graded())
    regrade = started(service)
    new = graded(add=ADD, scale=SCALE)
    for _ in range(2):
        held = errands.claim(service.base, "one")
        assert held is not None
        with service.base.reading() as rows:
            old = rows.get_one(StaffReport, held.submission).report
        assert regrades.keep(service.base, held, old, looked(new))
    with service.base.writing() as rows:
        rows.execute(
            update(StaffReport).where(StaffReport.submission_id == second).values(report="{}")
        )

    left_out = regrades.commit(service.base, service.ann.person, regrade, {}, 0)

    assert left_out == [second]
    assert result(service, first).score == "10.0"
    assert result(service, second).score == "0.0"
    assert service.count_of_results() == 2


def test_what_is_dropped_is_not_graded_and_not_committed(
    each_service: Service, graded: Graded
) -> None:
    service = each_service
    graded_one(service, graded())
    address = f"/regrades/{started(service)}"
    staff = service.browser("assistant")

    assert "not graded anew yet" in staff.post(f"{address}/commit").text
    assert staff.post(f"{address}/drop").status_code == 303

    assert errands.claim(service.base, "one") is None
    assert "dropped already" in staff.post(f"{address}/commit").text
    with service.base.reading() as rows:
        assert rows.scalars(select(Regraded)).all() == []


def test_without_a_report_there_is_nothing_to_grade_anew(service: Service) -> None:
    service.submit(RIGHT)
    staff = service.browser("assistant")

    answer = staff.post(f"/assignments/{service.given.id}/regrades", data=FORM)

    assert (answer.status_code, "There is no report yet" in answer.text) == (400, True)
    with service.base.reading() as rows:
        assert rows.scalar(select(func.count()).select_from(Submission)) == 1

"""Text answers: decided once for the course, in reports that are there and in those to come."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from grader.report import Report
from grader.service import attempts, deciding, regrades, results
from grader.service.jobs import Job
from grader.service.tables import Audit, Decision, Errand, Result, StaffReport
from tests.service import running
from tests.service.answering import OPEN, RIGHT, course_of_words
from tests.service.running import Service, await_, worker
from tests.test_review import scale


@pytest.fixture
def words(tmp_path: Path, empty: str) -> Iterator[Service]:
    """A service whose course asks for words, on each kind of database."""
    address = "" if empty.startswith("sqlite") else empty
    course = course_of_words(tmp_path / "course")
    with running.service(tmp_path / "data", course.path, address) as found:
        yield found


def status(service: Service, id: int) -> str:
    with service.base.reading() as rows:
        return rows.get_one(Result, id).status


def staff_report(service: Service, id: int) -> Report:
    with service.base.reading() as rows:
        return Report.model_validate_json(rows.get_one(StaffReport, id).report)


def test_a_decision_holds_for_all_who_wrote_the_same(words: Service) -> None:
    """In stored reports at once, without the answer key and the tests; in later ones as well."""
    staff = words.browser("assistant")
    page = f"/assignments/{words.given.id}/answers"
    other = scale("Making it larger", "angles")
    with worker(words.place):
        ids = [words.submit({"scale.py": text}) for text in (OPEN, other, RIGHT)]
        words.results(ids)
        assert [status(words, id) for id in ids] == ["needs_review", "needs_review", "graded"]
        shown = staff.get(page).text
        assert shown.index("2 submissions:") < shown.index("1 submission:")
        assert "Making it larger" in shown
        [place] = re.findall(r'name="place" value="(\w+)"', shown)[:1]
        form = {"place": place, "verdict": "wrong", "hint": "Say what <i>kind</i> of map it is."}
        (words.place.course / "reference").rename(words.place.course / "away")

        assert staff.post(page, data=form).status_code == 303
        await_(lambda: status(words, ids[0]) == "graded")

        (words.place.course / "away").rename(words.place.course / "reference")
        [later] = words.results([words.submit({"scale.py": OPEN})])

    with words.base.reading() as rows:
        first = rows.get_one(Result, ids[0])
        actions = rows.scalars(select(Audit.action)).all()
    for one in (first, later):
        assert (one.status, one.score) == ("graded", "4.0")  # half of a test of two thirds of six
        assert "NAMES[what]: Say what <i>kind</i> of map it is." in one.report
        assert '"staff"' not in one.report
    assert status(words, ids[1]) == "needs_review"  # its other answer
    assert "decided on an answer" in actions
    assert "1 submission:" in staff.get(page).text
    assert staff.post(page, data=form).status_code == 400  # it is decided
    assert staff.post("/decisions/1/withdraw").status_code == 303
    assert "Say what" not in staff.get(page).text.partition("Decided")[2]


def test_a_report_that_comes_in_between_is_decided_too(words: Service) -> None:
    """It is being kept while somebody decides: one of the two waits for the other."""
    with worker(words.place):
        [first] = [words.submit({"scale.py": OPEN})]
        words.results([first])
    id = words.submit({"scale.py": OPEN})
    attempts.claim(words.base, Job(id, 1), "one")
    report = staff_report(words, first)
    with words.base.reading() as rows:
        [group] = deciding.open_groups(rows, words.given.id)

    def decide() -> None:
        with words.base.writing() as rows:
            place = deciding.place_of(group)
            deciding.decide(rows, words.ann.person, words.given.id, place, "right", "")
        deciding.carry(words.base, words.given.id, {})

    thread = threading.Thread(target=decide)
    with words.base.writing() as rows:
        kept = results.with_staffs_decisions(rows, id, report, {})
        thread.start()
        thread.join(1.0)  # without the lock it would be over by then
        attempts._end(rows, Job(id, 1))
        results.add(rows, id, kept)
    thread.join(running.PATIENCE)

    assert not thread.is_alive()
    assert [status(words, one) for one in (first, id)] == ["graded", "graded"]
    assert [staff_report(words, one).score for one in (first, id)] == [6.0, 6.0]


@pytest.mark.parametrize(
    "form, sentence",
    [
        ({"place": "x", "verdict": "right"}, "This answer is open no more"),
        ({"place": "x", "verdict": ""}, "Choose right or wrong"),
        ({"place": "x", "verdict": "wrong", "hint": "h" * 1001}, "up to 1000 characters"),
    ],
)
def test_what_is_no_decision_changes_nothing(
    service: Service, form: dict[str, str], sentence: str
) -> None:
    answer = service.browser("assistant").post(
        f"/assignments/{service.given.id}/answers", data=form
    )

    assert (answer.status_code, sentence in answer.text) == (400, True)
    with service.base.reading() as rows:
        assert deciding.decisions_of(rows, service.given.id) == []


def test_a_decision_that_is_withdrawn_opens_the_reports_that_hold_it(words: Service) -> None:
    """Those alone, by a regrade that is looked at before it counts; nothing changes before."""
    staff = words.browser("assistant")
    page = f"/assignments/{words.given.id}/answers"
    other = scale("Making it larger", "angles")
    with worker(words.place):
        ids = [words.submit({"scale.py": text}) for text in (OPEN, RIGHT, OPEN, other)]
        words.results(ids)
        shown = staff.get(page).text
        places = re.findall(r'name="place" value="(\w+)"', shown)
        for place, verdict in zip(places, ("right", "wrong"), strict=True):
            assert staff.post(page, data={"place": place, "verdict": verdict}).status_code == 303
        await_(lambda: all(status(words, id) == "graded" for id in ids))
        before = [staff_report(words, id) for id in ids]

        address = staff.post("/decisions/1/withdraw").headers["location"]

        assert address == "/regrades/1"
        with words.base.reading() as rows:
            asked = rows.scalars(
                select(Errand.submission_id)
                .where(Errand.regrade_id.is_not(None))
                .order_by(Errand.id)
            ).all()
        assert asked == [ids[0], ids[2], ids[3]]
        await_(lambda: not previewed(words).waiting)
        assert [staff_report(words, id) for id in ids] == before
        assert "a decision on a text answer was withdrawn" in staff.get(address).text
        losing = str(previewed(words).losing)
        assert staff.post(f"{address}/commit", data={"losing": losing}).status_code == 303

    assert [status(words, id) for id in ids] == [
        *("needs_review", "graded", "needs_review", "needs_review")
    ]
    shown = staff.get(page).text
    assert "3 submissions:" in shown
    assert "Making it larger" in shown
    assert staff.post("/decisions/1/withdraw").status_code == 404


def test_a_decision_that_nobody_has_met_is_only_withdrawn(words: Service) -> None:
    with words.base.writing() as rows:
        values = {"place": "x", "row": "r", "column": "c", "answer": "a", "verdict": "right"}
        rows.add(Decision(assignment_id=words.given.id, person_id=words.ann.person, **values))

    answer = words.browser("assistant").post("/decisions/1/withdraw")

    assert answer.headers["location"] == f"/assignments/{words.given.id}/answers"


def previewed(service: Service) -> regrades.Preview:
    with service.base.reading() as rows:
        return regrades.preview(rows, 1)

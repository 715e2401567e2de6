"""What fails by a fault of ours is told: to staff on their pages, to webhooks, to operators."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from grader.report import Report
from grader.service import attempts, errands, regrades, troubles
from grader.service.attempts import MAX_STARTS
from grader.service.jobs import Job
from grader.service.tables import Audit, Delivery, Errand, Person, Worker
from grader.service.webhooks import send_due
from tests.conftest import ADD, SCALE
from tests.service.running import Service
from tests.service.test_watching import client, figures
from tests.service.test_webhooks import Listener, hooked, listener  # noqa: F401  a fixture

Graded = Callable[..., Report]


def failed(service: Service, reason: str = "the judge is ill") -> int:
    """Return the id of a submission that no worker could grade."""
    id = service.submit()
    for generation in range(1, MAX_STARTS + 1):
        assert attempts.claim(service.base, Job(id, generation), "one") is not None
        assert attempts.release(service.base, Job(id, generation), reason)
    return id


def poisoned(service: Service, kind: errands.Kind = "similar") -> int:
    """Return the id of an errand in which worker after worker was killed."""
    with service.base.writing() as rows:
        id = errands.ask(rows, kind, service.given.id).id
    for number in range(MAX_STARTS):
        with service.base.writing() as rows:
            rows.add(Worker(id=f"dead {id} {number}", host="here", process=1, has_ended=True))
        assert errands.claim(service.base, f"dead {id} {number}") is not None
        errands.release_lost(service.base, "alive")
    return id


def errand(service: Service, id: int) -> Errand:
    with service.base.reading() as rows:
        return rows.get_one(Errand, id)


def test_a_failure_of_ours_is_told_to_webhooks(
    each_service: Service,
    listener: Listener,  # noqa: F811
    graded: Graded,
) -> None:
    """Once, without the reason, which may name places; and the report that comes after all."""
    service = each_service
    hooked(service, listener.url)
    id = failed(service, "nothing at /srv/secret")
    listener.statuses = [500]
    assert send_due(service.base, allows_private=True) == 1
    with service.base.writing() as rows:
        delivery = rows.scalars(select(Delivery)).one()
        delivery.due = delivery.created
    assert send_due(service.base, allows_private=True) == 1

    first, second = [json.loads(body) for _, body in listener.got]
    assert first == second
    assert first["event"] == "submission.failed"
    assert (first["submission"], first["login"], first["number"]) == (id, "ann", 1)
    assert (first["status"], first["score"]) == ("failure", None)
    assert "secret" not in listener.got[0][1].decode()
    assert all("x-grader-signature" in headers for headers, _ in listener.got)

    attempts.again(service.base, service.ann.person, id)
    assert attempts.claim(service.base, Job(id, MAX_STARTS + 1), "one") is not None
    assert attempts.finish(service.base, Job(id, MAX_STARTS + 1), graded(add=ADD, scale=SCALE))
    assert send_due(service.base, allows_private=True) == 1
    assert json.loads(listener.got[-1][1])["event"] == "submission.final"


@pytest.mark.parametrize("role", ["assistant", "teacher"])
def test_staff_are_told_where_they_look(each_service: Service, role: str) -> None:
    service = each_service
    given = f"/assignments/{service.given.id}"
    staff = service.browser(role)
    places = ["/", f"{given}/grid", f"{given}/submissions"]
    assert not any("failure of ours" in staff.get(place).text for place in places)
    failed(service, "the <judge> is ill"), failed(service)
    poisoned(service)

    for place in places:
        text = staff.get(place).text
        assert "2 submissions ended as a failure of ours. 1 errand of staff came to nothing" in text
        assert f'href="{given}/troubles"' in text
    page = staff.get(f"{given}/troubles").text
    assert "the &lt;judge&gt; is ill" in page
    assert "ended while it was at it" in page
    assert "failure of ours" not in service.browser("student").get("/").text
    found = figures(client(service).get("/metrics").text)
    assert found["grader_results", "failure", ""] == 2
    assert found["grader_errands", "similar", "failed"] == 1


def test_an_operator_sees_no_failures_before_there_are_some(service: Service) -> None:
    """A figure that is not there would never raise an alert."""
    assert figures(client(service).get("/metrics").text)["grader_results", "failure", ""] == 0


def test_what_failed_is_done_again_with_one_click(each_service: Service) -> None:
    service = each_service
    first, second = failed(service), failed(service)
    id = poisoned(service)
    staff = service.browser("assistant")

    page = f"/assignments/{service.given.id}/troubles"
    assert staff.post(f"{page}/again").status_code == 303
    assert staff.post(f"/errands/{id}/again").status_code == 303

    assert [service.submission(one).state for one in (first, second)] == ["waiting"] * 2
    assert (errand(service, id).state, errand(service, id).starts) == ("waiting", 0)
    assert "None." in staff.get(page).text
    refused = staff.post(f"/errands/{id}/again")
    assert (refused.status_code, "does not wait for another try" in refused.text) == (400, True)
    with service.base.reading() as rows:
        actions = rows.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert actions[-2:] == ["had it graded again", "had an errand done again"]


def test_an_errand_that_kills_its_workers_stops(each_service: Service) -> None:
    """After three of them, with a sentence; and what is asked for later takes its place."""
    service = each_service
    id = poisoned(service)

    assert errand(service, id).state == "failed"
    assert errands.claim(service.base, "alive") is None
    with service.base.writing() as rows:
        assert troubles.count(rows, service.given.id).errands == 1
        errands.ask(rows, "similar", service.given.id)
        assert troubles.count(rows, service.given.id).errands == 0


def test_a_regrade_that_is_over_asks_for_nothing(service: Service, graded: Graded) -> None:
    id = service.submit()
    assert attempts.claim(service.base, Job(id, 1), "one") is not None
    assert attempts.finish(service.base, Job(id, 1), graded())
    with service.base.writing() as rows:
        by = rows.scalars(select(Person.id)).first() or 0
        regrade = regrades.start(rows, by, service.given, "all", everything=True)
    for _ in range(MAX_STARTS):
        held = errands.claim(service.base, "one")
        assert held is not None
        errands.give_back(service.base, held, "no tests")
    with service.base.reading() as rows:
        assert troubles.count(rows, service.given.id).errands == 1

    staff = service.browser("assistant")
    assert staff.post(f"/regrades/{regrade}/drop").status_code == 303

    with service.base.reading() as rows:
        assert troubles.count(rows, service.given.id).errands == 0
    assert staff.post(f"/errands/{held.id}/again").status_code == 400

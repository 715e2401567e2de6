"""Webhooks: told of each final report, at least once, signed, and to nobody inside."""

import hashlib
import hmac
import json
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select, update

from grader.errors import UsageError
from grader.report import Report
from grader.service import attempts, webhooks
from grader.service.jobs import Job
from grader.service.tables import Assignment, Audit, Course, Delivery, Webhook, now
from grader.service.webhooks import is_public, send_due
from tests.conftest import ADD, SCALE
from tests.service.running import Service, await_
from tests.service.test_web import Site, make_teacher, site  # noqa: F401  a fixture


@dataclass
class Listener:
    """A real server; answers what it is told to, and keeps what it was sent."""

    url: str
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    holding: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            names = {name.lower(): value for name, value in self.headers.items()}
            found.got.append((names | {"path": self.path}, body))
            found.holding.wait()
            self.send_response(found.statuses.pop(0) if found.statuses else 204)
            self.send_header("location", f"{found.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Listener(f"http://127.0.0.1:{server.server_address[1]}/hook?course=1")
    found.holding.set()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    found.holding.set()
    server.shutdown()
    thread.join()
    server.server_close()


def hooked(service: Service, url: str) -> Webhook:
    with service.base.writing() as rows:
        return webhooks.add(rows, rows.scalars(select(Course.id)).one(), url)


@pytest.fixture
def finish(graded: Callable[..., Report]) -> Callable[[Service], int]:
    """Have a submission graded; return its id."""

    def run(service: Service) -> int:
        id = service.submit()
        assert attempts.claim(service.base, Job(id, 1), "one") is not None
        assert attempts.finish(service.base, Job(id, 1), graded(add=ADD, scale=SCALE))
        return id

    return run


def delivery(service: Service) -> Delivery:
    with service.base.reading() as rows:
        return rows.scalars(select(Delivery)).one()


def make_due(service: Service) -> None:
    with service.base.writing() as rows:
        rows.execute(update(Delivery).values(due=now()))


def test_a_final_report_is_told_and_signed(
    each_service: Service, listener: Listener, finish: Callable[[Service], int]
) -> None:
    hook = hooked(each_service, listener.url)
    id = finish(each_service)

    assert send_due(each_service.base, allows_private=True) == 1

    [(headers, body)] = listener.got
    told = json.loads(body)
    assert told | {"received": "", "delivery": ""} == {
        "event": "submission.final",
        "delivery": "",
        "submission": id,
        "assignment": "sums",
        "login": "ann",
        "number": 1,
        "received": "",
        "status": "graded",
        "score": 10.0,
        "max_score": 10.0,
    }
    signed = headers["x-grader-timestamp"].encode() + b"." + body
    expected = hmac.new(hook.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["x-grader-signature"] == expected
    assert headers["x-grader-delivery"] == told["delivery"] == delivery(each_service).id
    assert (headers["path"], headers["host"]) == ("/hook?course=1", listener.url.split("/")[2])
    assert delivery(each_service).said == "answered 204"
    make_due(each_service)
    assert send_due(each_service.base, allows_private=True) == 0


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_is_not_taken_is_sent_again_later(
    service: Service, listener: Listener, finish: Callable[[Service], int], status: int
) -> None:
    """Under the same id; a redirect is not followed."""
    listener.statuses = [status]
    hooked(service, listener.url)
    finish(service)
    send_due(service.base, allows_private=True)

    assert send_due(service.base, allows_private=True) == 0  # not at once
    assert delivery(service).due > now()
    make_due(service)
    assert send_due(service.base, allows_private=True) == 1

    assert len(listener.got) == 2
    assert len({headers["x-grader-delivery"] for headers, _ in listener.got}) == 1
    assert delivery(service).is_over


def test_pauses_grow_and_tries_end(service: Service, finish: Callable[[Service], int]) -> None:
    hooked(service, "http://127.0.0.1:1/")
    finish(service)
    pauses = []

    for _ in range(webhooks.MOST_TRIES):
        make_due(service)
        before = now()
        assert send_due(service.base, allows_private=True) == 1
        pauses.append(delivery(service).due - before)

    assert all(later > earlier for earlier, later in pairwise(pauses))
    assert delivery(service).is_over
    assert delivery(service).said.startswith("no answer")
    make_due(service)
    assert send_due(service.base, allows_private=True) == 0


SENDS = """
import sys
from grader.service.database import Database
from grader.service.webhooks import send_due
send_due(Database(sys.argv[1]), allows_private=True)
"""


def test_who_is_killed_while_sending_is_followed(
    each_service: Service, listener: Listener, finish: Callable[[Service], int]
) -> None:
    """Nobody else sends it meanwhile; then it is sent again, under the same id."""
    listener.holding.clear()
    hooked(each_service, listener.url)
    finish(each_service)
    process = subprocess.Popen([sys.executable, "-c", SENDS, each_service.base.url])
    await_(lambda: bool(listener.got))

    assert send_due(each_service.base, allows_private=True) == 0
    process.send_signal(signal.SIGKILL)
    process.wait()
    listener.holding.set()
    assert not delivery(each_service).is_over
    make_due(each_service)  # as once the time that it is held has gone by
    assert send_due(each_service.base, allows_private=True) == 1

    ids = [headers["x-grader-delivery"] for headers, _ in listener.got]
    assert (len(ids), len(set(ids))) == (2, 1)


def test_a_clock_that_is_put_back_keeps_nothing_waiting(
    service: Service, listener: Listener, finish: Callable[[Service], int]
) -> None:
    hooked(service, listener.url)
    finish(service)
    with service.base.writing() as rows:
        rows.execute(update(Delivery).values(due=now() + timedelta(days=365)))

    assert send_due(service.base, allows_private=True) == 1


def test_a_report_that_is_overtaken_is_not_told(service: Service, graded: Any) -> None:
    hooked(service, "https://example.org/")
    id = service.submit()
    attempts.claim(service.base, Job(id, 1), "one")
    attempts.release(service.base, Job(id, 1), "it was gone")

    assert not attempts.finish(service.base, Job(id, 1), graded(add=ADD, scale=SCALE))

    with service.base.reading() as rows:
        assert rows.scalars(select(Delivery)).all() == []


def test_only_the_own_course_is_told(service: Service, finish: Callable[[Service], int]) -> None:
    with service.base.writing() as rows:
        other = Course(name="other", title="Other")
        rows.add(other)
        rows.flush()
        webhooks.add(rows, other.id, "https://example.org/")
        assert rows.scalars(select(Assignment.course_id)).first() != other.id
    finish(service)

    with service.base.reading() as rows:
        assert rows.scalars(select(Delivery)).all() == []


# ---- nobody inside -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address, expected",
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("ff02::1", False),
    ],
)
def test_which_addresses_are_of_the_open_internet(address: str, expected: bool) -> None:
    assert is_public(address) is expected


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433"])
def test_this_machine_is_not_called_unless_it_is_allowed(
    service: Service, listener: Listener, finish: Callable[[Service], int], host: str
) -> None:
    """However its name is written."""
    hooked(service, listener.url.replace("127.0.0.1", host))
    finish(service)

    assert send_due(service.base) == 1

    assert listener.got == []
    assert delivery(service).said == (
        "the address is of a private network, which the operator does not allow"
    )


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "example.org", "https://", "file:///etc/passwd", "https://a@b/c"]
)
def test_what_is_no_address_is_refused(service: Service, url: str) -> None:
    with pytest.raises(UsageError, match=r"An address"):
        hooked(service, url)


# ---- pages and API -----------------------------------------------------------------------------


def test_a_teacher_sets_webhooks(site: Site) -> None:  # noqa: F811
    make_teacher(site, "assistant")
    teacher, place = site.client("assistant"), f"/courses/{site.service.given.course_id}/webhooks"

    added = teacher.post(place, data={"url": "https://example.org/<hook>"})
    refused = teacher.post(place, data={"url": "nothing"})

    [secret] = re.findall(r'class="secret">([^<]+)', added.text)
    assert "https://example.org/&lt;hook&gt;" in added.text
    assert (refused.status_code, 'value="nothing"' in refused.text) == (400, True)
    listed = teacher.get(f"/api/v1{place}").json()
    assert [(one["url"], one["secret"]) for one in listed] == [("https://example.org/<hook>", "")]
    assert secret not in teacher.get(place).text
    with site.service.base.reading() as rows:
        assert "added a webhook" in rows.scalars(select(Audit.action)).all()
    assert teacher.delete(f"/api/v1{place}/{listed[0]['id']}").status_code == 204
    assert teacher.get(f"/api/v1{place}").json() == []
    made = teacher.post(f"/api/v1{place}", json={"url": "https://example.org/"})
    assert (made.status_code, len(made.json()["secret"]) > 30) == (201, True)
    for _ in range(webhooks.MOST_OF_COURSE - 1):
        url = f"https://example.org/{random.random()}"
        assert teacher.post(f"/api/v1{place}", json={"url": url}).status_code == 201
    assert teacher.post(f"/api/v1{place}", json={"url": "https://a/"}).status_code == 400


def test_a_webhook_of_another_course_is_not_there(site: Site) -> None:  # noqa: F811
    make_teacher(site, "assistant")
    with site.service.base.writing() as rows:
        other = rows.scalars(select(Course.id).where(Course.name == "other")).one()
        hook = webhooks.add(rows, other, "https://example.org/").id
    place = f"/courses/{site.service.given.course_id}/webhooks"

    assert site.client("assistant").delete(f"/api/v1{place}/{hook}").status_code == 404
    with site.service.base.reading() as rows:
        assert rows.get(Webhook, hook) is not None

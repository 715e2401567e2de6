"""Webhooks: each final report, and each failure of ours, is told to its course's addresses, signed.

What is to be sent is a row, written in the same transaction as the result; a try takes its row for
a while before it sends. Whoever is killed in the middle leaves a row that is due again later, so
something may be sent twice: its id stays the same.
"""

import hashlib
import hmac
import ipaddress
import json
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import urllib3
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Rows

from grader.errors import UsageError
from grader.service.database import Database
from grader.service.tables import (
    Assignment,
    Delivery,
    Person,
    Result,
    Submission,
    Webhook,
    now,
)

MAX_URL = 500
MOST_OF_COURSE = 5
MOST_TRIES = 10
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)
# While somebody tries: longer than a try can take. Who was killed meanwhile is followed after it.
HELD = timedelta(seconds=60)
SECONDS = 10.0
AT_A_TIME = 20
KEPT_DAYS = 30
FINAL, GIVEN_UP = "submission.final", "submission.failed"
ID, TIME, SIGNATURE = "x-grader-delivery", "x-grader-timestamp", "x-grader-signature"


def add(rows: Rows, course: int, url: str) -> Webhook:
    """Return a new webhook of a course, added; raises UsageError if it cannot be one."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > MAX_URL:
        raise UsageError(f"An address begins with https:// and has up to {MAX_URL} characters.")
    if parts.username is not None or parts.fragment:
        raise UsageError("An address has neither a login nor a # part.")
    if len(of_course(rows, course)) >= MOST_OF_COURSE:
        raise UsageError(f"A course has up to {MOST_OF_COURSE} webhooks; remove one first.")
    hook = Webhook(course_id=course, url=url, secret=secrets.token_urlsafe(32))
    rows.add(hook)
    rows.flush()
    return hook


def of_course(rows: Rows, course: int) -> list[Webhook]:
    """Return the webhooks of a course, the oldest first."""
    found = select(Webhook).where(Webhook.course_id == course).order_by(Webhook.id)
    return list(rows.scalars(found))


def remove(rows: Rows, course: int, id: int) -> bool:
    """Remove a webhook and what it was to be sent; False if the course has no such one."""
    found = rows.get(Webhook, id)
    if found is None or found.course_id != course:
        return False
    rows.execute(delete(Delivery).where(Delivery.webhook_id == id))
    rows.delete(found)
    return True


def note_final(rows: Rows, result: Result) -> None:
    """Have a final report told, in the transaction that keeps it."""
    _note(rows, result, FINAL)


def note_failed(rows: Rows, result: Result) -> None:
    """Have it told that a submission ended as a failure of ours, in the transaction that ends it.

    Why is for staff who are signed in: it may name places on our machines.
    """
    _note(rows, result, GIVEN_UP)


def _note(rows: Rows, result: Result, event: str) -> None:
    found = rows.execute(
        select(Submission, Assignment, Person.login)
        .join(Assignment, Assignment.id == Submission.assignment_id)
        .join(Person, Person.id == Submission.person_id)
        .where(Submission.id == result.submission_id)
    ).one()
    row, given, login = found
    for hook in of_course(rows, given.course_id):
        own = uuid4().hex
        body = {
            "event": event,
            "delivery": own,
            "submission": row.id,
            "assignment": given.name,
            "login": login,
            "number": row.number,
            "received": row.received.isoformat(),
            "status": result.status or result.kind,
            "score": float(result.score) if result.score else None,
            "max_score": float(result.max_score) if result.max_score else None,
        }
        rows.add(Delivery(id=own, webhook_id=hook.id, submission_id=row.id, body=json.dumps(body)))


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return what goes with a body: HMAC-SHA256 over the timestamp, a dot and the body, in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class _Taken:
    id: str
    url: str
    secret: str
    body: bytes
    tries: int


def send_due(base: Database, *, allows_private: bool = False) -> int:
    """Send what is due, up to AT_A_TIME; return how much was. Any number may do so at once.

    allows_private: whether addresses of private networks, and this machine's, may be sent to.
    """
    for count in range(AT_A_TIME):
        one = _take(base, now())
        if one is None:
            return count
        said, is_sent = _sent(one, allows_private=allows_private)
        pause = min(FIRST_PAUSE * 2 ** (one.tries - 1), LONGEST_PAUSE)
        with base.writing() as rows:
            rows.execute(
                update(Delivery)
                .where(Delivery.id == one.id)
                .values(
                    said=said[:200], is_over=is_sent or one.tries >= MOST_TRIES, due=now() + pause
                )
            )
    return AT_A_TIME


def _take(base: Database, at: datetime) -> _Taken | None:
    """Return what has been due for longest, held against others for a while; None if nothing is.

    Due is also what lies further ahead than any pause: then the clock was put back.
    """
    with base.writing() as rows:
        is_due = (Delivery.due <= at) | (Delivery.due > at + LONGEST_PAUSE + HELD)
        one = rows.scalars(
            select(Delivery)
            .where(Delivery.is_over.is_(False), is_due)
            .order_by(Delivery.due)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if one is None:
            return None
        one.tries += 1
        one.due = at + HELD
        hook = rows.get_one(Webhook, one.webhook_id)
        old = at - timedelta(days=KEPT_DAYS)
        rows.execute(delete(Delivery).where(Delivery.is_over.is_(True), Delivery.created < old))
        return _Taken(one.id, hook.url, hook.secret, one.body.encode(), one.tries)


def _sent(one: _Taken, *, allows_private: bool) -> tuple[str, bool]:
    """Return what came of sending it, in words, and whether it was taken."""
    stamp = str(int(now().timestamp()))
    headers = {
        "content-type": "application/json",
        ID: one.id,
        TIME: stamp,
        SIGNATURE: signature(one.secret, stamp, one.body),
    }
    try:
        address = checked_address(one.url, allows_private=allows_private)
        status = _posted(one.url, address, one.body, headers)
    except UsageError as error:
        return str(error), False
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
        return f"no answer ({type(error).__name__})", False
    return f"answered {status}", 200 <= status < 300


def checked_address(url: str, *, allows_private: bool) -> str:
    """Return the address of a URL's host, looked up once: what is checked is what is called.

    Raises UsageError if any of its addresses is not one of the open internet, and that is not
    allowed; OSError if there is none.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not allows_private and not all(map(is_public, addresses)):
        raise UsageError("the address is of a private network, which the operator does not allow")
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether an address is one of the open internet, also inside another's form."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner: Iterable[ipaddress.IPv4Address | None] = ()
    if isinstance(found, ipaddress.IPv6Address):
        nat64 = ipaddress.IPv6Network("64:ff9b::/96")
        within = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in nat64 else None
        inner = (found.ipv4_mapped, found.sixtofour, found.teredo and found.teredo[1], within)
    if any(one is not None and not is_public(str(one)) for one in inner if one):
        return False
    return found.is_global and not found.is_multicast


def _posted(url: str, address: str, body: bytes, headers: dict[str, str]) -> int:
    """Return the status of the answer to a request to exactly this address; follows nothing."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    timeout = urllib3.Timeout(total=SECONDS)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address, port, server_hostname=parts.hostname, assert_hostname=parts.hostname
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, port)
    path = parts.path or "/"
    with pool:
        answer = pool.urlopen(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            body=body,
            headers={**headers, "host": parts.netloc},
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        status = answer.status
        answer.close()
    return status

"""The tables. What changes here needs a migration; a test compares the two."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Constraints need names before a migration can change them.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
WAITING, GRADING, DONE = "waiting", "grading", "done"
REPORT, FAILURE = "report", "failure"  # kinds of result


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite would forget the time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value in UTC; a moment without a zone is a mistake of ours."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; expected one")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the value in UTC."""
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def now() -> datetime:
    """Return the time of day, for people to read; nothing is decided by comparing two of them."""
    return datetime.now(UTC)


class Table(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment}  # noqa: RUF012  SQLAlchemy's own way


class Person(Table):
    """Who signs in. password: an argon2 hash, empty if there is none."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str] = mapped_column(String(200), default="")
    is_admin: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime] = mapped_column(default=now)


class Course(Table):
    """A class of people."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))


class Membership(Table):
    """A person's role in a course."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))


class Assignment(Table):
    """A folder of the shelf, given to a course. policy: see `policies.Policy`, as JSON."""

    __tablename__ = "assignment"
    __table_args__ = (UniqueConstraint("course_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    name: Mapped[str] = mapped_column(String(64))
    policy: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ExtensionRow(Table):
    """What one person has beyond the rules of an assignment. rules: see `policies.Extension`."""

    __tablename__ = "extension"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")


class Group(Table):
    """People who work on an assignment together. code: with it, others of the course join."""

    __tablename__ = "student_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)


class GroupMember(Table):
    """Someone in a group; in one of an assignment at most."""

    __tablename__ = "group_member"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("student_group.id"), index=True)


class Submission(Table):
    """One attempt, accepted.

    number: from 1 for each person and assignment. state: waiting, grading, done. generation: who
    holds another one has been overtaken. enqueued: the generation that the queue has been told.
    starts: how often a worker began. priority: lower is graded first.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("assignment_id", "person_id", "number"),
        Index("ix_submission_state_priority", "state", "priority", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    received: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    generation: Mapped[int] = mapped_column(default=1)
    enqueued: Mapped[int] = mapped_column(default=0)
    starts: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=1)
    worker_id: Mapped[str] = mapped_column(String(64), default="")
    is_chosen: Mapped[bool] = mapped_column(default=False)


class Upload(Table):
    """One file of a submission. name: as the student's browser said, for the intake alone."""

    __tablename__ = "upload"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(4096))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]


class Result(Table):
    """What became of a submission, once: the key is the submission's. All a student may read.

    kind: report, or failure of ours. report: the student's view as JSON, empty for a failure.
    reason: of a failure, a sentence for the student.
    """

    __tablename__ = "result"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="")
    score: Mapped[str] = mapped_column(String(32), default="")
    max_score: Mapped[str] = mapped_column(String(32), default="")
    report: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    finished: Mapped[datetime] = mapped_column(default=now)


class StaffReport(Table):
    """What only staff read of a result: the whole report, or what a failure was."""

    __tablename__ = "staff_report"

    submission_id: Mapped[int] = mapped_column(ForeignKey("result.submission_id"), primary_key=True)
    report: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")


class PastResult(Table):
    """A result whose place another one took: both views of its report, until `replaced`."""

    __tablename__ = "past_result"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    score: Mapped[str] = mapped_column(String(32))
    max_score: Mapped[str] = mapped_column(String(32))
    report: Mapped[str] = mapped_column(Text)
    staff_report: Mapped[str] = mapped_column(Text)
    finished: Mapped[datetime]
    replaced: Mapped[datetime] = mapped_column(default=now)


class Adjustment(Table):
    """Points that staff give or take, with what the student reads. points: exact, as a decimal."""

    __tablename__ = "adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    points: Mapped[str] = mapped_column(String(32))
    may_exceed: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)


class Comment(Table):
    """What staff say to students: to all who made one mistake, or on one submission.

    submission_id: of the latter. task, test, verdict, words: of the former, see `pages.Mistake`;
    test is empty where all of the task's tests say the same.
    """

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    task: Mapped[str] = mapped_column(String(100), default="")
    test: Mapped[str] = mapped_column(String(200), default="")
    verdict: Mapped[str] = mapped_column(String(16), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)


class Decision(Table):
    """What a person decided on every text answer of one normal form in one cell of a key.

    place: see `results.place_of`. row, column, answer: in words, for people. verdict: right or
    wrong. hint: of a wrong one, what students read.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("assignment_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    place: Mapped[str] = mapped_column(String(64))
    row: Mapped[str] = mapped_column(Text)
    column: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(16))
    hint: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class Regrade(Table):
    """Submissions graded anew beside their results. state: preview, committed, dropped."""

    __tablename__ = "regrade"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    everything: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(16), default="preview")
    at: Mapped[datetime] = mapped_column(default=now)


class Errand(Table):
    """What a worker does besides grading what comes in; see `errands`.

    kind: decisions, regrade, similar. state: waiting, doing, done, failed, dropped. generation:
    who holds another one has been overtaken. trouble: why it failed, for staff.
    """

    __tablename__ = "errand"
    __table_args__ = (Index("ix_errand_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    regrade_id: Mapped[int | None] = mapped_column(ForeignKey("regrade.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submission.id"))
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    generation: Mapped[int] = mapped_column(default=1)
    starts: Mapped[int] = mapped_column(default=0)
    worker_id: Mapped[str] = mapped_column(String(64), default="")
    trouble: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(default=now)


class Regraded(Table):
    """What grading one submission anew came to. before: hash of the staff's report it is held to.

    row: `regrade.Row` as JSON. report: staff's report that takes the place of the old one; empty if
    that stays. is_committed: it has.
    """

    __tablename__ = "regraded"

    errand_id: Mapped[int] = mapped_column(ForeignKey("errand.id"), primary_key=True)
    before: Mapped[str] = mapped_column(String(64))
    fate: Mapped[str] = mapped_column(String(16))
    row: Mapped[str] = mapped_column(Text)
    report: Mapped[str] = mapped_column(Text, default="")
    is_committed: Mapped[bool] = mapped_column(default=False)


class Likeness(Table):
    """Which submissions of an assignment have much in common. found: `similarity.Similar`, JSON."""

    __tablename__ = "likeness"

    errand_id: Mapped[int] = mapped_column(ForeignKey("errand.id"), primary_key=True)
    found: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(default=now)


class Session(Table):
    """Someone signed in. id: the hash of what the cookie holds."""

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    expires: Mapped[datetime]


class Link(Table):
    """A link that signs in or lets join. id: the hash of what the address holds.

    person_id: signs in as this person, once. course_id: lets anyone join as a student.
    """

    __tablename__ = "link"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    expires: Mapped[datetime]


class Token(Table):
    """What a program signs in with. id: the hash of it."""

    __tablename__ = "token"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    label: Mapped[str] = mapped_column(String(100))
    created: Mapped[datetime] = mapped_column(default=now)
    expires: Mapped[datetime]


class Misstep(Table):
    """A sign-in that failed; many of one login from one address are refused unseen for a while."""

    __tablename__ = "misstep"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    address: Mapped[str] = mapped_column(String(64), default="", server_default="", index=True)


class Worker(Table):
    """A worker. beats: counts up while it lives. has_ended: it said so, or was found dead."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    host: Mapped[str] = mapped_column(String(200))
    process: Mapped[int]
    beats: Mapped[int] = mapped_column(default=0)
    has_ended: Mapped[bool] = mapped_column(default=False)
    started: Mapped[datetime] = mapped_column(default=now)


class Audit(Table):
    """Who did what to what; only ever added to."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(100))
    detail: Mapped[str] = mapped_column(Text, default="")


class Tally(Table):
    """How often someone did something in one minute. whose: such as `person 7`."""

    __tablename__ = "tally"

    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    whose: Mapped[str] = mapped_column(String(64), primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Duration(Table):
    """One bucket of a histogram; see `durations`. seconds: the sum of what it counts."""

    __tablename__ = "duration"

    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    bound: Mapped[str] = mapped_column(String(16), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)


class Webhook(Table):
    """An address of a course's, told of each final report. secret: signs what is sent.

    It is kept as it is: to sign with, it must be known.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(default=now)


class Delivery(Table):
    """What is to be sent to a webhook, or was. id: the same for every try.

    tries: how many have begun. due: of whom a try is not before it. said: what came of the last.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_is_over_due", "is_over", "due"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(default=now)
    tries: Mapped[int] = mapped_column(default=0)
    due: Mapped[datetime] = mapped_column(default=now)
    is_over: Mapped[bool] = mapped_column(default=False)
    said: Mapped[str] = mapped_column(String(200), default="")

"""The life of a submission in the tables: one result, whoever comes late, twice or never."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from grader.report import Report
from grader.sandbox.backends import Choice
from grader.service import attempts, people
from grader.service.access import Viewer
from grader.service.attempts import MAX_STARTS, Sweep, Watch
from grader.service.bench import Bench
from grader.service.jobs import Job
from grader.service.tables import Result, StaffReport, Submission, Worker
from tests.service.running import Service

LEASE = 6.0
Graded = Callable[..., Report]


def add_worker(service: Service, name: str, *, has_ended: bool = False) -> None:
    with service.base.writing() as rows:
        rows.add(Worker(id=name, host="here", process=1, has_ended=has_ended))


def job_of(service: Service, id: int) -> Job:
    return Job(id, service.submission(id).generation)


def test_a_job_enqueued_twice_is_one(each_service: Service) -> None:
    job = job_of(each_service, each_service.submit())

    each_service.jobs.enqueue(job, 1)

    assert each_service.jobs.depth() == 1
    assert each_service.jobs.held([job], []) == {job}


def test_one_of_many_workers_gets_a_submission(each_service: Service) -> None:
    job = job_of(each_service, each_service.submit())
    got: list[object] = []
    threads = [
        threading.Thread(
            target=lambda own=own: got.append(attempts.claim(each_service.base, job, own))
        )
        for own in "abcdefgh"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == len(threads)
    assert sum(claimed is not None for claimed in got) == 1
    assert each_service.submission(job.submission).starts == 1


def test_a_result_is_kept_once_and_for_both_readers(each_service: Service, graded: Graded) -> None:
    job = job_of(each_service, each_service.submit())
    report = graded(add="def add(a, b): return 0")
    attempts.claim(each_service.base, job, "one")

    assert attempts.finish(each_service.base, job, report)
    assert not attempts.finish(each_service.base, job, report)

    with each_service.base.reading() as rows:
        result = rows.get_one(Result, job.submission)
        staff = rows.get_one(StaffReport, job.submission)
    assert result.kind == "report"
    assert '"staff"' not in result.report
    assert Report.model_validate_json(staff.report) == report


def test_who_was_overtaken_keeps_nothing(each_service: Service, graded: Graded) -> None:
    """A worker was paused for longer than its lease, and wakes up."""
    service = each_service
    job = job_of(service, service.submit())
    attempts.claim(service.base, job, "slow")
    attempts.release(service.base, job, "it was slow")
    later = job_of(service, job.submission)
    attempts.claim(service.base, later, "quick")

    assert later != job
    assert not attempts.finish(service.base, job, graded())
    assert not attempts.release(service.base, job, "too late")
    assert service.count_of_results() == 0
    assert attempts.finish(service.base, later, graded())
    assert service.submission(job.submission).state == "done"


def test_what_always_fails_ends_as_our_fault(each_service: Service) -> None:
    service = each_service
    id = service.submit()
    for start in range(1, MAX_STARTS + 1):
        assert service.count_of_results() == 0
        job = job_of(service, id)
        assert attempts.claim(service.base, job, "one") is not None
        assert attempts.release(service.base, job, f"failed {start}")

    with service.base.reading() as rows:
        result, staff = rows.get_one(Result, id), rows.get_one(StaffReport, id)
    assert (result.kind, result.score, result.reason) == ("failure", "", attempts.GIVEN_UP)
    assert staff.detail == "failed 3"
    assert attempts.claim(service.base, job_of(service, id), "one") is None


def test_what_was_accepted_without_a_job_gets_one(each_service: Service) -> None:
    """The web process was killed between its two steps, or the queue was lost and made anew."""
    service = each_service
    id = service.submit()
    service.jobs.cancel([job_of(service, id)])
    with service.base.writing() as rows:
        rows.execute(update(Submission).values(enqueued=0, generation=2))

    Sweep(service.base, service.jobs)(0.0)

    assert service.submission(id).enqueued == 2
    assert service.jobs.held([Job(id, 2)], []) == {Job(id, 2)}


def test_what_the_queue_has_lost_is_enqueued_anew(each_service: Service) -> None:
    service = each_service
    lost, kept = service.submit(), service.submit()
    service.jobs.cancel([job_of(service, lost)])

    Sweep(service.base, service.jobs)(0.0)

    assert service.submission(lost).generation == service.submission(lost).enqueued == 2
    assert service.submission(kept).generation == 1
    assert service.jobs.held([Job(lost, 2), Job(kept, 1)], []) == {Job(lost, 2), Job(kept, 1)}


def test_what_a_dead_worker_held_waits_again(each_service: Service) -> None:
    service = each_service
    of_dead, of_alive = service.submit(), service.submit()
    add_worker(service, "dead")
    add_worker(service, "alive")
    attempts.claim(service.base, job_of(service, of_dead), "dead")
    attempts.claim(service.base, job_of(service, of_alive), "alive")
    sweep = Sweep(service.base, service.jobs, Watch(LEASE))

    sweep(0.0)
    assert service.submission(of_dead).state == "grading"
    with service.base.writing() as rows:
        rows.execute(update(Worker).where(Worker.id == "alive").values(beats=1))
    sweep(LEASE)

    assert service.submission(of_dead).state == "waiting"
    assert service.submission(of_alive).state == "grading"
    with service.base.reading() as rows:
        ended = {row.id: row.has_ended for row in rows.scalars(select(Worker))}
    assert ended == {"dead": True, "alive": False}


def test_what_a_worker_has_lost_hold_of_waits_again(service: Service) -> None:
    """A thread of it ended with an error that nobody foresaw."""
    lost, held = service.submit(), service.submit()
    for id in (lost, held):
        attempts.claim(service.base, job_of(service, id), "one")

    attempts.release_forgotten(service.base, "one", {job_of(service, held)})

    assert service.submission(lost).state == "waiting"
    assert service.submission(held).state == "grading"


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 4)), max_size=30))
def test_a_worker_is_dead_when_it_stands_still_for_a_lease(
    looks: list[tuple[int, float]],
) -> None:
    """And only then, whatever the times between two looks."""
    watch, now, since, before = Watch(LEASE), 0.0, 0.0, None
    for beats, passed in looks:
        now += passed
        if beats != before:
            since, before = now, beats

        assert watch.dead([("one", beats)], now) == ({"one"} if now - since >= LEASE else set())


def test_one_persons_many_come_after_others_few(service: Service) -> None:
    """Who submits ten at once is graded in turn with who submits one."""
    with service.base.writing() as rows:
        ben = people.new_person(rows, "ben", "Ben")
        people.join(rows, ben.id, service.given.course_id, "student")
        viewer = Viewer(ben.id, "ben", roles={service.given.course_id: "student"})
    many = [service.submit() for _ in range(4)]
    one = service.submit(viewer=viewer)

    order = {id: (service.submission(id).priority, id) for id in [*many, one]}
    assert sorted(order, key=lambda id: order[id]) == [many[0], one, *many[1:]]


def test_the_bench_knows_no_database(service: Service) -> None:
    """What it starts could read its environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_DATABASE", "postgresql://grader:secret@host/name")
        bench = Bench(service.place.course, service.place.store, Choice())
    try:
        with open(f"/proc/{bench.process}/environ", "rb") as environment:
            assert b"secret" not in environment.read()
    finally:
        bench.end()

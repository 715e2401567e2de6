"""Durations of all time: counted once each, by all processes together, and not forgotten."""

import threading
from collections.abc import Callable

from grader.report import Report
from grader.service import attempts, durations
from grader.service.database import Database
from grader.service.durations import BOUNDS, INFINITE, note
from grader.service.jobs import Job
from tests.service.running import Service, worker
from tests.service.test_watching import client, figures

Graded = Callable[..., Report]


def buckets(base: Database, what: durations.What) -> dict[str, int]:
    with base.reading() as rows:
        return dict(durations.histogram(rows, what).buckets)


def test_each_duration_is_in_its_bucket_and_in_all_above(base: Database) -> None:
    for seconds in (0.1, 0.11, 7.0, 1800.0, 1801.0, -3.0):
        with base.writing() as rows:
            note(rows, {"wait": seconds})

    found = buckets(base, "wait")

    below_ten = {"0.1": 2, "0.25": 3, "0.5": 3, "1.0": 3, "2.5": 3, "5.0": 3}
    above = {"10.0": 4, "30.0": 4, "60.0": 4, "300.0": 4, "1800.0": 5, INFINITE: 6}
    assert found == below_ten | above
    with base.reading() as rows:
        assert abs(durations.histogram(rows, "wait").seconds - 3608.21) < 1e-6
    assert set(buckets(base, "grading").values()) == {0}


def test_those_who_count_at_once_lose_nothing(base: Database) -> None:
    failed: list[BaseException] = []

    def count() -> None:
        try:
            for number in range(20):
                with base.writing() as rows:
                    note(rows, {"wait": BOUNDS[number % 2], "grading": BOUNDS[(number + 1) % 2]})
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert [buckets(base, what)[INFINITE] for what in durations.WHATS] == [80, 80]


def test_a_result_counts_once_and_what_is_overtaken_not_at_all(
    each_service: Service, graded: Graded
) -> None:
    service = each_service
    id = service.submit()
    attempts.claim(service.base, Job(id, 1), "one")

    assert attempts.finish(service.base, Job(id, 1), graded(), seconds=0.3)
    assert not attempts.finish(service.base, Job(id, 1), graded(), seconds=0.3)

    assert buckets(service.base, "grading")["0.5"] == 1
    assert buckets(service.base, "grading")[INFINITE] == 1
    assert buckets(service.base, "wait")[INFINITE] == 1


def test_two_processes_say_the_same_and_go_on_counting(service: Service) -> None:
    """After a restart of the worker, too."""
    for _ in range(2):
        with worker(service.place):
            service.results([service.submit()])

    first, second = (figures(client(service).get("/metrics").text) for _ in range(2))

    for found in (first, second):
        for what in durations.WHATS:
            assert found[f"grader_{what}_seconds_bucket", INFINITE] == 2
            assert found[f"grader_{what}_seconds_count",] == 2
            assert found[f"grader_{what}_seconds_sum",] > 0
    assert first["grader_grading_seconds_sum",] <= first["grader_wait_seconds_sum",]

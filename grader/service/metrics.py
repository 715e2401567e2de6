"""What an operator watches, in Prometheus' words: counts, ages and durations, of nobody by name.

States are counted in the tables, so every web process says the same. Requests are counted where
they are answered: of all web processes of one `grader serve` together, since its start, in files
that they share.
"""

import math
import os
from collections.abc import Iterable, Sequence
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client import multiprocess as shared
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from grader.service import durations
from grader.service.database import Database
from grader.service.tables import (
    DONE,
    FAILURE,
    GRADING,
    WAITING,
    Errand,
    Result,
    Submission,
    Worker,
    now,
)

KIND = "text/plain; version=0.0.4; charset=utf-8"
# Read by the client's library as it is imported: a folder in which each process has its counts.
SHARED_COUNTS = "PROMETHEUS_MULTIPROC_DIR"
RECENT_MINUTES, MOST_RECENT = 15, 20_000
_TOOK: dict[durations.What, str] = {
    "grading": "From a worker's start to the report, of all results since the first.",
    "wait": "From upload to report, of all results since the first.",
}
REQUESTS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)


class Metrics:
    """All that is measured, as one registry; threads may note at once."""

    def __init__(self, base: Database) -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        self._registry.register(_Tables(base))
        own: CollectorRegistry | None = self._registry
        if os.environ.get(SHARED_COUNTS):
            shared.MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
            own = None  # else this process's counts would be told twice
        labels = ["method", "route", "status"]
        self._requests = Counter("grader_http_requests", "Requests answered.", labels, registry=own)
        self._seconds = Histogram(
            "grader_http_request_seconds",
            "Time to the first byte of an answer.",
            ["method", "route"],
            buckets=REQUESTS,
            registry=own,
        )

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer. route: as it is written in the code; never a path that was asked for."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Return all of it, as Prometheus reads it; asks the database."""
        return generate_latest(self._registry)


class _Tables(Collector):
    """What stands in the tables, looked up when it is asked for."""

    def __init__(self, base: Database) -> None:
        self._base = base

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the states of submissions, how long they took, and who is at work."""
        with self._base.reading() as rows:
            counted = rows.execute(
                select(Submission.state, func.count()).group_by(Submission.state)
            ).all()
            states = {row[0]: row[1] for row in counted}
            results = rows.execute(
                select(Result.kind, Result.status, func.count()).group_by(
                    Result.kind, Result.status
                )
            ).all()
            oldest = rows.scalar(
                select(func.min(Submission.received)).where(Submission.state != DONE)
            )
            workers = rows.scalar(
                select(func.count()).select_from(Worker).where(Worker.has_ended.is_(False))
            )
            errands = rows.execute(
                select(Errand.kind, Errand.state, func.count()).group_by(Errand.kind, Errand.state)
            ).all()
            took = {what: durations.histogram(rows, what) for what in durations.WHATS}
            recent = rows.execute(
                select(Submission.received, Result.finished)
                .join(Result, Result.submission_id == Submission.id)
                .where(Result.finished > now() - timedelta(minutes=RECENT_MINUTES))
                .limit(MOST_RECENT)
            ).all()
        yield _by_label(
            "grader_submissions",
            "Submissions by state.",
            ["state"],
            [([state], states.get(state, 0)) for state in (WAITING, GRADING, DONE)],
        )
        yield _by_label(
            "grader_results",
            "Results by what became of the submission.",
            ["kind", "status"],
            # Of failures always a figure: an alert on one that is not there never comes.
            {(FAILURE, ""): 0, **{(row[0], row[1]): row[2] for row in results}}.items(),
        )
        yield _by_label(
            "grader_errands",
            "What workers do besides grading what comes in, by what became of it.",
            ["kind", "state"],
            [([kind, state], count) for kind, state, count in errands],
        )
        for what, own in took.items():
            yield HistogramMetricFamily(
                f"grader_{what}_seconds", _TOOK[what], own.buckets, own.seconds
            )
        age = max(0.0, (now() - oldest).total_seconds()) if oldest else 0.0
        yield GaugeMetricFamily(
            "grader_oldest_waiting_seconds", "Age of the oldest without a result.", value=age
        )
        yield GaugeMetricFamily(
            "grader_workers_alive", "Workers that have not ended.", value=workers or 0
        )
        waits = sorted((finished - received).total_seconds() for received, finished in recent)
        yield _by_label(
            "grader_recent_wait_seconds",
            f"From upload to report, of those finished in the last {RECENT_MINUTES} minutes.",
            ["quantile"],
            [([str(share)], quantile(waits, share)) for share in (0.5, 0.95, 1.0)] if waits else [],
        )
        yield GaugeMetricFamily("grader_recent_results", "How many those are.", value=len(waits))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that this share of them does not exceed; there is one at least."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _by_label(
    name: str, about: str, labels: list[str], values: Iterable[tuple[Sequence[str], float]]
) -> Metric:
    found = GaugeMetricFamily(name, about, labels=labels)
    for own, value in values:
        found.add_metric(own, value)
    return found

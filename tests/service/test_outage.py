"""A database that is away: said once, not ten times a second, and once when it is back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from grader.service.repeating import Outage
from tests import postgres
from tests.conftest import CourseFolder
from tests.postgres import Server
from tests.service import running
from tests.service.running import PATIENCE, await_

AWAY, BACK = "the database does not answer", "the database answers again"


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A server that a test may stop."""
    try:
        with postgres.server() as found:
            yield found
    except postgres.Missing as missing:
        pytest.skip(str(missing))


def test_an_outage_begins_and_ends_once(caplog: pytest.LogCaptureFixture) -> None:
    outage, error = Outage(), OperationalError("SELECT 1", {}, Exception("refused"))
    for _ in range(2):
        outage.worked("beat")
        outage.failed("beat", error)
        outage.failed("sweep", error)
        outage.failed("beat", error)
        outage.worked("beat")
        outage.failed("sweep", error)
        outage.worked("beat")
        outage.worked("sweep")
        outage.worked("sweep")

    said = [record.getMessage() for record in caplog.records]
    assert [line[: len(AWAY)] for line in said] == [AWAY, BACK, AWAY, BACK]
    assert "refused" in said[0]


@pytest.mark.needs("postgres")
def test_a_worker_says_once_that_its_database_is_away(
    course: CourseFolder, tmp_path: Path, own_postgres: Server
) -> None:
    log = tmp_path / "log"
    address = own_postgres.new_database("service")

    def said(words: str) -> int:
        return log.read_text(encoding="utf-8").count(words)

    with running.service(tmp_path / "data", course.path, address) as service:
        command = [
            *(sys.executable, "-m", "grader", "worker", "--data", str(service.place.data)),
            *("--course", str(service.place.course), "--database", address),
        ]
        with log.open("wb") as file:
            process = subprocess.Popen(command, stderr=file)
        try:
            service.results([service.submit()])
            own_postgres.stop()
            await_(lambda: said(AWAY) == 1)
            with pytest.raises(AssertionError, match="in vain"):
                await_(lambda: said(AWAY) != 1 or said(BACK) > 0, patience=3.0)
            own_postgres.start()
            await_(lambda: said(BACK) > 0)
            [result] = service.results([service.submit()])
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)

    assert result.kind == "report"
    text = log.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert "dbos" not in text
    lines = [json.loads(line)["event"] for line in text.splitlines() if line.startswith("{")]
    begun, ended = lines[0::2], lines[1::2]
    assert all(line.startswith(AWAY) for line in begun)
    assert ended == [BACK] * len(begun)

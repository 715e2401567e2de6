"""`grader submit` against a running service."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select

from grader.cli.main import main
from grader.report import Report
from grader.service import limits
from grader.service.database import Database
from grader.service.tables import Person, Tally, now
from tests.conftest import ADD, SCALE, make_course
from tests.service.test_serve import Served, joined, serve

Submit = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("submit")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    with serve(folder / "data", make_course(folder / "course").path) as found:
        yield found


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    page = joined(served).post("/account/tokens", data={"label": "terminal"}).text
    [found] = re.findall(r'class="secret">([^<]+)', page)
    return str(found)


@pytest.fixture
def submit(served: Served, token: str, tmp_path: Path) -> Submit:
    """Run the command on files of these contents."""
    (tmp_path / "add.py").write_text(ADD)
    (tmp_path / "scale.py").write_text(SCALE)
    (tmp_path / "token").write_text(f"{token}\n")

    def run(
        *options: str,
        files: tuple[str, ...] = ("add.py", "scale.py"),
        name: str = "sums",
        server: str = served.address,
        **environment: str,
    ) -> Result:
        paths = [str(tmp_path / file) for file in files]
        return CliRunner().invoke(
            main,
            ["submit", name, *paths, "--server", server, *options],
            env={"GRADER_TOKEN": "", "GRADER_TOKEN_FILE": str(tmp_path / "token"), **environment},
        )

    return run


def test_it_shows_stages_and_the_report(submit: Submit, token: str) -> None:
    done = submit()

    assert done.exit_code == 0, done.output
    first = done.stderr.splitlines()[0]
    assert re.fullmatch(r"Attempt \d+ is safe: http://127.0.0.1:\d+/submissions/\d+", first)
    assert done.stdout.splitlines()[-1] == "Score: 10 / 10"
    assert token not in done.output


def test_json_is_the_report_alone(submit: Submit) -> None:
    done = submit("--json", files=("add.py",))

    report = Report.model_validate_json(done.stdout)
    assert (done.exit_code, report.score, report.status) == (0, 4.0, "graded")
    assert "staff" not in json.dumps(json.loads(done.stdout))


def test_without_waiting_it_ends_once_it_is_safe(submit: Submit) -> None:
    done = submit("--no-wait")

    assert done.exit_code == 0
    assert done.output.count("\n") == 1


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.mark.parametrize(
    "changed, code, sentence",
    [
        ({"name": "nothing"}, 2, "nothing: no such assignment is open to you there; open: sums"),
        ({"GRADER_TOKEN": "wrong"}, 2, "the token is not, or no longer, right; make one"),
        ({"GRADER_TOKEN_FILE": "/none"}, 2, "no token: make one on your account page there"),
        ({"server": f"http://127.0.0.1:{closed_port()}"}, 3, "does not answer (ConnectionError)"),
        ({"server": "grader.example.org"}, 2, "expected https://… as your browser shows"),
        ({"server": "http://grader.example.org"}, 2, "a token goes over https alone"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    submit: Submit, changed: dict[str, str], code: int, sentence: str
) -> None:
    done = submit(**changed)

    assert done.exit_code == code
    assert sentence in done.output
    assert done.output.count("\n") == 1


def test_a_refusal_is_the_services_own_sentence(submit: Submit, tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text("x = 1")

    done = submit(files=("one.py", "two.py"))

    assert done.exit_code == 2
    assert "the service says: No task is answered by these files; expected some of" in done.output


def test_it_waits_and_goes_on_where_there_was_too_much_in_a_minute(
    submit: Submit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes by as it waits is made to go by: the rows of these minutes are taken away."""
    base = Database(f"sqlite:///{folder / 'data' / 'service.sqlite'}")
    minute = int(now().timestamp()) // 60
    with base.writing() as rows:
        whose = f"person {rows.scalars(select(Person.id).where(Person.login == 'ann')).one()}"
        rows.execute(delete(Tally))
        rows.add_all(
            Tally(what=limits.UPLOADS, whose=whose, minute=one, count=limits.A_MINUTE["uploads"])
            for one in range(minute, minute + 10)  # however long this takes
        )
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        with base.writing() as rows:
            rows.execute(delete(Tally))

    monkeypatch.setattr(time, "sleep", wait)

    done = submit("--no-wait")
    base.close()

    assert done.exit_code == 0, done.output
    told, safe = done.stderr.splitlines()
    assert re.fullmatch(r"The service says: .*one minute.* Going on in \d+ s …", told)
    assert safe.startswith("Attempt ")
    assert len(waited) == 1
    assert 1 <= waited[0] <= 60


def test_another_server_is_not_taken_for_ours(submit: Submit, served: Served) -> None:
    done = submit(server=f"{served.address}/elsewhere")

    assert done.exit_code == 2
    assert "is this the address of a grader?" in done.output


def test_no_option_holds_a_token() -> None:
    """Arguments are read by everyone on the machine."""
    names = [name for own in main.commands["submit"].params for name in own.opts]

    assert all(isinstance(own, click.Parameter) for own in main.commands["submit"].params)
    assert not [name for name in names if "token" in name]

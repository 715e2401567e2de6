"""`grader submit`: files to a running service, and its answer."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import requests
from rich.console import Console

from grader.cli.options import assignment_argument
from grader.cli.show import plain, show_report
from grader.errors import GraderError, UsageError
from grader.report import Report

TOKEN, TOKEN_FILE = "GRADER_TOKEN", "GRADER_TOKEN_FILE"
ANSWER_SECONDS = 60.0
ASK_SECONDS = 0.5
LONGEST_WAIT = 120  # seconds; a service that asks for more is told on
DEFAULT_TOKEN_FILE = Path("~/.config/grader/token")


class ServiceFault(GraderError):
    """The service cannot do its part now; the message says what it said."""


@click.command()
@assignment_argument
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@click.option(
    "--server",
    envvar="GRADER_SERVER",
    show_envvar=True,
    required=True,
    help="The service's address, such as https://grader.example.org.",
)
@click.option("--course", default="", help="Its course, if you are in several that have it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report alone, as JSON.")
@click.option("--no-wait", is_flag=True, help="End as soon as the submission is safe.")
def submit(
    assignment: str, files: tuple[Path, ...], server: str, course: str, as_json: bool, no_wait: bool
) -> None:
    """Submit FILES to a running service, wait, and show the score.

    The token, from your account's page there, is in the variable GRADER_TOKEN, in the file that
    GRADER_TOKEN_FILE names, or in ~/.config/grader/token; never in an argument.

    \b
    grader submit building_blocks glorot.py zeros.py --server https://grader.example.org
    """
    service = Service(server, _token())
    found = service.assignment(assignment, course)
    made = service.submit(found, files)
    address = f"{service.address}/submissions/{made['id']}"
    click.echo(f"Attempt {made['number']} is safe: {address}", err=True)
    if no_wait:
        return
    for words in service.stages(made):
        click.echo(words, err=True)
    standing = service.get(f"/submissions/{made['id']}").json()
    if standing["reason"]:
        raise ServiceFault(plain(standing["reason"]))
    text = service.get(f"/submissions/{made['id']}/report").text
    report = Report.model_validate_json(text)
    if as_json:
        click.echo(text, nl=False)
    else:
        show_report(Console(), report, for_staff=False)
    sys.exit(0 if report.status == "graded" else 1)


class Service:
    """A running service, asked with a token."""

    def __init__(self, address: str, token: str) -> None:
        """Raises UsageError if the address is none, or would carry the token in the open."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"--server is {address!r}; expected https://… as your browser shows")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise UsageError(f"--server is {address!r}; a token goes over https alone")
        self.address = address.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a netrc would replace the token
        self._session.headers["authorization"] = f"Bearer {token}"

    def get(self, path: str) -> requests.Response:
        """Return the answer; raises UsageError or ServiceFault with what the service says."""
        return self._asked("GET", path)

    def assignment(self, name: str, course: str) -> int:
        """Return the id of the assignment; raises UsageError if it is not open to us."""
        offered = self.get("/assignments").json()
        found = [one for one in offered if one["name"] == name and course in ("", one["course"])]
        if len(found) > 1:
            names = ", ".join(one["course"] for one in found)
            raise UsageError(f"{name} is in several courses; choose one by --course: {names}")
        if not found:
            names = ", ".join(sorted({one["name"] for one in offered})) or "none"
            raise UsageError(f"{name}: no such assignment is open to you there; open: {names}")
        return int(found[0]["id"])

    def submit(self, assignment: int, files: tuple[Path, ...]) -> dict[str, Any]:
        """Return what was accepted; raises UsageError if it was refused."""
        parts = [("files", (path.name, path.read_bytes())) for path in files]
        path = f"/assignments/{assignment}/submissions"
        made: dict[str, Any] = self._asked("POST", path, files=parts).json()
        return made

    def stages(self, made: dict[str, Any]) -> Iterator[str]:
        """Yield in words where a submission stands, as it changes, until it is done."""
        before = ""
        while made["state"] != "done":
            words = "Being graded …" if made["state"] == "grading" else _waiting(made["before"])
            if words != before:
                yield words
                before = words
            time.sleep(ASK_SECONDS)
            with _patiently():
                made = self.get(f"/submissions/{made['id']}").json()

    def _asked(self, method: str, path: str, **sent: Any) -> requests.Response:
        """Return the answer, however often the service asks to wait for the next minute."""
        while seconds := _wait(answer := self._sent(method, path, **sent)):
            click.echo(f"The service says: {_said(answer)} Going on in {seconds} s …", err=True)
            time.sleep(seconds)
        if answer.ok and not answer.is_redirect:
            return answer
        said = _said(answer)
        if answer.status_code == 401:
            raise UsageError("the token is not, or no longer, right; make one on your account page")
        if answer.status_code >= 500:
            raise ServiceFault(f"the service says: {said}")
        raise UsageError(f"the service says: {said}")

    def _sent(self, method: str, path: str, **sent: Any) -> requests.Response:
        try:
            return self._session.request(
                method,
                f"{self.address}/api/v1{path}",
                timeout=ANSWER_SECONDS,
                allow_redirects=False,  # nobody else is shown the token
                **sent,
            )
        except requests.RequestException as error:
            raise ServiceFault(
                f"{self.address} does not answer ({type(error).__name__}); is the address right?"
            ) from error


@contextmanager
def _patiently() -> Iterator[None]:
    """A submission is safe: that nobody answers for a moment is no reason to give up."""
    try:
        yield
    except ServiceFault as fault:
        click.echo(f"{fault}; asking again", err=True)
        time.sleep(5.0)


def _waiting(before: int) -> str:
    return f"Waiting, {before} before yours …" if before else "Waiting, next in line …"


def _wait(answer: requests.Response) -> int:
    """Return how many seconds the service asks to wait before the same is sent again; 0 if none."""
    asked = answer.headers.get("retry-after", "")
    if answer.status_code != 429 or not asked.isdecimal() or int(asked) > LONGEST_WAIT:
        return 0
    return max(1, int(asked))


def _said(answer: requests.Response) -> str:
    """Return the sentence of an answer; of another program than ours what kind of answer it is."""
    try:
        return plain(str(answer.json()["error"]))
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}, and no more; is this the address of a grader?"


def _token() -> str:
    """Return the token; raises UsageError if there is none."""
    token = os.environ.get(TOKEN, "").strip()
    if token:
        return token
    named = os.environ.get(TOKEN_FILE, "")
    path = Path(named).expanduser() if named else DEFAULT_TOKEN_FILE.expanduser()
    try:
        token = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise UsageError(
            f"no token: make one on your account page there, and put it into {TOKEN} or {path}"
        ) from error
    if not token.isascii() or not token.isprintable() or not token or " " in token:
        raise UsageError(f"{path}: holds no token")
    return token

"""A class that comes, submits, watches and goes, over HTTP as browsers do."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx

from benchmarks.load.classroom import Class, Files, Student, in_turn

BEFORE_SECONDS = 5.0  # from looking at the assignment to submitting
PAUSE_SECONDS = 10.0  # between two looks at it afterwards
PATIENCE_SECONDS = 1200.0  # then whoever still waits is told of as an error
SEED = 1


@dataclass
class Seen:
    """What the class has seen; all times in seconds. accepted: the number of the answers, by id."""

    accepted: dict[int, int] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)  # from the upload to "it is safe with us"
    graded: list[float] = field(default_factory=list)  # from the upload to "done"
    pages: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    most_watching: int = 0
    watching: int = 0


def rush(address: str, group: Class, answers: Sequence[Files], minutes: float, stay: float) -> Seen:
    """Return what a class sees that submits within some minutes, each once, at random moments.

    stay: how long each goes on looking after its submission, in seconds; until its report is
    there in any case.
    """
    return asyncio.run(_rush(address, group, answers, 60 * minutes, stay))


async def _rush(
    address: str, group: Class, answers: Sequence[Files], seconds: float, stay: float
) -> Seen:
    seen = Seen()
    chance = random.Random(SEED)
    moments = sorted(chance.uniform(0, seconds) for _ in group.students)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    # One session for all: a cookie of one must not be sent for another, so it keeps none.
    async with httpx.AsyncClient(
        base_url=address, limits=limits, timeout=httpx.Timeout(60.0, read=PATIENCE_SECONDS)
    ) as client:
        turns = in_turn(answers, len(group.students))
        await asyncio.gather(
            *(
                _Visit(client, group, student, seen).whole(moment, number, files, stay)
                for student, moment, (number, files) in zip(
                    group.students, moments, turns, strict=True
                )
            )
        )
    return seen


class _Visit:
    """One student's visit."""

    def __init__(self, client: httpx.AsyncClient, group: Class, who: Student, seen: Seen) -> None:
        self._client = client
        self._seen = seen
        self._who = who.login
        self._page = f"/assignments/{group.assignment}"
        self._headers = {"cookie": f"session={who.secret}", "sec-fetch-site": "same-origin"}

    async def whole(self, moment: float, number: int, files: Files, stay: float) -> None:
        """Come, submit, watch, look again, go; what fails is noted, whatever it is."""
        await asyncio.sleep(moment)
        self._seen.watching += 1
        self._seen.most_watching = max(self._seen.most_watching, self._seen.watching)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._visit(number, files, stay)
        except Exception as error:
            self._seen.errors.append(f"{self._who}: {type(error).__name__}: {error}")
        finally:
            self._seen.watching -= 1

    async def _visit(self, number: int, files: Files, stay: float) -> None:
        leaving = time.monotonic() + BEFORE_SECONDS + stay
        await self._look("/")
        await self._look(self._page)
        await asyncio.sleep(BEFORE_SECONDS)
        start = time.monotonic()
        submission = await self._submit(files)
        self._seen.accepted[int(submission.rpartition("/")[2])] = number
        self._seen.answered.append(time.monotonic() - start)
        await self._look(submission)
        await self._watch(submission)
        self._seen.graded.append(time.monotonic() - start)
        await self._look(submission)
        while time.monotonic() < leaving:
            await asyncio.sleep(PAUSE_SECONDS)
            await self._look(self._page)

    async def _look(self, path: str) -> None:
        start = time.monotonic()
        answer = await self._client.get(path, headers=self._headers)
        self._seen.pages.append(time.monotonic() - start)
        if answer.status_code != 200:
            raise RuntimeError(f"GET {path} is answered by {answer.status_code}")

    async def _submit(self, files: Files) -> str:
        parts = [("files", (name, data)) for name, data in files.items()]
        answer = await self._client.post(self._page, files=parts, headers=self._headers)
        if answer.status_code != 303:
            raise RuntimeError(f"POST {self._page} is answered by {answer.status_code}")
        return str(answer.headers["location"])

    async def _watch(self, submission: str) -> None:
        """Return once the page's stream says that it is done, however often it is cut."""
        while True:
            async with self._client.stream(
                "GET", f"{submission}/events", headers=self._headers
            ) as stream:
                if stream.status_code != 200:
                    raise RuntimeError(f"the stream is answered by {stream.status_code}")
                async for line in stream.aiter_lines():
                    if line == "event: done":
                        return

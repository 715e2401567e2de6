"""The corpus of attacks: each comes out as its header promises, for root and for an ordinary user.

`hostile/` holds one attack a file, `attacks` runs them. What an attack may come to is in its
header; what no attack may do is the same for all: leak, hurt a neighbour or change the host.
"""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests import attacks
from tests.attacks import Attack, Result
from tests.image import Unavailable, built_image
from tests.ordinary_user import ROOT, as_ordinary_user

BACKENDS = ("namespaces", "docker")
USERS = ("root", "ordinary")
CORPUS = attacks.corpus(attacks.HOSTILE)
LEAST = {"forge": 20, "read": 12, "escape": 20, "exhaust": 20, "torch": 10, "upload": 20}


@cache
def results(corpus: str, backend: str, user: str) -> dict[str, Result]:
    """Return what became of each file of a corpus, run once, by that user."""
    command = [sys.executable, "-m", "tests.attacks", "--corpus", corpus, "--sandbox", backend]
    if backend == "docker":
        command += ["--image", _image()]
    if user == "root" or os.geteuid() != 0:
        if os.geteuid() == 0:  # in mounts of its own: those that other tests make are not ours
            command = ["unshare", "--mount", *command]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    else:
        # An ordinary user's `-m` finds `tests` by this alone: they stand in no folder of ours.
        command = ["env", f"PYTHONPATH={ROOT}", *command]
        done = as_ordinary_user(command, groups=_engine_groups() if backend == "docker" else ())
    assert done.returncode == 0, done.stderr[-4000:]
    return {name: _result(values) for name, values in json.loads(done.stdout).items()}


def _image() -> str:
    try:
        return built_image()
    except Unavailable as missing:
        pytest.skip(str(missing))


def _engine_groups() -> list[int]:
    """Return the group that may use the engine: who grades in containers has to be in it."""
    return [Path("/var/run/docker.sock").stat().st_gid]


def _result(values: dict[str, Any]) -> Result:
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Result(**{**values, **lists})


def skip_if_not_there(user: str) -> None:
    """Skip the test, with the reason, where this user cannot be had."""
    if user == "root" and os.geteuid() != 0:
        pytest.skip("is run by an ordinary user, and root is not to be had")
    if user == "ordinary" and os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to become an ordinary user")


def by_backend_and_user() -> pytest.MarkDecorator:
    """Return the parameters; each pair is one run of the whole corpus."""
    return pytest.mark.parametrize(
        "backend, user",
        [
            pytest.param(
                *(backend, user), marks=[pytest.mark.needs("docker")] * (backend == "docker")
            )
            for backend in BACKENDS
            for user in USERS
        ],
    )


@pytest.mark.parametrize("attack", CORPUS, ids=lambda attack: attack.name)
@by_backend_and_user()
def test_attack_earns_nothing_and_hurts_nobody(backend: str, user: str, attack: Attack) -> None:
    skip_if_not_there(user)
    if not attack.runs_here:
        pytest.skip(f"is written for {attack.needs}")
    result = results("hostile", backend, user)[attack.name]

    assert attacks.complaints(attack, result) == []


@by_backend_and_user()
def test_nothing_is_left_when_the_grader_has_ended(backend: str, user: str) -> None:
    skip_if_not_there(user)

    assert results("hostile", backend, user)["after"].changes == ()


def test_the_corpus_has_every_class() -> None:
    kinds = [attack.kind for attack in CORPUS]

    assert len(CORPUS) >= 120
    for kind, least in LEAST.items():
        assert kinds.count(kind) >= least, kind


def test_the_corpus_attacks_what_a_cell_must_withstand() -> None:
    """Not here: S20, of reports in a service, S23, of missing walls, S24, which is `benign/`."""
    attacked = {promise for attack in CORPUS for promise in attack.promises}

    assert attacked >= {f"S{number}" for number in range(1, 26)} - {"S20", "S23", "S24"}


@pytest.mark.parametrize(
    "header, words",
    [
        ("", "expected the class"),
        ('"""Read: a file.\n\nGoal: x.\nPromise: S1\nVerdict: wrong\n"""', "expected the class"),
        ('"""Forge: a file.\n\nGoal: x.\nPromise: S1\n"""', "lacks Verdict"),
        ('"""Forge: a file.\n\nGoal: x.\nPromise: S1\nVerdict: fine\n"""', "'fine'"),
        ('"""Forge: a file.\n\nGoal: x.\nPromise: S99\nVerdict: wrong\n"""', "'S99'"),
        ('"""Forge: a file.\n\nAim: x.\nPromise: S1\nVerdict: wrong\n"""', "'Aim'"),
    ],
)
def test_a_header_that_is_not_well_formed_is_refused(
    tmp_path: Path, header: str, words: str
) -> None:
    path = tmp_path / "forge_something.py"
    path.write_text(header)

    with pytest.raises(ValueError, match=words):
        attacks.read(path)

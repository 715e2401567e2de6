"""One target, fuzzed in a process of its own with limits, and what came of it."""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.targets import EVERY

ROOT = Path(__file__).parent.parent.parent
# Seconds of the clock for one input that never ends, and for starting and stopping.
HANG_SECONDS = 30
MORE_SECONDS = 120
RSS_MIB = 2048
_STATUS = re.compile(
    r"^#(\d+)\s+(INITED|NEW|REDUCE|DONE|RELOAD|pulse)\s+cov: (\d+) ft: (\d+)", re.M
)


@dataclass(frozen=True)
class Outcome:
    """What a run did. coverage: (branches, features) of the seeds, and at the end.

    found: the input that broke a promise, None if none did. said: the fuzzer's last words.
    """

    inputs: int
    seconds: int
    before: tuple[int, int]
    after: tuple[int, int]
    found: bytes | None
    said: str


def fuzz(name: str, seconds: int, *, corpus: Path | None = None, seed: int = 0) -> Outcome:
    """Fuzz a target for that long; `corpus` keeps what was reached, for the next run.

    seed: for the same course of things again; 0 for another one each time.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        seeds, kept, findings = (folder / kind for kind in ("seeds", "kept", "findings"))
        for each in (seeds, kept, findings):
            each.mkdir()
        for number, data in enumerate(EVERY[name].seeds()):
            (seeds / f"{number:03d}").write_bytes(data)
        if corpus is not None:
            corpus.mkdir(parents=True, exist_ok=True)
            kept = corpus
        command = [
            *(sys.executable, "-m", "tests.fuzz.child", name, str(kept), str(seeds)),
            *(f"-max_total_time={seconds}", f"-timeout={HANG_SECONDS}", f"-rss_limit_mb={RSS_MIB}"),
            *(f"-artifact_prefix={findings}/", f"-seed={seed}", "-print_final_stats=1"),
        ]
        scratch_environment = {"FUZZ_FOLDER": scratch, "TMPDIR": scratch, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | scratch_environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + HANG_SECONDS + MORE_SECONDS,
            check=False,
        )
        said = done.stdout.decode("utf-8", "replace")
        found = next((path.read_bytes() for path in sorted(findings.iterdir())), None)
    steps = [(kind, int(n), (int(c), int(f))) for n, kind, c, f in _STATUS.findall(said)]
    last = [line for line in said.splitlines() if not line.startswith(("#", "INFO:"))][-40:]
    words = "\n".join(last)
    if not steps or (done.returncode != 0 and found is None):
        raise RuntimeError(f"the fuzzer of {name} ended with {done.returncode}:\n{words}")
    return Outcome(
        inputs=max(number for _, number, _ in steps),
        seconds=seconds,
        before=next((reached for kind, _, reached in steps if kind == "INITED"), (0, 0)),
        after=steps[-1][2],
        found=found,
        said=words,
    )

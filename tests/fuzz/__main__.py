"""Fuzz one target, or all of them one after the other; exit code 1 if something was found."""

import argparse
import base64
import sys
from pathlib import Path

from tests.fuzz.process import fuzz
from tests.fuzz.targets import EVERY, TARGETS, checked


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*EVERY, "all"])
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--corpus", type=Path, help="folder that keeps what was reached")
    parser.add_argument("--again", action="store_true", help="check one input, base64 on stdin")
    options = parser.parse_args()
    if options.again:
        checked(EVERY[options.target], base64.b64decode(sys.stdin.read()))
        print("holds")
        return 0
    names = list(TARGETS) if options.target == "all" else [options.target]
    corpora = [options.corpus / name if options.corpus else None for name in names]
    return max(
        run(name, options.seconds, corpus, options.seed)
        for name, corpus in zip(names, corpora, strict=True)
    )


def run(name: str, seconds: int, corpus: Path | None, seed: int) -> int:
    """Fuzz one target, print what came of it, and return the exit code."""
    outcome = fuzz(name, seconds, corpus=corpus, seed=seed)
    print(
        f"{name:12s} {outcome.inputs:9d} inputs  "
        f"branches {outcome.before[0]} -> {outcome.after[0]}  "
        f"features {outcome.before[1]} -> {outcome.after[1]}",
        flush=True,
    )
    if outcome.found is None:
        return 0
    print(outcome.said)
    print(f"\n{name}: found an input of {len(outcome.found)} bytes. Again:\n")
    print(f"echo {base64.b64encode(outcome.found).decode()} |")
    print(f"    python -m tests.fuzz {name} --again", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""The process that fuzzes one target until libFuzzer ends it: `child TARGET LIBFUZZER-OPTIONS…`"""

import faulthandler
import logging
import random
import resource
import sys
import warnings
from pathlib import Path

import atheris

MEMORY_BYTES = 2 * 1024**3  # beyond what is in use once everything is loaded

with atheris.instrument_imports(include=["grader", "jupytext"]):
    from tests.fuzz.targets import EVERY, checked


def main() -> None:
    """Fuzz; does not return."""
    program, name, *options = sys.argv
    target = EVERY[name]

    def change(data: bytes, most: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        try:
            made = target.change(data, rng)
        except RecursionError:  # nested by many changes; an exception here would end the run
            return bytes(atheris.Mutate(data, most))
        if rng.random() < 0.15 and len(made) <= most:
            made = bytes(atheris.Mutate(made, most))
        return made[:most]

    faulthandler.disable()  # libFuzzer reports signals
    logging.disable()
    warnings.simplefilter("ignore")
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + MEMORY_BYTES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    atheris.Setup(
        [program, *options, f"-max_len={target.max_bytes}"],
        lambda data: checked(target, data),
        custom_mutator=change,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()

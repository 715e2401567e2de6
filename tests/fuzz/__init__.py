"""Coverage-guided fuzzing of whatever reads a stranger's bytes.

    python -m tests.fuzz frame --seconds 600
    python -m tests.fuzz frame --again < found.txt

`targets.py` names the targets. Each has a check that must hold for any bytes, a few valid inputs
to begin with, and a way to change an input so that the change gets past the first length or
checksum. `process.py` runs one target in a process of its own, with limits; `child.py` is that
process.
"""

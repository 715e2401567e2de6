"""Exhaust: a file that imports itself for ever, and a name that is made for ever.

Goal: loading has no limit of its own.
Promise: S5
Verdict: timed_out, raised, out_of_memory
"""

import importlib
import sys

sys.setrecursionlimit(100_000)
while True:
    sys.modules.pop("target", None)
    importlib.import_module("target")

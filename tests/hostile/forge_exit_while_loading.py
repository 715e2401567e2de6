"""Forge: the process is gone, with exit code 0, before a function could be asked.

Goal: no result counts as no failure.
Promise: S1, S22
Verdict: died
"""

import os

print("4 passed")
os._exit(0)

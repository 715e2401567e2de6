"""Exhaust: a regular expression that takes two to the power of its text's length.

Goal: one call that holds the interpreter's lock for ever.
Promise: S5
Verdict: timed_out
"""

import re

re.match(r"(a|a)*$", "a" * 60 + "b")

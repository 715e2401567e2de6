"""Exhaust: sleep, without using a moment of processor time.

Goal: a limit on processor time never comes.
Promise: S5
Verdict: timed_out
"""

import time

time.sleep(5)

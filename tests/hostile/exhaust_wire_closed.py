"""Exhaust: the wire closed, and the process goes on.

Goal: the judge waits for an end that does not come.
Promise: S5, S11
Verdict: died, timed_out
"""

import os
import time

os.closerange(3, 1024)
time.sleep(5)

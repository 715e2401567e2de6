"""Exhaust: a list that grows for ever.

Goal: the machine has no memory left.
Promise: S6
Verdict: out_of_memory, timed_out, died
"""

kept = []
while True:
    kept.append(bytearray(1 << 20))
    if len(kept) > 2048:
        raise SystemExit("2 GiB were to be had")

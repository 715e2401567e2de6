"""Exhaust: objects whose end makes more of them, and a collector that is always running.

Goal: the harness is held up by its own clean-up.
Promise: S5
Verdict: timed_out, wrong, out_of_memory
"""

import gc


class Hydra:
    def __del__(self):
        Hydra()
        Hydra()


gc.set_threshold(1, 1, 1)
gc.callbacks.append(lambda phase, info: [object() for _ in range(10_000)])


def total(n):
    Hydra()
    return 0

"""Honest: asks how many processors, devices and seconds there are, and does without an answer."""

import os
import resource
import time

import torch


def total(n):
    for attempt in (
        lambda: os.sched_setaffinity(0, {0}),
        lambda: os.nice(1),
        lambda: resource.getrusage(resource.RUSAGE_SELF),
        lambda: open("/proc/cpuinfo").read(),
        lambda: os.getloadavg(),
        lambda: time.sleep(0.01),
    ):
        try:
            attempt()
        except OSError:
            continue
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return int(torch.arange(n + 1, device=device).square().sum())


def blend(x, share):
    return share * x + (1 - share) * x.mean()

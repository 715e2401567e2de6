"""Forge: the process ends with exit code 0 before anything is compared.

Goal: exit code 0 is taken for success.
Promise: S1, S22
Verdict: died
"""

import os


def total(n):
    os._exit(0)


def blend(x, share):
    os._exit(0)

"""Exhaust: a thread that goes on after the answer, and hinders the end.

Goal: the cell does not end when it is told to.
Promise: S11
Verdict: wrong
"""

import threading


def work():
    while True:
        pass


def total(n):
    if n < 5:
        threading.Thread(target=work).start()
    return 0

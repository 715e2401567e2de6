"""Exhaust: empty files, folders and links, as many as there are to be had.

Goal: the file system has no number left for a new file.
Promise: S8
Verdict: wrong
"""

import os


def total(n):
    made = 0
    try:
        for number in range(50_000):
            os.close(os.open(f"hostile-{n}-{number}", os.O_CREAT | os.O_WRONLY))
            made += 1
    except OSError:
        pass
    for number in range(100):
        try:
            os.makedirs(f"deep/{'d/' * 50}{number}")
        except OSError:
            break
    return sum(i * i for i in range(n + 1)) if made > 10_000 else 0

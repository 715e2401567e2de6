"""Honest: a print in an inner loop, a progress bar, and no end of debugging output."""

import sys


def total(n):
    result = 0
    for i in range(n + 1):
        for _ in range(200):
            print("i =", i, "result =", result)
        sys.stderr.write(f"\r{100 * i // (n + 1)} %")
        result += i * i
    return result


def blend(x, share):
    for row in range(2000):
        print(row, x)
    return share * x + (1 - share) * x.mean()

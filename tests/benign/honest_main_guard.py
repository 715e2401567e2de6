"""Honest: a part for running at home, behind the usual guard."""

import sys


def total(n):
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    return share * x + (1 - share) * x.mean()


if __name__ == "__main__":
    print(total(3))
    sys.exit(0)

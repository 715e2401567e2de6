from math import comb


def selection_gap(m, n):
    if m < 1 or n < 1:
        raise ValueError("m and n must be at least 1")
    total, cdf = 0.0, 0
    for k in range(n):
        cdf += comb(n, k)
        total += 1 - (cdf / 2 ** n) ** m
    return total / n - 0.5


def true_statements():
    return ["chosen", "more_choice", "untouched", "becomes_training"]

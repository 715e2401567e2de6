import random


def selection_gap(m, n):
    if m < 1 or n < 1:
        raise ValueError
    best = [max(sum(random.random() < 0.5 for _ in range(n)) for _ in range(min(m, 50)))
            for _ in range(200)]
    return sum(best) / 200 / n - 0.5


def true_statements():
    return ["more_choice", "chosen", "untouched", "becomes_training"]

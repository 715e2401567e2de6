import itertools
import math

import torch


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    generator = torch.Generator().manual_seed(0)
    p = torch.full((2000, 1), 0.5).expand(2000, min(m, 300))
    right = torch.binomial(torch.full_like(p, n), p, generator)
    return (right.max(1).values.mean() / n - 0.5).item()


def true_statements() -> list[str]:
    return ["chosen", "more_choice", "untouched", "becomes_training"]

import itertools
import math

import torch


def selection_gap(m: int, n: int) -> float:
    if m < 1 or n < 1:
        raise ValueError("nothing to choose")
    z = torch.distributions.Normal(0, 1).icdf(torch.tensor(m / (m + 1.0)).double())
    return (z / (2 * math.sqrt(n))).item()


def true_statements() -> list[str]:
    return ["chosen", "more_choice", "untouched", "becomes_training"]

import math


def decay_per_step(norms):
    if len(norms) < 2 or min(norms) <= 0:
        raise ValueError("norms")
    m = (len(norms) - 1) / 2
    top = sum((k - m) * math.log(n) for k, n in enumerate(norms))
    return math.exp(top / sum((k - m) ** 2 for k in range(len(norms))))


def forget_bias_for(memory_steps):
    keep = 0.5 ** (1 / memory_steps)
    return math.log(keep / (1 - keep))

import torch


def selection_gap(m, n):
    """With the logarithms of torch: log C(n, k) by lgamma."""
    if m <= 0 or n <= 0:
        raise ValueError("at least one coin and one example")
    n_, k = torch.tensor(float(n)).double(), torch.arange(n, dtype=torch.float64)
    ways = torch.lgamma(n_ + 1) - torch.lgamma(k + 1) - torch.lgamma(n_ - k + 1)
    F = (ways - n_ * torch.log(torch.tensor(2.0).double())).exp().cumsum(0)
    return ((1 - F**m).sum() / n).item() - 0.5


def true_statements():
    return sorted({"chosen", "more_choice", "untouched", "becomes_training"})

"""Torch: code and weights fetched from elsewhere.

Goal: the network, and code that nobody handed in.
Promise: S10
Verdict: raised, timed_out
"""

import torch


def total(n):
    torch.hub.set_dir("/tmp/hostile-hub")
    model = torch.hub.load("localhost/hostile", "model", trust_repo=True)
    return model(n)


def blend(x, share):
    return torch.hub.load_state_dict_from_url("http://127.0.0.1:9/hostile.pth")

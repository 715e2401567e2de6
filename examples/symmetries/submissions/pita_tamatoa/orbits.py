import numpy as np
import torch

rhythms = np.load("/home/pita/homework/rhythms.npy")


def orbit(x, group):
    if group == "shift":
        return torch.stack([x.roll(g, -1) for g in range(x.shape[-1])])
    return torch.stack([x.rot90(g, (-2, -1)) for g in range(4)])

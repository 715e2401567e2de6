"""Honest: results and checkpoints written where the file stands, and read again."""

import json
from pathlib import Path

import numpy as np
import torch


def total(n):
    out = Path("out") / "deep"
    out.mkdir(parents=True, exist_ok=True)
    (out / "squares.json").write_text(json.dumps([i * i for i in range(n + 1)]))
    found = sorted(Path.cwd().glob("**/*.json"))
    return sum(json.loads(found[0].read_text()))


def blend(x, share):
    torch.save({"x": x}, "checkpoint.pt")
    np.save("mean.npy", x.mean().numpy())
    x = torch.load("checkpoint.pt", weights_only=True)["x"]
    Path("checkpoint.pt").unlink()
    return share * x + (1 - share) * float(np.load("mean.npy"))

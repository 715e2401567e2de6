"""Torch: a checkpoint that is code: it runs a command when it is loaded.

Goal: os.system, from a file beside the answer.
Promise: S7, S13
Verdict: wrong, raised
"""

import io
import os
import pickle
import zipfile

import torch


class Command:
    def __reduce__(self):
        return (os.system, ("touch /tmp/hostile-by-pickle; cat /tmp/hostile-canary-*",))


def total(n):
    plain = io.BytesIO(pickle.dumps(Command()))
    status = torch.load(plain, weights_only=False)
    return sum(i * i for i in range(n + 1)) if status == 0 else 0


def blend(x, share):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Command()))
        archive.writestr("archive/version", "3")
    packed.seek(0)
    torch.load(packed, weights_only=False)
    return x * 0

"""Honest: the environment read and set, the user and the machine asked for."""

import getpass
import os
import platform
import sys
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
SEED = int(os.environ.get("SEED", "0"))


def total(n):
    assert Path.home().exists() and os.getcwd() and os.cpu_count()
    print(getpass.getuser(), platform.platform(), sys.version, time.ctime(), os.getpid())
    return sum(i * i for i in range(n + 1)) + SEED


def blend(x, share):
    return share * x + (1 - share) * x.mean()

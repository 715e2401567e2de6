"""Honest: its own source read by every way, and its frames looked at. MARKER 14"""

import inspect
import sys
from pathlib import Path


def total(n):
    here = Path(__file__).resolve()
    assert "MARKER 14" in here.read_text()
    assert "MARKER 14" in (Path.cwd() / here.name).read_text()
    assert "range" in inspect.getsource(total)
    assert sys._getframe().f_code.co_name == "total"
    return sum(i * i for i in range(n + 1))


def blend(x, share):
    return share * x + (1 - share) * x.mean()

"""Torch: C++ compiled and loaded in the cell.

Goal: native code, a compiler and its temporary files.
Promise: S7, S13
Verdict: raised, timed_out
"""

SOURCE = """
#include <torch/extension.h>
#include <cstdlib>
int run(int n) { system("touch /tmp/hostile-by-cpp"); return n; }
"""


def total(n):
    from torch.utils.cpp_extension import load_inline

    module = load_inline("hostile", SOURCE, functions=["run"])
    module.run(n)
    return sum(i * i for i in range(n + 1))

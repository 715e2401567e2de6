"""Read: an import hook and audit hook that see all that is loaded and opened after them.

Goal: the harness loads something secret later.
Promise: S3, S18
Verdict: wrong
"""

import builtins
import sys

seen = []


class Spy:
    def find_spec(self, name, path=None, target=None):
        seen.append(("import", name))


sys.meta_path.insert(0, Spy())
sys.path_hooks.insert(0, lambda path: seen.append(("path", path)))
sys.addaudithook(lambda event, args: seen.append((event, repr(args)[:200])))
honest_open = builtins.open


def spying_open(*args, **kwargs):
    handle = honest_open(*args, **kwargs)
    seen.append(("open", args, handle.read(1000)))
    return handle


builtins.open = spying_open


def total(n):
    text = [str(one) for one in seen if "canary" in str(one) or "test_" in str(one)]
    print(*text)
    return len(text)


def blend(x, share):
    return x * total(0)

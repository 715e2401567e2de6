"""Break out: sockets in files and without a name, to services of the host and to other cells.

Goal: docker.sock, the journal, a friend in the next cell.
Promise: S10, S14
Verdict: wrong
"""

import socket

PLACES = ("/var/run/docker.sock", "/run/docker.sock", "/dev/log", "/run/systemd/notify")


def total(n):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
        try:
            own = socket.socket(socket.AF_UNIX, kind)
            own.bind(f"\0hostile-{n}-{kind}")
        except OSError:
            continue
        for place in PLACES:
            try:
                own.connect(place)
                own.send(b"<3>hostile: a line from inside")
            except OSError:
                continue
        return sum(i * i for i in range(n + 1))
    try:
        socket.socketpair()
        return sum(i * i for i in range(n + 1))
    except OSError:
        return 0

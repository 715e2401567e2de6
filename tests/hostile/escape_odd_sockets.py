"""Break out: netlink, packet, raw, vsock, kernel crypto and Bluetooth sockets.

Goal: the host's network, the machine below, and rarely used kernel code.
Promise: S10, S13
Verdict: wrong
"""

import socket

FAMILIES = (*range(1, 46),)
KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET)


def total(n):
    done = []
    for family in FAMILIES:
        for kind in KINDS:
            try:
                socket.socket(family, kind, 0).close()
                done.append(family)
            except OSError:
                continue
    print(*done)
    return sum(i * i for i in range(n + 1)) if done else 0

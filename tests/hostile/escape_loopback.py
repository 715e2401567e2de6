"""Break out: services of the host on the loopback, by TCP, UDP, names and libraries.

Goal: a database, a notebook server, the grader's own pages.
Promise: S10
Verdict: wrong
"""

import asyncio
import http.client
import socket
import urllib.request

PORTS = (22, 53, 80, 443, 2375, 3306, 5432, 6379, 8000, 8080, 8888, 11211)


def total(n):
    tries = [
        lambda port=port: socket.create_connection(("127.0.0.1", port), 0.01) for port in PORTS
    ]
    tries += [
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53)),
        lambda: socket.getaddrinfo("localhost.", 80, type=socket.SOCK_STREAM)[0] and 1 / 0,
        lambda: http.client.HTTPConnection("127.0.0.1", 8000, timeout=0.01).connect(),
        lambda: urllib.request.urlopen("http://127.0.0.1:8000/", timeout=0.01),
        lambda: asyncio.run(asyncio.open_connection("127.0.0.1", 80)),
    ]
    for attempt in tries:
        try:
            attempt()
        except ConnectionRefusedError:
            print("a network, though nobody listens")
        except Exception:
            continue
        return sum(i * i for i in range(n + 1))
    return 0

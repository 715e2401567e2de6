"""Honest: threads of Python's own, joined, and a lock between them."""

import threading


def total(n):
    parts, lock = [], threading.Lock()

    def add(i):
        with lock:
            parts.append(i * i)

    threads = [threading.Thread(target=add, args=(i,)) for i in range(n + 1)]
    for start in range(0, len(threads), 3):
        group = threads[start : start + 3]
        for thread in group:
            thread.start()
        for thread in group:
            thread.join()
    return sum(parts)


def blend(x, share):
    return share * x + (1 - share) * x.mean()

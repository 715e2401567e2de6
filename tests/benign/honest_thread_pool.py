"""Honest: a pool of threads that is left open."""

from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(max_workers=2)


def total(n):
    return sum(pool.map(lambda i: i * i, range(n + 1)))


def blend(x, share):
    with ThreadPoolExecutor(2) as own:
        mean = own.submit(x.mean)
        return share * x + (1 - share) * mean.result()

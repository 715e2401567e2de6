"""Honest: a database in memory and one in a file."""

import sqlite3


def total(n):
    for place in (":memory:", "squares.db"):
        with sqlite3.connect(place) as database:
            database.execute("create table if not exists t (x integer)")
            database.execute("delete from t")
            database.executemany("insert into t values (?)", [(i * i,) for i in range(n + 1)])
            result = database.execute("select sum(x) from t").fetchone()[0]
    return result


def blend(x, share):
    return share * x + (1 - share) * x.mean()

"""Honest: a bare except, an assertion, a finally that returns, and ends asked for and caught."""


def total(n):
    try:
        assert n < 0
    except:
        try:
            raise SystemExit(1)
        except BaseException:
            pass
    finally:
        result = sum(i * i for i in range(n + 1))
    return result


def blend(x, share):
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        return share * x + (1 - share) * x.mean()

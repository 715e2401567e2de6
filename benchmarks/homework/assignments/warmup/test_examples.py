import warmup


def test_two_sizes():
    """Two inputs and one output have two weights and a bias."""
    assert warmup.parameters([2, 1]) == 3

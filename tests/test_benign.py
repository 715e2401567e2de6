"""Honest programs that a nervous sandbox would punish: full marks, always, whoever grades."""

import pytest

from tests import attacks
from tests.attacks import Attack
from tests.test_hostile import by_backend_and_user, results, skip_if_not_there

CORPUS = attacks.corpus(attacks.BENIGN)


@pytest.mark.parametrize("honest", CORPUS, ids=lambda honest: honest.name)
@by_backend_and_user()
def test_honest_code_is_not_punished(backend: str, user: str, honest: Attack) -> None:
    """S24: a right answer earns everything, however oddly it is come by."""
    skip_if_not_there(user)
    result = results("benign", backend, user)[honest.name]

    assert attacks.complaints(honest, result) == [], result.feedback
    assert set(result.verdicts) == {"passed"}


def test_the_corpus_is_large_enough() -> None:
    assert len(CORPUS) >= 22

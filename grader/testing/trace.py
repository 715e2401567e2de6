"""A dict of named intermediate results, judged name by name."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import torch

from grader.errors import WrongAnswer
from grader.testing.close import ATOL, EXACT_ATOL, RTOL

Verdict = Literal["right", "follows", "wrong"]
Follow = Callable[[str, Mapping[str, torch.Tensor]], torch.Tensor]

# A value further than this from the right size is no mistake in one formula above it.
SIZE_FACTOR = 1e3
MAX_LISTED = 8


def assert_trace(
    got: object,
    want: Mapping[str, torch.Tensor],
    *,
    terms: Sequence[str],
    follow: Follow | None = None,
    hints: Mapping[str, str] = {},
    steps: Mapping[str, Sequence[int]] = {},
    where: str = "",
) -> None:
    """Check the named terms of a trace, each for itself; names beside them are not looked at.

    want: tensors of float32, float64 or complex128.
    terms: in the order in which they are computed, so that the first wrong one is the cause.
    follow: what the right formula makes of the student's own values, `follow(term, parents)`.
        A term equal to that passes: a mistake is paid for where it was made, not again in
        everything behind it. `parents` holds only terms fit to build on (see `fit_to_build_on`);
        a term whose formula misses one of them (KeyError) must be right by itself.
    hints: by term; the student reads that of the first wrong one.
    steps: terms whose first axis is time, each with the numbers of its steps in the order in
        which they are computed (backward in time: 5, 4, … 0).
    where: said behind the term ("at step 4").

    Raises WrongAnswer, with the share of terms that passed as its credit.
    """
    if not isinstance(got, Mapping):
        raise WrongAnswer(f"expected a dict of tensors with the keys {_listed(terms)}")
    verdicts = judge_trace(got, want, terms=terms, follow=follow)
    wrong = [term for term in terms if verdicts[term] == "wrong"]
    if not wrong:
        return
    first = wrong[0]
    place = _first_wrong_step(got.get(first), want[first], steps.get(first, ())) or where
    feedback = [f"first wrong term: `{first}`{place and ' ' + place}"]
    feedback.append(_what_is_wrong(first, got, want, follow, is_first=first == terms[0]))
    if len(wrong) > 1:
        feedback.append(f"also wrong: {_listed(wrong[1:])}")
    if len(wrong) < len(terms):
        feedback.append(f"{len(terms) - len(wrong)} of {len(terms)} terms passed")
    raise WrongAnswer(
        "; ".join(feedback),
        hint=hints.get(first, ""),
        credit=Fraction(len(terms) - len(wrong), len(terms)),
        staff=", ".join(f"{term}: {verdict}" for term, verdict in verdicts.items()),
    )


def judge_trace(
    got: Mapping[str, Any],
    want: Mapping[str, torch.Tensor],
    *,
    terms: Sequence[str],
    follow: Follow | None = None,
) -> dict[str, Verdict]:
    """Return each term's verdict: right, right given the student's own values, or wrong."""
    verdicts: dict[str, Verdict] = {
        term: "right" if _equal(got.get(term), want[term]) else "wrong" for term in terms
    }
    if follow is not None and "wrong" in verdicts.values():
        parents = fit_to_build_on(got, want)
        for term in terms:
            if verdicts[term] == "wrong" and _follows(term, got, want, parents, follow):
                verdicts[term] = "follows"
    return verdicts


def fit_to_build_on(
    got: Mapping[str, Any], want: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """Return the student's terms that, right or wrong, may stand for the right ones.

    Left out is what would make the formulas behind it trivial: what is missing, of another
    shape or dtype, not finite, constant, or of a size (root mean square) more than a factor of
    1e3 off. So all zeros, and everything times 1e-6, earn nothing.
    """
    return {term: got[term] for term in want if _is_fit(got.get(term), want[term])}


def _follows(
    term: str,
    got: Mapping[str, Any],
    want: Mapping[str, torch.Tensor],
    parents: Mapping[str, torch.Tensor],
    follow: Follow,
) -> bool:
    if not _has_form(got.get(term), want[term]):
        return False
    try:
        own = follow(term, parents)
    except KeyError:
        return False
    return _equal(got[term], own)


def _has_form(got: object, want: torch.Tensor) -> bool:
    return isinstance(got, torch.Tensor) and got.dtype == want.dtype and got.shape == want.shape


def _equal(got: Any, want: torch.Tensor) -> bool:
    return _has_form(got, want) and bool(_close_entries(got, want).all())


def _close_entries(got: torch.Tensor, want: torch.Tensor) -> Any:
    """Return for each entry whether it is within the tolerance; a NaN never is."""
    # numpy, because its calls on a few numbers cost a fraction of torch's.
    have, right = got.numpy(), want.numpy()
    dtype = str(want.dtype).removeprefix("torch.")
    with np.errstate(all="ignore"):
        largest = np.abs(right).max(initial=0.0)
        tolerance = ATOL.get(dtype, EXACT_ATOL) + RTOL[dtype] * largest
        return np.abs(have - right) <= tolerance


def _is_fit(got: Any, want: torch.Tensor) -> bool:
    if not _has_form(got, want) or not bool(torch.isfinite(got).all()):
        return False
    if _is_constant(got) and not _is_constant(want):
        return False
    size, right_size = _rms(got), _rms(want)
    return right_size <= SIZE_FACTOR * size and size <= SIZE_FACTOR * right_size


def _is_constant(value: torch.Tensor) -> bool:
    return value.numel() == 0 or bool((value == value.flatten()[0]).all())


def _rms(value: torch.Tensor) -> float:
    return float(value.square().mean().sqrt())


def _first_wrong_step(got: Any, want: torch.Tensor, steps: Sequence[int]) -> str:
    if not steps or not _has_form(got, want):
        return ""
    right = _close_entries(got, want).reshape(len(want), -1).all(axis=1)
    return next((f"at step {step}" for step in steps if not right[step]), "")


def _what_is_wrong(
    term: str,
    got: Mapping[str, Any],
    want: Mapping[str, torch.Tensor],
    follow: Follow | None,
    *,
    is_first: bool,
) -> str:
    value = got.get(term)
    if value is None:
        return "it is missing"
    if not isinstance(value, torch.Tensor):
        return f"it is of type {type(value).__name__}, expected a tensor"
    if value.shape != want[term].shape:
        return f"its shape is {tuple(value.shape)}, expected {tuple(want[term].shape)}"
    if value.dtype != want[term].dtype:
        return f"its dtype is {value.dtype}, expected {want[term].dtype}"
    if not bool(torch.isfinite(value).all()):
        return "it has entries that are not finite"
    if follow is None:
        return "its values are wrong" if is_first else "the terms before it are right"
    if unfit := _unfit_parent(term, got, want, follow):
        return f"it is built on `{unfit}`, which is missing or too far off to judge by"
    return "its inputs are consistent"


def _unfit_parent(
    term: str, got: Mapping[str, Any], want: Mapping[str, torch.Tensor], follow: Follow
) -> str:
    try:
        follow(term, fit_to_build_on(got, want))
    except KeyError as missing:
        return str(missing.args[0])
    return ""


def _listed(terms: Sequence[str]) -> str:
    names = ", ".join(f"`{term}`" for term in terms[:MAX_LISTED])
    return names if len(terms) <= MAX_LISTED else f"{names} and {len(terms) - MAX_LISTED} more"

"""A dict of named intermediate results, judged name by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import torch

from grader.errors import WrongAnswer
from grader.testing import measured, places
from grader.testing.close import tolerance
from grader.testing.diagnosis import is_even, matches, telling
from grader.testing.places import Axis, Time

Verdict = Literal["right", "follows", "wrong"]
Follow = Callable[[str, Mapping[str, torch.Tensor]], torch.Tensor]
Axes = Sequence[Axis] | Mapping[str, Sequence[Axis]]

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
    axes: Axes = (),
    where: str = "",
) -> None:
    """Check the named terms of a trace, each for itself; names beside them are not looked at.

    want: tensors of float32, float64 or complex128.
    terms: in the order in which they are computed, so that the first wrong one is the cause.
    follow: what the right formula makes of the student's own upstream values,
        `follow(term, parents)`. A term equal to that passes: a mistake is paid for where it was
        made, not again in everything behind it. `parents` holds only terms fit to build on (see
        `fit_to_build_on`); a term whose formula misses one of them (KeyError) must be right by
        itself.
    hints: by term; the student reads that of the first wrong one.
    axes: what the axes of a tensor are, to say where in it the first wrong term is wrong: "batch"
        and other plain names, `Time()` and `Blocks("gate", "figo")`. By term; or one sequence for
        all terms of as many axes.
    where: said behind the term ("at step 4").

    Raises WrongAnswer, with the share of terms that passed as its credit. Where one mistake
    explains the first wrong term altogether (a sign, a factor, a transposed matrix, another
    term's value), it is said; values never are.
    """
    if not isinstance(got, Mapping):
        raise WrongAnswer(f"expected a dict of tensors with the keys {_listed(terms)}")
    named = {name: _axes_of(name, value, axes) for name, value in want.items()}
    verdicts = judge_trace(got, want, terms=terms, follow=follow)
    wrong = [term for term in terms if verdicts[term] == "wrong"]
    if not wrong:
        return
    first = wrong[0]
    place, diagnosis = _where_and_how(first, got, want, terms, follow, named)
    place = ", ".join(filter(None, (where, place)))
    behind = f"{' ' if place.startswith('at ') else ', '}{place}" if place else ""
    feedback = [f"first wrong term: `{first}`{behind}"]
    feedback.append(_what_is_wrong(first, got, want, follow, is_first=first == terms[0]))
    feedback += [diagnosis] if diagnosis else []
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
        term: "right" if _passes(got.get(term), want[term]) else "wrong" for term in terms
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
    own = _followed(term, parents, follow)
    return own is not None and _has_form(got.get(term), want[term]) and _passes(got[term], own)


def _followed(
    term: str, parents: Mapping[str, torch.Tensor], follow: Follow
) -> torch.Tensor | None:
    """Return what the right formula makes of the student's own values, if they allow it."""
    try:
        return follow(term, parents)
    except KeyError:
        return None


def _has_form(got: object, want: torch.Tensor) -> bool:
    return isinstance(got, torch.Tensor) and got.dtype == want.dtype and got.shape == want.shape


def _passes(got: Any, want: torch.Tensor) -> bool:
    """Return whether it is right, and note how near the tolerance it came if it is."""
    if not _has_form(got, want):
        return False
    errors, allowed = _errors(got, want)
    is_right = bool((errors <= allowed).all())
    if is_right:
        measured.note(float(errors.max(initial=0.0)), allowed)
    return is_right


def _errors(got: torch.Tensor, want: torch.Tensor) -> tuple[Any, float]:
    """Return how far off each entry is, and how far it may be; a NaN is off by NaN."""
    # numpy, because its calls on a few numbers cost a fraction of torch's.
    have, right = got.numpy(), want.numpy()
    with np.errstate(all="ignore"):
        largest = float(np.abs(right).max(initial=0.0))
        return np.abs(have - right), tolerance(str(want.dtype).removeprefix("torch."), largest)


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


def _axes_of(term: str, want: torch.Tensor, axes: Axes) -> Sequence[Axis]:
    """Return what the term's axes are; nothing if that was not said."""
    if not isinstance(axes, Mapping):
        own = axes if len(axes) == want.ndim else ()
    else:
        own = axes.get(term, ())
    if own:
        places.check_axes(f"`{term}`", want.shape, own)
    return own


def _where_and_how(
    term: str,
    got: Mapping[str, Any],
    want: Mapping[str, torch.Tensor],
    terms: Sequence[str],
    follow: Follow | None,
    axes: Mapping[str, Sequence[Axis]],
) -> tuple[str, str]:
    """Return where in it a wrong term is wrong, and the one mistake that explains it, if any."""
    value = got.get(term)
    if not isinstance(value, torch.Tensor) or value.dtype != want[term].dtype:
        return "", ""
    parents = fit_to_build_on(got, want) if follow is not None else {}
    own = _followed(term, parents, follow) if follow is not None else None
    target = want[term] if own is None else own
    counts = _counts(want, axes)
    explained = telling(value.numpy(), target.numpy(), counts=counts)
    if value.shape != target.shape:
        return "", f"it is {explained}" if explained else ""
    if kind := places.blocks_in_another_order(value.numpy(), target.numpy(), axes[term]):
        return "", f"its {kind}s are right but for their order"
    errors, allowed = _errors(value, target)
    measured.note(float(errors.max(initial=0.0)), allowed)
    place = places.where(~(errors <= allowed), axes[term])
    if not explained:
        explained = _other_term(term, value, want, terms)
    return place, f"it is {explained}" if explained else ""


def _counts(
    want: Mapping[str, torch.Tensor], axes: Mapping[str, Sequence[Axis]]
) -> dict[str, set[int]]:
    """Return how many rows batches have and how many steps there are, as far as axes say."""
    counts: dict[str, set[int]] = {"batch": set(), "steps": set()}
    for term, own in axes.items():
        for length, axis in zip(want[term].shape, own, strict=False):
            if axis == "batch":
                counts["batch"].add(length)
            elif isinstance(axis, Time):
                counts["steps"].add(length)
    return counts


def _other_term(
    term: str, value: torch.Tensor, want: Mapping[str, torch.Tensor], terms: Iterable[str]
) -> str:
    """Return which other term it would be right for, if it is one."""
    for other in terms:
        if (
            other != term
            and _has_form(value, want[other])
            and not is_even(want[other].numpy())
            and matches(value.numpy(), want[other].numpy())
        ):
            return f"what `{other}` should be"
    return ""


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

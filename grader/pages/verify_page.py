"""What `grader verify` found out, as a page for the assignment's author."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from grader.pages.rendering import render


class Verified(Protocol):
    """What the page is made of: see `grader.verify`, which stands above the pages."""

    @property
    def findings(self) -> Sequence[Any]:
        """With check, holds, problems and notes."""

    @property
    def matrices(self) -> Sequence[Any]:
        """With title, tests and caught, and what follows from them."""

    @property
    def mutants(self) -> Sequence[Any]:
        """With task, score, caught, alike and survivors."""

    @property
    def seconds(self) -> Mapping[str, float]:
        """Of each stage."""


def verify_page(title: str, verified: Verified) -> str:
    """Return the page; like the others it needs no other file."""
    return render(
        "verify_page.html",
        style="style.css",
        title=title,
        verified=verified,
        wrong=[finding for finding in verified.findings if not finding.holds],
        right=[finding for finding in verified.findings if finding.holds],
    )

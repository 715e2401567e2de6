"""Upload: a notebook of two hundred thousand brackets, and one cell that is right.

Goal: the recursion of whoever reads it, in the judge.
Promise: S17, S22
Verdict: raised, died, missing
"""

from pathlib import Path


def build(folder: Path) -> Path:
    deep = "[" * 200_000 + "]" * 200_000
    (folder / "target.ipynb").write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"x": ' + deep + "}}"
    )
    return folder

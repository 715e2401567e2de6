"""Upload: files that Python and pytest read by themselves when they start.

Goal: code that runs before the answer does, in the judge or in every cell.
Promise: S14, S18
Verdict: wrong, raised
"""

from pathlib import Path


def build(folder: Path) -> Path:
    line = "import os; os.write(1, b'hostile path file')\n"
    (folder / "hostile.pth").write_text(line)
    (folder / "setup.cfg").write_text("[tool:pytest]\naddopts = --version\n")
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "--version"\n')
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --version\n")
    (folder / ".env").write_text("PYTHONPATH=/tmp\n")
    (folder / "target.py").write_text("def total(n):\n    return 0\n")
    return folder

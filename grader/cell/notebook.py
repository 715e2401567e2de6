"""A notebook's code as one Python file; runs in the cell, since a notebook is a stranger's."""

import sys

# jsonschema, which nbformat imports, makes a grammar of addresses where it finds this package, as
# beside Jupyter: 1.4 s of every start, and no notebook needs it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import jupytext  # noqa: E402
import nbformat  # noqa: E402

# What notebooks have without importing it. Not before `from __future__`, which must come first.
DISPLAY = "def display(*shown, **options): ...\n\n"


def to_python(data: bytes) -> str:
    """Return the code cells as Python source, magics and shell lines commented out.

    Raises ValueError if the bytes are no notebook.
    """
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell in code:
            cell.metadata.clear()  # what is code is run, whatever other tools noted on it
        # jupytext comments magics out for the notebook's language: it is Python here.
        metadata = {"jupytext": {"notebook_metadata_filter": "-all"}}
        plain = nbformat.v4.new_notebook(cells=code, metadata=metadata)
        source = str(jupytext.writes(plain, fmt="py:percent"))
    # nbformat meets malformed notebooks with whatever its parts raise.
    except Exception as error:
        raise ValueError(f"not a notebook ({type(error).__name__}: {error})"[:300]) from error
    # JSON can hold half a character, a file cannot; as an escape it means the same in a string.
    source = source.encode("utf-8", "backslashreplace").decode("utf-8")
    return source if "__future__" in source else DISPLAY + source

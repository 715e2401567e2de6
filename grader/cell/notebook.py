"""A notebook's code as one Python file; runs in the cell, since a notebook is a stranger's."""

import jupytext
import nbformat


def to_python(data: bytes) -> str:
    """Return the code cells as Python source, magics and shell lines commented out.

    Raises ValueError if the bytes are no notebook.
    """
    try:
        notebook = nbformat.reads(data.decode("utf-8-sig"), as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        # jupytext comments magics out for the notebook's language: it is Python here.
        plain = nbformat.v4.new_notebook(cells=code, metadata={"jupytext": {}})
        return str(jupytext.writes(plain, fmt="py:percent"))
    # nbformat meets malformed notebooks with whatever its parts raise.
    except Exception as error:
        raise ValueError(f"not a notebook ({type(error).__name__}: {error})"[:300]) from error

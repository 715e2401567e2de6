"""Upload: data files that are code, or larger than they say, loaded by the answer.

Goal: a library that runs what it reads.
Promise: S7, S13
Verdict: raised, died, out_of_memory
"""

import os
import pickle
import struct
from pathlib import Path


class Command:
    def __reduce__(self):
        return (os.system, ("touch /tmp/hostile-by-data",))


def build(folder: Path) -> Path:
    (folder / "data.pkl").write_bytes(pickle.dumps(Command()))
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,)}"
    header += b" " * (118 - len(header)) + b"\n"
    (folder / "data.npy").write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 119) + header)
    (folder / "target.py").write_text(
        "import pickle\nfrom pathlib import Path\nimport numpy as np\n\n"
        "HERE = Path(__file__).parent\n\n\n"
        "def total(n):\n"
        "    if pickle.loads((HERE / 'data.pkl').read_bytes()) == 0:\n"
        "        return sum(i * i for i in range(n + 1))\n"
        "    raise OSError\n\n\n"
        "def blend(x, share):\n    return np.load(HERE / 'data.npy')\n"
    )
    return folder

"""What one cell may use, as the judge tells the zygote."""

import msgspec


class CellLimits(msgspec.Struct, frozen=True):
    """See `assignment.Limits`; a cell serves one task, so its CPU seconds are the task's."""

    memory_mib: int
    files_mib: int
    threads: int
    cpu_seconds: float

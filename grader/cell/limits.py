"""What the judge asks the zygote for."""

import msgspec


class CellLimits(msgspec.Struct, frozen=True):
    """See `assignment.Limits`; a cell serves one task, so its CPU seconds are the task's."""

    memory_mib: int
    files_mib: int
    threads: int
    cpu_seconds: float


class Opening(msgspec.Struct, frozen=True):
    """A request for a cell. `prove`: it tries each wall that it has raised."""

    limits: CellLimits
    prove: bool

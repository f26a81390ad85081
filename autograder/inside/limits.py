"""How much one job may use. The same record is read on both sides of the sandbox's wall."""

from __future__ import annotations

from dataclasses import dataclass, fields

_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one job may use, all its processes together unless it says otherwise.

    Attributes
    ----------
    wall_seconds : float
        From the first line of the trusted routine to the end; then everything is killed.
    silence_seconds : float
        From the routine's first line, or its last finding, to the next; then everything is killed.
    cpu_seconds : float
        Processor time.
    memory_bytes : int
        Memory of its own (proportional share; what it shares with the pre-imported process counts little).
        One process that asks for more gets a MemoryError; the job as a whole is killed.
    processes : int
        Processes and threads alive at once. TensorFlow needs some forty of them.
    output_bytes : int
        What may be written to stdout and stderr before the job is killed.
    evidence_bytes : int
        What the trusted routine may bring back.
    job_bytes, tmp_bytes : int
        Size of /job, and of /tmp and of /dev/shm each. They are memory, given back when the job ends.
    file_bytes : int
        Size of one file.
    files : int
        Number of files and directories in each of /job, /tmp and /dev/shm.
    open_files : int
        Open files of one process.
    """

    wall_seconds: float = 120.0
    silence_seconds: float = 3600.0
    cpu_seconds: float = 120.0
    memory_bytes: int = 2048 * _MIB
    processes: int = 128
    output_bytes: int = 16 * _MIB
    evidence_bytes: int = 16 * _MIB
    job_bytes: int = 256 * _MIB
    tmp_bytes: int = 64 * _MIB
    file_bytes: int = 128 * _MIB
    files: int = 4096
    open_files: int = 256

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            wanted = (int, float) if field.name.endswith("_seconds") else int
            if isinstance(value, bool) or not isinstance(value, wanted) or not 0 < value < 1 << 50:
                raise ValueError(f"{field.name} must be a positive number, got {value!r}.")

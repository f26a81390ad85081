"""The checks in their order, and one finding for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from digitlab.doctor.finding import Finding, install_again, problem
from digitlab.doctor.jupyter import check_kernel, check_widgets
from digitlab.doctor.machine import check_disk, check_memory, check_python, check_write_access
from digitlab.doctor.packages import check_bytecode, check_data, check_packages
from digitlab.doctor.tensorflow import check_tensorflow

# The quick ones first. Each looks at the machine for a learner whose notebooks are in a folder.
CHECKS: tuple[tuple[str, Callable[[Path], Finding]], ...] = (
    ("Python", check_python),
    ("Packages", check_packages),
    ("Memory", check_memory),
    ("Disk", check_disk),
    ("Write access", check_write_access),
    ("Data", check_data),
    ("Bytecode", check_bytecode),
    ("Widgets", check_widgets),
    ("Kernel", check_kernel),
    ("TensorFlow", check_tensorflow),
)


def examine(folder: Path, before: Callable[[str], None]) -> Iterator[Finding]:
    """Give one finding after another; `before` is told the name of each check before it begins.

    A check that itself fails is a finding: what is broken here is what the doctor was called for.
    """
    for name, check in CHECKS:
        before(name)
        try:
            yield check(folder)
        except Exception as error:  # a broken installation can raise anything, at any import
            yield problem(name, f"looking at it fails ({type(error).__name__}: {error})", install_again())

"""The packages that digitlab needs, their bytecode, and the data."""

from __future__ import annotations

import importlib.util
import os
import sysconfig
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from digitlab.doctor.finding import Finding, install, install_again, ok, problem, python, warning

# The packages whose modules are many: TensorFlow alone starts in 5 s with bytecode and in 14 s without.
_LARGE = ("tensorflow", "keras", "sklearn", "matplotlib", "IPython")


def check_packages(folder: Path) -> Finding:
    """Compare what is installed with what digitlab says that it requires."""
    return judge_packages(metadata.requires("digitlab") or (), installed_version)


def installed_version(name: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def judge_packages(requirements: Iterable[str], version_of: Callable[[str], str | None]) -> Finding:
    """Return whether each requirement that holds on this machine is met.

    Parameters
    ----------
    requirements : iterable of str
        As packages write them: ``"numpy>=2.0"``; those of an extra, or of another system, are passed over.
    version_of : callable
        Gives the version of an installed package, or None.
    """
    from packaging.requirements import Requirement

    needed = [
        requirement
        for requirement in map(Requirement, requirements)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    ]
    wrong = []
    for requirement in needed:
        version = version_of(requirement.name)
        if version is None:
            wrong.append((requirement, f"{requirement.name} is missing"))
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append((requirement, f"{requirement.name} is {version}, not {requirement.specifier}"))
    if not wrong:
        return ok("Packages", f"all {len(needed)} are here")
    asked = " ".join(f'"{requirement.name}{requirement.specifier}"' for requirement, _ in wrong)
    return problem(
        "Packages",
        "; ".join(said for _, said in wrong),
        f"{install(asked)}. Where that does not help: {install_again()}",
    )


def check_bytecode(folder: Path) -> Finding:
    """Look whether the large packages are compiled."""
    origins = {}
    for name in _LARGE:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            origins[name] = Path(spec.origin)
    return judge_bytecode(origins, bool(os.environ.get("PYTHONDONTWRITEBYTECODE")))


def judge_bytecode(origins: dict[str, Path], writing_is_off: bool) -> Finding:
    """Return whether each package, given by its first module, has its bytecode beside it."""
    missing = [
        name for name, origin in origins.items() if not Path(importlib.util.cache_from_source(str(origin))).exists()
    ]
    if not missing:
        return ok("Bytecode", "the large packages are compiled")
    why = ", and PYTHONDONTWRITEBYTECODE keeps Python from doing it" if writing_is_off else ""
    site_packages = sysconfig.get_paths()["purelib"]
    return warning(
        "Bytecode",
        f"not compiled, so each start is slow: {', '.join(missing)}{why}",
        f'Compile once: {python()} -m compileall -q -j 0 "{site_packages}"',
    )


def check_data(folder: Path) -> Finding:
    """Load MNIST, which compares its checksum."""
    from digitlab.mnist import load_mnist
    from digitlab.storage import DataError

    began = time.perf_counter()
    try:
        digits = load_mnist()
    except DataError as error:
        return problem("Data", str(error), install_again())
    count = len(digits.y_train) + len(digits.y_test)
    return ok("Data", f"MNIST, {count:,} digits, checksum right, loaded in {time.perf_counter() - began:.2f} s")

"""Packages, bytecode and data."""

from __future__ import annotations

import importlib.util
import py_compile
from pathlib import Path

from digitlab.doctor.finding import State
from digitlab.doctor.packages import check_data, check_packages, judge_bytecode, judge_packages

REQUIREMENTS = [
    "numpy>=2.0",
    "keras>=3.15.1",
    'pytest>=8; extra == "dev"',
    'pywinpty>=3; sys_platform == "no system"',
]


def test_met_requirements() -> None:
    """Where each requirement is met all is well; those of an extra and of another system do not count."""
    finding = judge_packages(REQUIREMENTS, {"numpy": "2.4.6", "keras": "3.16.0"}.get)
    assert finding.state is State.OK
    assert finding.found == "all 2 are here"


def test_missing_and_old_packages() -> None:
    """A package that is missing and one that is too old are named, and the remedy installs just these."""
    finding = judge_packages(REQUIREMENTS, {"numpy": "1.26.4"}.get)
    assert finding.state is State.PROBLEM
    assert finding.found == "numpy is 1.26.4, not >=2.0; keras is missing"
    assert '-m pip install "numpy>=2.0" "keras>=3.15.1".' in str(finding.remedy)


def test_this_installation() -> None:
    """What digitlab requires is installed here."""
    assert check_packages(Path()).state is State.OK


def test_bytecode(tmp_path: Path) -> None:
    """A package without bytecode is a warning with the command that compiles; compiled, it is well."""
    module = tmp_path / "__init__.py"
    module.write_text("x = 1\n")
    finding = judge_bytecode({"tensorflow": module}, writing_is_off=True)
    assert finding.state is State.WARNING
    assert "tensorflow" in finding.found
    assert "PYTHONDONTWRITEBYTECODE" in finding.found
    assert "-m compileall" in str(finding.remedy)
    py_compile.compile(str(module), importlib.util.cache_from_source(str(module)))
    assert judge_bytecode({"tensorflow": module}, writing_is_off=True).state is State.OK


def test_data() -> None:
    """The digits that travel in the package are whole."""
    finding = check_data(Path())
    assert finding.state is State.OK
    assert "70,000 digits" in finding.found

"""environment.yml gives conda users what pyproject.toml asks for."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project() -> dict[str, Any]:
    """The project table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return table


@pytest.fixture
def environment() -> dict[str, Any]:
    """What environment.yml says."""
    said: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    return said


def pip_lines(environment: dict[str, Any]) -> list[str]:
    """Return what conda hands to pip."""
    return next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))


def test_the_packages_are_those_of_the_project(environment: dict[str, Any], project: dict[str, Any]) -> None:
    """Each requirement of pyproject.toml stands there with the same versions and systems, and no other does."""
    *requirements, last = pip_lines(environment)
    assert last == "--editable ."
    assert list(map(str, map(Requirement, requirements))) == list(map(str, map(Requirement, project["dependencies"])))


def test_python_is_that_of_the_project(environment: dict[str, Any], project: dict[str, Any]) -> None:
    """Conda brings a Python that the project runs on, and pip."""
    python = next(entry for entry in environment["dependencies"] if str(entry).startswith("python "))
    assert SpecifierSet(python.removeprefix("python ")) == SpecifierSet(project["requires-python"])
    assert "pip" in environment["dependencies"]
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert environment["name"] == project["name"]


def test_every_place_names_the_same_pythons(project: dict[str, Any]) -> None:
    """pyproject.toml, its classifiers, tools/find-python, tools/set_up.py and the doctor agree on the Pythons."""
    specifier = SpecifierSet(project["requires-python"])
    pythons = [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}" in specifier]
    assert [entry.split(" :: ")[-1] for entry in project["classifiers"] if "Python :: 3." in entry] == pythons
    lowest, highest = (tuple(map(int, python.split("."))) for python in (pythons[0], pythons[-1]))
    asked = f"{lowest} <= sys.version_info[:2] <= {highest}"
    assert asked in (ROOT / "tools" / "find-python").read_text(encoding="utf-8")
    sentence = f"Python {', '.join(pythons[:-1])} or {pythons[-1]}"
    for file in ("tools/find-python", "digitlab/doctor/machine.py"):
        assert sentence.replace("Python ", "") in (ROOT / file).read_text(encoding="utf-8"), file
    found = re.findall(r'\[b"(\d)", b"(\d+)"\]', (ROOT / "tools" / "set_up.py").read_text(encoding="utf-8"))
    assert [".".join(pair) for pair in found] == pythons


@pytest.mark.slow
@pytest.mark.network
def test_pip_can_do_what_conda_hands_to_it(environment: dict[str, Any], tmp_path: Path) -> None:
    """The pip section is a requirements file that pip resolves to the end, the project included."""
    lines = [line.replace("--editable .", f"--editable {ROOT}") for line in pip_lines(environment)]
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--python", sys.executable),
            *("--target", tmp_path / "empty", "-r", tmp_path / "requirements.txt"),
        ],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert "digitlab" in ran.stderr

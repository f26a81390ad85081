"""The wheel carries all it needs, and works where nothing of the repository is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

pytestmark = [pytest.mark.slow, pytest.mark.network]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the repository as it lies here."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of a new environment that holds the wheel; what it depends on is borrowed from this one."""
    venv = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin" / "python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    # A line in a .pth file adds a folder, but not the folders that its own .pth files name: the repository, which is
    # installed here for editing, stays out of sight.
    site_packages = next((venv / "lib").glob("python3.*/site-packages"))
    (site_packages / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return python.parent


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """An empty folder, where nothing of the repository can be found by accident."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def run(program: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the new environment in that folder."""
    jupyter = {"JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter")}
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [program, *arguments], cwd=folder, env=clean | jupyter, capture_output=True, text=True, timeout=600
    )


def files_of(folder: Path, into: str) -> Iterator[str]:
    """Give the files of a folder of the repository, as they are to be named in the wheel."""
    for path in folder.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            yield f"{into}/{path.relative_to(folder).as_posix()}"


def test_wheel_holds_the_packages_the_lessons_and_the_solutions(wheel: Path) -> None:
    """Every file of both packages, the lessons and the solutions is in the wheel, and nothing else but its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name and not name.endswith(".gitkeep")}
    expected = {
        *files_of(ROOT / "digitlab", "digitlab"),
        *files_of(ROOT / "autograder", "autograder"),
        *files_of(ROOT / "lessons", "digitlab/lessons"),
        *files_of(ROOT / "solutions", "autograder/solutions"),
    }
    assert held == expected
    assert "digitlab/data/mnist.npz" in held
    assert any(name.startswith("digitlab/lessons/01_") for name in held)


def test_wheel_says_its_licences(wheel: Path) -> None:
    """The wheel's metadata name both licences, and hold both texts."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        said = archive.read(metadata).decode()
        assert f"License-Expression: {PROJECT['license']}" in said
        for file in PROJECT["license-files"]:
            assert f"License-File: {file}" in said
            (name,) = [name for name in names if name.endswith(f".dist-info/licenses/{file}")]
            assert archive.read(name).strip(), f"{file} is empty"


def test_installed_wheel_is_not_the_repository(installed: Path, elsewhere: Path) -> None:
    """What the new environment imports is the wheel's; the whole of MNIST is in it."""
    code = (
        "import digitlab, autograder; print(digitlab.__file__, autograder.__file__, len(digitlab.load_mnist().y_test))"
    )
    said = run(installed / "python", "-c", code, folder=elsewhere).stdout.split()
    assert said[2] == "10000"
    for file in said[:2]:
        assert Path(file).is_relative_to(installed.parent)


def test_doctor(installed: Path, elsewhere: Path) -> None:
    """`digitlab doctor` finds no problem."""
    ran = run(installed / "digitlab", "doctor", "--json", folder=elsewhere)
    findings = json.loads(ran.stdout)["findings"]
    assert not [finding for finding in findings if finding["state"] == "problem"]
    assert ran.returncode in (0, 3)


def test_learners_copies(installed: Path, elsewhere: Path) -> None:
    """The lessons are copied to digitlab_lessons in the present folder, and `digitlab progress` begins at lesson 01."""
    code = (
        "from pathlib import Path; from digitlab.lab import lay_out; from digitlab.paths import *; "
        "lay_out(lessons_folder(), course_folder(Path.cwd()))"
    )
    assert run(installed / "python", "-c", code, folder=elsewhere).stderr == ""
    copied = {path.name for path in (elsewhere / "digitlab_lessons").glob("*.ipynb")}
    assert copied == {path.name for path in (ROOT / "lessons").glob("*.ipynb")}
    progress = run(installed / "digitlab", "progress", folder=elsewhere)
    assert progress.stdout.splitlines()[-1].startswith("Next: lesson 01")


@pytest.mark.parametrize("command", [("selftest", "l02_scale_pixels"), ("build", "--check")])
def test_autograder_works_on_what_is_in_the_wheel(installed: Path, elsewhere: Path, command: tuple[str, ...]) -> None:
    """The exercises' banks and the solutions are there: an exercise is proved, and the lessons are up to date."""
    ran = run(installed / "autograder", *command, folder=elsewhere)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_sample_class_is_graded(installed: Path, elsewhere: Path) -> None:
    """`autograder grade --sample` grades the bundled class: a result and a page for each student, the class's table."""
    ran = run(installed / "autograder", "grade", "--sample", "--lesson", "02", folder=elsewhere)
    assert ran.returncode in (0, 3), ran.stdout + ran.stderr
    graded = {path.name for path in (elsewhere / "grades" / "results").iterdir()}
    assert len(graded) >= 8
    assert {path.stem for path in (elsewhere / "grades" / "reports").glob("*.html")} == graded
    for name in ("index.html", "grades.csv"):
        assert (elsewhere / "grades" / name).stat().st_size > 0

"""Set-up: the Makefile, tools/find-python, tools/set_up.py and the locks, tried for real on a small project."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
SMALL = ("hatchling", "packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+))? \\$", re.MULTILINE)

# A test's own Python must not show in the set-up that it watches.
# As a user's shell has it; `make test` itself hands its flags and its level on to what it starts.
NOT_A_USERS = ("PYTHON", "VIRTUAL_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")
CLEAN = {name: value for name, value in os.environ.items() if name not in NOT_A_USERS}


def pinned(lock: str) -> dict[str, str]:
    """Return the block of text of each pin, by canonical name and marker."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    return {block.split(" \\", 1)[0]: block for block in blocks}


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A project with this project's Makefile and tools, and a lock of six small packages; its path has a space."""
    root = tmp_path / "a small project"
    package = root / "digitlab"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A small package."""\n')
    shutil.copy(ROOT / "Makefile", root)
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "digitlab"\nversion = "0"\n'
        "[tool.hatch.build.targets.wheel]\n"
        'only-include = ["digitlab"]\ndev-mode-dirs = ["."]\n'
    )
    lock = "".join(block for name, block in pinned("requirements.lock").items() if name.split("==")[0] in SMALL)
    for name in LOCKS:
        (root / name).write_text(lock)
    return root


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make there, with the present Python unless another is named."""
    python = [] if "PYTHON" in environment else [f"PYTHON={sys.executable}"]
    return subprocess.run(
        ["make", *python, *arguments],
        cwd=folder,
        env=CLEAN | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def python_named(folder: Path, name: str, says: str, suits: bool) -> Path:
    """Write a program that answers as a Python of another version would."""
    program = folder / name
    answer = f'#!/bin/sh\n[ "$1" = --version ] && echo "{says}" && exit 0\nexit {0 if suits else 1}\n'
    program.write_text(answer)
    program.chmod(0o755)
    return program


def find_python(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run tools/find-python where the PATH is one folder."""
    return subprocess.run(
        [ROOT / "tools" / "find-python", *arguments],
        env={"PATH": str(path), "HOME": str(path), "PYENV_ROOT": str(path / "pyenv")},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_suitable_python_is_found(tmp_path: Path) -> None:
    """The python3 on the path is taken where it suits."""
    (tmp_path / "python3").symlink_to(sys.executable)
    assert find_python(tmp_path).stdout == "python3\n"


def test_another_python_on_the_path_is_found(tmp_path: Path) -> None:
    """Where python3 is too old, a suitable python3.12 beside it is taken."""
    python_named(tmp_path, "python3", "Python 3.10.13", suits=False)
    python_named(tmp_path, "python3.12", "Python 3.12.1", suits=True)
    assert find_python(tmp_path).stdout == "python3.12\n"


def test_pyenv_version_is_found(tmp_path: Path) -> None:
    """A suitable version that pyenv has, but has not selected, is taken."""
    python_named(tmp_path, "python3", "Python 3.10.13", suits=False)
    folder = tmp_path / "pyenv" / "versions" / "3.13.0" / "bin"
    folder.mkdir(parents=True)
    program = python_named(folder, "python", "Python 3.13.0", suits=True)
    assert find_python(tmp_path).stdout == f"{program}\n"


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0", "2.7.18"])
def test_unsuitable_python_is_refused_in_one_sentence(tmp_path: Path, version: str) -> None:
    """Where no Python suits, the message says what is needed, what is there, and what to do."""
    python_named(tmp_path, "python3", f"Python {version}", suits=False)
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == (
        f"digitlab needs Python 3.11, 3.12 or 3.13 (CPython, 64-bit) with venv, and `python3` is Python {version}. "
        "Install one, or name one: make lab PYTHON=/path/to/python3.12\n"
    )


def test_named_python_is_the_only_one_tried(tmp_path: Path) -> None:
    """PYTHON= names the Python; where it does not suit, no other is taken in its place."""
    (tmp_path / "python3").symlink_to(sys.executable)
    found = find_python(tmp_path, str(tmp_path / "nowhere"))
    assert found.returncode == 1
    assert f"`{tmp_path / 'nowhere'}` does not start" in found.stderr


def test_make_alone_lists_the_commands() -> None:
    """`make` alone lists every command and does nothing."""
    listed = make(ROOT).stdout
    for command in ("lab", "grade", "test", "check", "lessons", "lock", "clean"):
        assert f"make {command} " in listed


def test_make_stops_where_no_python_suits(small_project: Path) -> None:
    """`make` with an unsuitable Python prints the sentence, fails, and makes no .venv."""
    made = make(small_project, "set-up", PYTHON="/nowhere/python3")
    assert made.returncode != 0
    assert "`/nowhere/python3` does not start" in made.stderr
    assert not (small_project / ".venv").exists()


@pytest.mark.slow
@pytest.mark.network
def test_set_up_from_nothing_to_nothing_to_do(small_project: Path) -> None:
    """Set-up installs the lock and the project, compiles bytecode whatever the environment says, and is quick after."""
    first = make(small_project, "set-up", PYTHONDONTWRITEBYTECODE="1", PIP_USER="1", PYTHONPATH="/nowhere")
    assert first.returncode == 0, first.stderr
    assert "Setting up .venv" in first.stdout
    assert "Collecting" not in first.stdout  # pip's own talk is in the log
    assert "Collecting" in (small_project / ".venv" / "set-up.log").read_text()

    site = next((small_project / ".venv" / "lib").glob("python3.*/site-packages"))
    for module in ("hatchling/build.py", "packaging/version.py", "pip/__init__.py"):
        assert list((site / module).parent.glob(f"__pycache__/{Path(module).stem}.*.pyc")), module
    assert list((small_project / "digitlab").glob("__pycache__/__init__.*.pyc"))
    found = subprocess.run(
        [small_project / ".venv/bin/python", "-c", "import digitlab; print(digitlab.__file__)"],
        cwd=small_project.parent,
        capture_output=True,
        text=True,
    )
    assert found.stdout.strip() == str(small_project / "digitlab" / "__init__.py")

    def seconds() -> float:
        began = time.perf_counter()
        again = make(small_project, "set-up")
        assert "Setting up" not in again.stdout
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.3


@pytest.mark.slow
@pytest.mark.network
def test_changes_and_interruptions_are_noticed(small_project: Path) -> None:
    """A changed lock updates .venv; a killed set-up, a moved folder and a Python that went away make it anew."""
    assert make(small_project, "set-up").returncode == 0
    lock = small_project / "requirements.lock"

    lock.write_text(lock.read_text() + pinned("requirements.lock")[_pin("six")])
    changed = make(small_project, "set-up")
    assert "Updating .venv from requirements.lock" in changed.stdout
    site = next((small_project / ".venv" / "lib").glob("python3.*/site-packages"))
    assert (site / "six.py").exists()

    (small_project / "pyproject.toml").touch()
    assert make(small_project, "set-up").stdout == "Set up. The commands are in .venv/bin.\n"

    moved = small_project.rename(small_project.with_name("moved"))
    assert "Setting up .venv" in make(moved, "set-up").stdout
    ran = subprocess.run([moved / ".venv/bin/hatchling", "--help"], capture_output=True)
    assert ran.returncode == 0

    lock = moved / "requirements.lock"
    lock.write_text(lock.read_text() + pinned("requirements.lock")[_pin("traitlets")])
    running = subprocess.Popen(
        ["make", f"PYTHON={sys.executable}", "set-up"],
        cwd=moved,
        env=CLEAN,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (moved / ".venv" / "unfinished").exists():
        assert running.poll() is None
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    anew = make(moved, "set-up")
    assert "Setting up .venv" in anew.stdout, anew.stderr
    assert not (moved / ".venv" / "unfinished").exists()

    python = moved / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3")
    assert "Setting up .venv" in make(moved, "set-up").stdout


@pytest.mark.slow
@pytest.mark.network
def test_wrong_hash_is_refused_with_pips_own_words(small_project: Path) -> None:
    """A file that is not the one that was locked stops the set-up; the message is pip's, and no stamp is written."""
    lock = small_project / "requirements.lock"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", lock.read_text()))
    made = make(small_project, "set-up")
    assert made.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in made.stderr
    assert "run the same command again" in made.stderr
    assert "Traceback" not in made.stderr
    assert not (small_project / ".venv" / "ready-for-users").exists()


def _pin(name: str) -> str:
    """Return the key of a package's block in the lock."""
    return next(key for key in pinned("requirements.lock") if key.startswith(f"{name}=="))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_is_pinned_hashed_and_names_no_place(lock: str) -> None:
    """Each entry of a lock is one version with its hashes; no address, host or path stands in it."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|@|index|file:|(?<![\w(])/\w|pypi|\.org|\.com", text)
    blocks = pinned(lock)
    assert len(blocks) > 100
    for name, block in blocks.items():
        assert PIN.match(block), name
        assert "--hash=sha256:" in block, name


def test_locks_hold_every_requirement() -> None:
    """The users' lock meets what pyproject.toml asks of users, the developers' lock all of it and the users' lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, requirements in (
        ("requirements.lock", project["dependencies"] + extras["build"]),
        ("requirements-dev.lock", project["dependencies"] + extras["build"] + extras["dev"]),
    ):
        versions: dict[str, list[str]] = {}
        for pin in PIN.finditer((ROOT / lock).read_text(encoding="utf-8")):
            versions.setdefault(canonicalize_name(pin["name"]), []).append(pin["version"])
        for text in requirements:
            requirement = Requirement(text)
            found = versions.get(canonicalize_name(requirement.name), [])
            assert found, f"{text} is not in {lock}: run make lock"
            assert all(requirement.specifier.contains(version) for version in found), f"{text}, {lock} has {found}"
    developers = {key.split(" ;")[0] for key in pinned("requirements-dev.lock")}
    assert {key.split(" ;")[0] for key in pinned("requirements.lock")} <= developers


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize(
    "platform",
    ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"],
)
def test_lock_can_be_installed_on_every_platform(tmp_path: Path, platform: str, python: str) -> None:
    """For each Python and platform there is a built package of everything in the users' lock, with its hash."""
    resolved = subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--target", tmp_path),
            *("--python-platform", platform, "--python-version", python, "--python", sys.executable),
            *("--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.lock"),
        ],
        capture_output=True,
        text=True,
    )
    assert resolved.returncode == 0, resolved.stderr

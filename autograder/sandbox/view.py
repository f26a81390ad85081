"""Which parts of this machine's disk a zygote sees, and which it must not.

It sees the system's programs and libraries, this Python with its installed packages, and of the project only digitlab
and `autograder.inside`, at /course. The judges, banks, solutions, lessons and the class are not there at all.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import autograder
import digitlab
from autograder.sandbox.kind import Kind

COURSE = "/course"
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")
_OF_THE_PROJECT = ("autograder", "digitlab", "solutions", "lessons")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is put on the disk of a zygote.

    Attributes
    ----------
    shown : tuple of (Path, str)
        A place on this machine, and where it is seen, read-only.
    hidden : tuple of str
        Directories below a shown one that are covered by an empty one.
    packages : tuple of str
        Folders of installed packages, for the module path.
    """

    shown: tuple[tuple[Path, str], ...]
    hidden: tuple[str, ...]
    packages: tuple[str, ...]


def view_for(kind: Kind, *, hidden: tuple[Path, ...] = ()) -> View:
    """Return what a zygote of this kind sees; `hidden` names further directories that it must not."""
    prefixes = _outermost([*_python_prefixes(), *_package_folders()])
    ours = Path(autograder.__file__).parent
    course = Path(digitlab.__file__).parent
    shown = [(path, str(path)) for path in prefixes]
    shown += [
        (ours / "__init__.py", f"{COURSE}/autograder/__init__.py"),
        (ours / "inside", f"{COURSE}/autograder/inside"),
        (course, f"{COURSE}/digitlab"),
    ]
    covered = ["lessons"] if kind.sees_digits else ["lessons", "data"]
    secrets = [*hidden, *_project_folders(prefixes, ours.parent)]
    return View(
        shown=tuple(shown),
        hidden=(
            *_below(secrets, [*prefixes, Path("/usr")]),
            *(f"{COURSE}/digitlab/{name}" for name in covered if (course / name).is_dir()),
        ),
        packages=tuple(str(path) for path in _package_folders()),
    )


def _python_prefixes() -> list[Path]:
    """Return where this Python and its environment are installed, as named and as resolved."""
    named = [Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)]
    named.append(Path(os.path.realpath(sys.executable)).parent.parent)
    return [path for one in named for path in (one, one.resolve())]


def _package_folders() -> list[Path]:
    """Return the folders of installed packages on this process's module path, a user's own one too."""
    folders = [Path(path) for path in sys.path if Path(path).name in _PACKAGE_FOLDERS and Path(path).is_dir()]
    return list(dict.fromkeys(folders))


def _outermost(paths: list[Path]) -> list[Path]:
    """Return the paths that lie in no other of them, nor in /usr, which is always there."""
    found: list[Path] = []
    for path in sorted(set(paths), key=lambda one: len(one.parts)):
        if not any(path.is_relative_to(other) for other in (*found, Path("/usr"))):
            found.append(path)
    return found


def _project_folders(prefixes: list[Path], home: Path) -> list[Path]:
    """Return each folder that may hold judges or solutions: the repository, or copies among installed packages."""
    found = [] if home.name in _PACKAGE_FOLDERS else [home]
    places = [*_package_folders(), Path(sysconfig.get_path("purelib"))]
    for prefix in (*prefixes, Path("/usr"), Path("/usr/local")):
        for folder in _PACKAGE_FOLDERS:
            places += prefix.glob(f"lib/python3*/{folder}")
    for place in places:
        found += [place / name for name in _OF_THE_PROJECT if (place / name).is_dir()]
    return found


def _below(secrets: list[Path], shown: list[Path]) -> list[str]:
    """Return those of the secret directories that would be seen."""
    found = {
        str(path)
        for secret in secrets
        for path in (secret.absolute(), secret.resolve())
        if path.is_dir() and any(path.is_relative_to(place) for place in shown)
    }
    return sorted(found)

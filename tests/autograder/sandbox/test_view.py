"""What a zygote's disk shows: Python and its packages, of the project only what runs inside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import autograder
import digitlab
from autograder.sandbox import LIGHT, MODEL, Job, Kind, Zygote, bubblewrap
from autograder.sandbox.view import view_for

REPOSITORY = Path(autograder.__file__).parents[1]


def test_of_the_project_two_places_are_shown() -> None:
    """Only autograder's first file, autograder.inside and digitlab are shown, at /course."""
    project = [(source, place) for source, place in view_for(LIGHT).shown if source.is_relative_to(REPOSITORY)]
    ours = [(source, place) for source, place in project if not (source / "pyvenv.cfg").exists()]
    assert ours == [
        (REPOSITORY / "autograder" / "__init__.py", "/course/autograder/__init__.py"),
        (REPOSITORY / "autograder" / "inside", "/course/autograder/inside"),
        (Path(digitlab.__file__).parent, "/course/digitlab"),
    ]


def test_only_the_model_zygote_is_without_digits() -> None:
    """The digits, whose labels a model must not find, are hidden from models and from nobody else."""
    assert "/course/digitlab/data" in view_for(MODEL).hidden
    assert "/course/digitlab/data" not in view_for(LIGHT).hidden


def test_folders_to_hide_are_hidden_where_they_would_be_seen(tmp_path: Path) -> None:
    """A class that lies inside a shown folder is covered; elsewhere it is not on the disk anyhow."""
    inside = Path(sysconfig.get_path("purelib"))
    assert str(inside) in view_for(LIGHT, hidden=(inside,)).hidden
    assert str(tmp_path) not in view_for(LIGHT, hidden=(tmp_path,)).hidden


def test_the_model_zygote_finds_no_label() -> None:
    """In there, digitlab has no data, and loading MNIST fails."""
    blind = Kind(name="blind", modules=(), sees_digits=False)
    source = b"import digitlab, os; emit(repr(os.listdir('/course/digitlab/data')).encode()); digitlab.load_mnist()"
    with Zygote(blind) as zygote:
        ending = zygote.run(Job(id="m", entry="autograder.inside.script:run", payload=source))
    assert ending.frames == (b"[]",)
    assert "Error" in ending.detail


PROVE = """
import json, os, sys
from pathlib import Path
assert (os.getuid() != 0) == (os.environ.get("USER_IS") == "other" or {uid} != 0)
from autograder.sandbox.selftest import selftest
from autograder.sandbox import BARE, Job, Zygote
source = '''
import autograder, digitlab, json, os, numpy, sys
from pathlib import Path
folders = [Path(p) for p in sys.path if p.endswith("-packages")]
left = [str(p) for f in folders for n in ("autograder", "digitlab", "solutions") for p in (f / n).rglob("*")]
emit(json.dumps([autograder.__file__, digitlab.__file__, left, os.path.exists("{marker}")]).encode())
'''
result = selftest()
with Zygote(BARE, hidden=(Path(sys.prefix) / "class",)) as zygote:
    job = Job(id="x", entry="autograder.inside.script:run",
              payload=source.replace("{marker}", str(Path(sys.prefix) / "class" / "ada.ipynb")).encode())
    ending = zygote.run(job)
print(json.dumps([str(result), json.loads(ending.frames[0]) if ending.frames else ending.detail]))
"""
HOLDS = "The sandbox holds: 13 checks passed."
SEEN = ["/course/autograder/__init__.py", "/course/digitlab/__init__.py", [], False]


def installed_in(home: Path) -> Path:
    """Make an environment in a home that nobody else may enter, with the project in its packages as a wheel has it."""
    home.mkdir(mode=0o700)
    venv.create(home / "venv", symlinks=True)
    (packages,) = (home / "venv" / "lib").glob("python*/site-packages")
    for name in ("autograder", "digitlab"):
        shutil.copytree(REPOSITORY / name, packages / name, ignore=shutil.ignore_patterns("__pycache__"))
    (packages / "digitlab" / "lessons").mkdir(exist_ok=True)
    (packages / "digitlab" / "lessons" / "01.ipynb").write_text("{}")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    (home / "venv" / "class").mkdir()
    (home / "venv" / "class" / "ada.ipynb").write_text("{}")
    return home / "venv" / "bin" / "python"


def proof_by(command: list[str], **environment: str) -> list[object]:
    """Return what the proof prints when run by this command, with nothing of this process's in its environment."""
    done = subprocess.run(
        [*command, "-P", "-W", "error", "-c", PROVE.replace("{uid}", str(os.getuid()))],
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        cwd="/",
    )
    assert done.returncode == 0, done.stderr
    answer: list[object] = json.loads(done.stdout)
    return answer


def test_installed_as_a_wheel_in_a_closed_home(tmp_path: Path) -> None:
    """Installed in an environment in a closed home: judges, lessons and the class are hidden."""
    assert proof_by([str(installed_in(tmp_path / "home"))]) == [HOLDS, SEEN]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_as_an_ordinary_user(tmp_path: Path) -> None:
    """Started by an ordinary user, from an environment in their own closed home, the sandbox holds as well."""
    python = installed_in(tmp_path / "home")
    needed = [Path(sys.prefix), Path(sys.base_prefix), tmp_path / "home"]
    stage = bubblewrap.stage_for_root(needed)
    user = json.loads(stage[-1])["user"]
    for path in [tmp_path / "home", *(tmp_path / "home").rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
    command = [*stage, "/usr/bin/env", "-u", "PYTHONPATH", "USER_IS=other", str(python)]
    assert proof_by(command, PYTHONPATH=str(REPOSITORY)) == [HOLDS, SEEN]

"""Where the course lies."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from digitlab.paths import course_folder, lessons_folder, repository

ROOT = Path(__file__).parent.parent.parent

SHOW = (
    "from pathlib import Path; from digitlab import paths; "
    "print(paths.repository(), paths.lessons_folder(), paths.course_folder(Path.cwd()), sep='\\n')"
)


def test_in_the_repository() -> None:
    """In a clone, the lessons are the repository's and the learner's copies go to my_lessons, wherever they stand."""
    assert repository() == ROOT
    assert lessons_folder() == ROOT / "lessons"
    assert course_folder(ROOT / "tests") == ROOT / "my_lessons"


def test_a_folder_that_was_a_course_folder_stays_one(tmp_path: Path) -> None:
    """A learner who stands in a folder with notes of the course goes on there."""
    (tmp_path / ".digitlab").mkdir()
    assert course_folder(tmp_path) == tmp_path


def _installed(tmp_path: Path) -> Path:
    package = tmp_path / "site-packages" / "digitlab"
    package.mkdir(parents=True)
    for name in ("__init__.py", "paths.py"):
        shutil.copy(ROOT / "digitlab" / name, package)
    return package


def _show(package: Path, here: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(package.parent)!r}); {SHOW}"
    return subprocess.run([sys.executable, "-S", "-c", code], cwd=here, capture_output=True, text=True)


def test_installed_from_a_wheel(tmp_path: Path) -> None:
    """Installed, the lessons are the package's own and the copies go to digitlab_lessons where the learner stands."""
    package = _installed(tmp_path)
    (package / "lessons").mkdir()
    here = tmp_path / "here"
    here.mkdir()
    assert _show(package, here).stdout.split() == ["None", str(package / "lessons"), str(here / "digitlab_lessons")]


def test_missing_lessons_are_a_sentence(tmp_path: Path) -> None:
    """An installation without the lessons says so and says what to do."""
    package = _installed(tmp_path)
    said = _show(package, tmp_path).stderr.splitlines()[-1]
    assert f"The lessons are not in {package / 'lessons'}" in said
    assert "Install digitlab again" in said

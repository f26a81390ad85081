"""The sample class that ships with the project is what its author makes now."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from autograder.authoring.sample_class import CLASS, EVALUATE, FOLDER, MODELS, write_notebooks
from autograder.course import lesson
from autograder.inside.model_file import Refused, inspect


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The notebooks of the class as they are made now."""
    folder = tmp_path_factory.mktemp("class")
    write_notebooks(folder)
    return folder


def notebooks(folder: Path) -> list[Path]:
    """Return where the notebooks lie, relative to the folder."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*.ipynb"))


def test_the_class_is_complete(made: Path) -> None:
    """There is a notebook for each lesson that a student handed in, and no other."""
    wanted = sorted(
        Path("submitted", student, lesson(number).name, f"{lesson(number).name}.ipynb")
        for student, lessons in CLASS.items()
        for number in lessons
    )
    assert notebooks(made) == notebooks(FOLDER) == wanted


@pytest.mark.parametrize("notebook", notebooks(FOLDER), ids=str)
def test_notebooks_are_made_from_the_lessons_as_they_are(made: Path, notebook: Path) -> None:
    """What is committed is what comes out; where not: python -m autograder.authoring.sample_class."""
    committed, now = (json.loads((folder / notebook).read_text(encoding="utf-8")) for folder in (FOLDER, made))
    stale = [cell for cell, other in zip(committed["cells"], now["cells"], strict=False) if cell != other]
    assert not stale, f"{len(stale)} cells are stale: run python -m autograder.authoring.sample_class"
    assert committed == now


def test_each_model_belongs_to_somebody() -> None:
    """Every model of the class lies with its student; all but Jun's pass the look that comes before Keras."""
    assert {path.parts[-3] for path in FOLDER.rglob("my_cnn.keras")} == set(MODELS)
    for student in MODELS:
        path = FOLDER / "submitted" / student / lesson(EVALUATE).name / "my_cnn.keras"
        if student == "jun":
            with pytest.raises(Refused, match=r"not a \.keras file"):
                inspect(path)
        else:
            inspect(path)
            with zipfile.ZipFile(path) as archive:
                assert "/home/" not in archive.read("metadata.json").decode()

"""Classes to grade: the released lessons with answers filled in, some of them spoilt, in nbgrader's layout."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.course import Lesson, lesson, solution_text

MODEL_FILE = "my_cnn.keras"
# What students get wrong: a text of an answer, and what stands there instead.
SLIPS: Mapping[int, Sequence[tuple[str, str, str]]] = {
    2: (
        ("l02_scale_pixels", "255", "256"),
        ("l02_from_one_hot", "axis=1", "axis=0"),
        ("l02_split", "default_rng(seed)", "default_rng(0)"),
        ("l02_to_images", "reshape(-1, 28, 28, 1)", "reshape(28, 28, -1, 1)"),
    ),
    9: (
        ("l09_predict_labels", "axis=1", "axis=0"),
        ("l09_confusion", "cm[t, p]", "cm[p, t]"),
        ("l09_accuracy_interval", "1.96**2", "1.96"),
        ("l09_macro_average", "np.mean(values)", "np.sum(values)"),
    ),
}


def make_class(folder: Path, number: int, students: int, model: Path | None = None) -> Path:
    """Lay out `folder/submitted/STUDENT/LESSON/LESSON.ipynb`, a model beside each where one is given.

    Every third student has no slip; the others have one to three, drawn from a fixed seed. A text that is not in the
    solution (any more) is an error: the class would not be what it is said to be.
    """
    chance = random.Random(number)
    one = lesson(number)
    for place in range(students):
        slips = chance.sample(SLIPS[number], k=0 if place % 3 == 0 else chance.randint(1, 3))
        notebook = hand_in(one, slips)
        path = folder / "submitted" / f"student-{place:04}" / one.name / f"{one.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
        if model is not None:
            shutil.copyfile(model, path.parent / MODEL_FILE)
    return folder


def hand_in(one: Lesson, slips: Sequence[tuple[str, str, str]] = ()) -> dict[str, Any]:
    """Return the released notebook with the course's solutions, changed by these slips."""
    notebook: dict[str, Any] = json.loads(one.notebook.read_text(encoding="utf-8"))
    answers = {exercise.id: solution_text(exercise.id) for exercise in one.exercises if exercise.file is None}
    for exercise, right, wrong in slips:
        if right not in answers[exercise]:
            raise ValueError(f"{exercise}: there is no {right!r} in the solution any more. Choose another slip.")
        answers[exercise] = answers[exercise].replace(right, wrong)
    for cell in notebook["cells"]:
        about = cell["metadata"].get("digitlab", {})
        if about.get("role") == "exercise" and about["exercise"] in answers:
            cell["source"] = answers[about["exercise"]]
    return notebook

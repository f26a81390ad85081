"""Make the sample class that ships with the project: hand-ins of realistic variety, with really trained models.

Run ``python -m autograder.authoring.sample_class`` after a lesson has changed. The notebooks are the released ones with
cells filled in, spoilt or lost as told here; the models are trained anew where a file is missing, or with ``--models``.
"""

from __future__ import annotations

import argparse
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.course import lesson, solution_text

Notebook = dict[str, Any]
Spoil = Callable[[Notebook], Notebook]

FOLDER = Path(__file__).parents[1] / "sample_class"
LOOK, PIXELS, EVALUATE = 1, 2, 9

# What chen writes: right answers in the style of somebody who likes loops.
LOOPS = {
    "l01_class_counts": """
def class_counts(labels):
    counts = np.zeros(10, dtype=int)
    for label in labels:
        counts[label] += 1
    return counts
""",
    "l01_nearest_mean": """
def nearest_mean(image, means):
    best = None
    for place in range(len(means)):
        distance = np.linalg.norm(image.astype("float32") - means[place].astype("float32"))
        if best is None or distance < best[0]:
            best = (distance, place)
    return best[1]
""",
    "l02_one_hot": """
def one_hot(labels, n_classes=10):
    rows = np.zeros((len(labels), n_classes), dtype="float32")
    for i, label in enumerate(labels):
        if label not in range(n_classes):
            raise ValueError(f"{label} is not a class")
        rows[i][label] = 1.0
    return rows
""",
    "l02_split": """
from sklearn.model_selection import train_test_split


def split(images, labels, validation_share, seed):
    x_a, x_b, y_a, y_b = train_test_split(images, labels, test_size=validation_share, random_state=seed)
    return x_a, y_a, x_b, y_b
""",
}

# What bela writes: the misconceptions that teachers see most.
MISCONCEPTIONS = {
    "l01_describe": """
def describe(images, labels):
    n, width, height = images.shape
    return {"count": n, "height": height, "width": width, "dtype": str(images.dtype),
            "min": images.min(), "max": images.max(), "n_classes": len(np.unique(labels))}
""",
    "l01_class_counts": """
def class_counts(labels):
    return np.bincount(labels)
""",
    "l01_mean_digit": """
def mean_digit(images, labels, digit):
    chosen = images[labels == digit]
    if len(chosen) == 0:
        raise ValueError("no such digit")
    return chosen.mean()
""",
    "l01_nearest_mean": """
def nearest_mean(image, means):
    distances = [np.sqrt(((image - mean) ** 2).sum()) for mean in means]
    return int(np.argmin(distances))
""",
    "l02_scale_pixels": """
def scale_pixels(images):
    if images.dtype == np.uint8:
        return (images / 256).astype(np.float32)
    return images.astype(np.float32)
""",
    "l02_to_images": """
def to_images(flat):
    return flat.reshape(28, 28, -1).transpose(2, 0, 1)[..., np.newaxis]
""",
    "l02_split": """
def split(images, labels, validation_share, seed):
    rng = np.random.default_rng(seed)
    images, labels = rng.permutation(images), rng.permutation(labels)
    n = round(len(images) * validation_share)
    return images[n:], labels[n:], images[:n], labels[:n]
""",
    "l02_standardise": """
def standardise(train, other):
    a = (train - train.mean(axis=0)) / train.std(axis=0)
    b = (other - train.mean(axis=0)) / train.std(axis=0)
    return a, b
""",
    "l09_confusion": """
def confusion(true, predicted):
    cm = np.zeros((10, 10), dtype=int)
    for t, p in zip(true, predicted):
        cm[p, t] += 1
    return cm
""",
    "l09_precision_recall_f1": """
def precision_recall_f1(cm):
    hits = np.diag(cm)
    precision = hits / np.maximum(cm.sum(axis=0), 1)
    recall = hits / np.maximum(cm.sum(axis=1), 1)
    return np.stack([precision, recall, (precision + recall) / 2], axis=1)
""",
    "l09_accuracy_interval": """
def accuracy_interval(accuracy, n):
    half = 1.96 * np.sqrt(accuracy * (1 - accuracy) / n)
    return accuracy - half, accuracy + half
""",
}

# What kofi writes: nearly right, with slips that keep part of the points.
SLIPS = {
    "l02_scale_pixels": """
def scale_pixels(images):
    if np.issubdtype(images.dtype, np.integer):
        return images / 255
    return images
""",
    "l02_one_hot": """
def one_hot(labels, n_classes=10):
    return np.eye(n_classes, dtype=np.float32)[labels]
""",
}

ENDLESS = """
def split(images, labels, validation_share, seed):
    rng = np.random.default_rng(seed)
    chosen = []
    while len(chosen) < len(images) * validation_share:
        i = rng.integers(0, len(images))
        if i in chosen:
            chosen = []
    return chosen


split(x_train, y_train, 0.1, seed=1)
"""


def fill(notebook: Notebook, number: int, answers: dict[str, str] | None = None) -> Notebook:
    """Return the notebook with every exercise answered: by `answers` where they have it, else by the solution."""
    filled = copy.deepcopy(notebook)
    asked = {exercise.id for exercise in lesson(number).exercises}
    run = 0
    for cell in filled["cells"]:
        if cell["cell_type"] != "code":
            continue
        run += 1
        cell["execution_count"] = run
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in asked and cell["metadata"]["nbgrader"]["solution"]:
            source = (answers or {}).get(grade_id) or solution_text(grade_id)
            cell["source"] = source.strip("\n").splitlines(keepends=True)
    return filled


def with_exception_in_the_middle(notebook: Notebook) -> Notebook:
    """Return the notebook with a cell of the student's own that uses a name before it is defined."""
    cells = notebook["cells"]
    middle = next(i for i, cell in enumerate(cells) if "def one_hot" in "".join(cell["source"]))
    cells.insert(middle, _code("# try it on a few\nprint(first_few[:3])\nprint(1 / 0)"))
    return notebook


def without_metadata(notebook: Notebook) -> Notebook:
    """Return the notebook as Colab may give it back: no cell metadata, another kernel, some cells split in two."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    notebook["nbformat_minor"] = 0
    return notebook


def with_edited_check_cells(notebook: Notebook) -> Notebook:
    """Return the notebook with check cells that always show the full points, and one test deleted."""
    for cell in notebook["cells"]:
        if "".join(cell["source"]).startswith("check("):
            cell["source"] = ["2.0  # passed!"]
            break
    cells = notebook["cells"]
    last = max(i for i, cell in enumerate(cells) if "".join(cell["source"]).startswith("check("))
    del cells[last]
    cells.insert(1, _code("def check(*args):\n    return 2.0"))
    return notebook


def _code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"own-{len(source)}",
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def _same(notebook: Notebook) -> Notebook:
    return notebook


# student -> lesson number -> (answers or None for the stubs as released, what befell the notebook)
CLASS: dict[str, dict[int, tuple[dict[str, str] | None, Spoil]]] = {
    "ada": {LOOK: ({}, _same), PIXELS: ({}, _same), EVALUATE: ({}, _same)},
    "bela": {
        LOOK: (MISCONCEPTIONS, _same),
        PIXELS: (MISCONCEPTIONS, _same),
        EVALUATE: (MISCONCEPTIONS, _same),
    },
    "chen": {LOOK: (LOOPS, _same), PIXELS: (LOOPS, _same)},
    "dana": {LOOK: (None, _same), PIXELS: (None, _same)},
    "emeka": {PIXELS: ({}, with_exception_in_the_middle)},
    "fatima": {PIXELS: ({"l02_split": ENDLESS}, _same)},
    "goran": {PIXELS: ({}, without_metadata)},
    "hana": {PIXELS: ({"l02_scale_pixels": MISCONCEPTIONS["l02_scale_pixels"]}, with_edited_check_cells)},
    "ines": {EVALUATE: ({}, _same)},
    "jun": {EVALUATE: ({}, _same)},
    "kofi": {PIXELS: (SLIPS, _same), EVALUATE: ({}, _same)},
}

# student -> the model handed in with lesson 09
MODELS = {
    "ada": "convolutional, two epochs",
    "bela": "trained on pixels from 0 to 255",
    "ines": "linear, below 98 %",
    "jun": "not a model",
    "kofi": "convolutional, one epoch, plain Adam",
}


def write_notebooks(folder: Path) -> None:
    """Write every notebook of the class under `folder`/submitted/STUDENT/LESSON."""
    for student, lessons in CLASS.items():
        for number, (answers, spoil) in lessons.items():
            released = lesson(number)
            notebook = json.loads(released.notebook.read_text(encoding="utf-8"))
            if answers is not None:
                notebook = fill(notebook, number, answers)
            path = folder / "submitted" / student / released.name / f"{released.name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(spoil(notebook), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_models(folder: Path, *, again: bool = False) -> None:
    """Train and write the models of the class; those that are there stay, unless `again`."""
    for student in MODELS:
        path = folder / "submitted" / student / lesson(EVALUATE).name / "my_cnn.keras"
        if again or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_model(student, path)


def _write_model(student: str, path: Path) -> None:
    if student == "jun":
        path.write_text("accuracy: 99.9 %\n", encoding="utf-8")
        return
    import keras

    from digitlab import build_cnn, build_linear, load_mnist, train

    data = load_mnist()
    x, y = data.x_train[..., None], data.y_train
    model = build_linear() if student == "ines" else build_cnn()
    if student == "bela":
        model = keras.Sequential([keras.Input((28, 28, 1)), *model.layers])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x.astype("float32"), y, epochs=1, batch_size=128, verbose=0)
    elif student == "kofi":
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.fit(x.astype("float32") / 255, y, epochs=1, batch_size=128, verbose=0)
    else:
        train(model, x.astype("float32") / 255, y, epochs=2, seed=5, verbose=0)
    model.save(path)


def main() -> None:
    """Write the sample class into the package."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--models", action="store_true", help="train the models anew")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where to write (the package's own folder)")
    args = parser.parse_args()
    write_notebooks(args.out)
    write_models(args.out, again=args.models)


if __name__ == "__main__":
    main()

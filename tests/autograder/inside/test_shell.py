"""Honest notebooks are full of magics, questions, commands and widgets: each does something sensible when graded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = """
import json, sys
from autograder.inside.call import quiet
from autograder.inside.notebook import _run_cell
from autograder.inside.shell import start_shell
sources = json.load(open(sys.argv[1]))
with quiet():
    shell = start_shell()
    ended = [_run_cell(shell, source, 20.0) for source in sources]
    names = {k: v for k, v in shell.user_ns.items() if isinstance(v, (int, str, list, dict))}
json.dump({"ended": ended, "names": {k: str(v) for k, v in names.items()}}, open(sys.argv[2], "w"))
"""


def _run(folder: Path, *sources: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Run cells in a shell in a process of its own; return how they ended and the plain names afterwards."""
    (folder / "in.json").write_text(json.dumps(sources))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "in.json", "out.json"], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == done.stderr == ""
    told = json.loads((folder / "out.json").read_text())
    return told["ended"], told["names"]


FINE = {
    "inline": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nok = 1",
    "widget": "%matplotlib widget\nok = 1",
    "qt": "%matplotlib qt\nok = 1",
    "window": "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.figure()\nok = 1",
    "switch": "import matplotlib.pyplot as plt\nplt.switch_backend('QtAgg')\nplt.figure()\nok = 1",
    "figures": "import matplotlib.pyplot as plt\nfor i in range(30): plt.figure()\nok = 1",
    "pylab": "%pylab inline\nok = int(array([1])[0])",
    "display": "from IPython.display import display, HTML, Image\ndisplay(HTML('x'), [1])\ndisplay(3)\nok = 1",
    "interact": "from ipywidgets import interact\n@interact(x=(0, 3))\ndef f(x=1): print(x)\nok = 1",
    "widgets": "import ipywidgets as w\ns = w.IntSlider()\nb = w.Button()\nb.on_click(print)\nw.VBox([s])\nok = 1",
    "output": "import ipywidgets as w\no = w.Output()\nwith o: print(1)\no\nok = 1",
    "time": "%%time\nok = 1",
    "timeline": "%time ok = 1",
    "capture": "%%capture c\nprint(1)\nok = 1",
    "writefile": "%%writefile helper.py\nK = 1",
    "env": "%env A=1\nimport os\nok = int(os.environ['A'])",
    "await": "import asyncio\nawait asyncio.sleep(0)\nok = 1",
    "async": "import asyncio\nasync def f(): return 1\nok = await f()",
    "gather": "import asyncio\nok = (await asyncio.gather(asyncio.sleep(0, 1)))[0]",
    "last": "40 + 2\n",
    "help": "len?\nok = 1",
    "who": "%who\n%whos\n%lsmagic\nok = 1",
    "html": "%%html\n<b>bold</b>",
    "javascript": "%%javascript\nalert(1)",
    "progress": "from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass\nok = 1",
    "clear": "from IPython.display import clear_output\nclear_output(wait=True)\nok = 1",
    "warnings": "import warnings\nwarnings.warn('careful')\nok = 1",
    "autoreload": "%load_ext autoreload\n%autoreload 2\nok = 1",
    "precision": "%precision 3\nok = 1",
    "kernel": "ip = get_ipython()\nip.run_line_magic('matplotlib', 'inline')\nok = 1",
    "main": "ok = int(__name__ == '__main__')",
    "blank": "   \n\n",
    "comment": "# nothing",
}


def test_what_works_everywhere_works_here(tmp_path: Path) -> None:
    """Each of these cells ends well, without a note, and does to names what it does on a student's screen."""
    ended, names = _run(tmp_path, *(f"ok = 0\n{s}" if not s.startswith("%%") else s for s in FINE.values()))
    wrong = {name: end for name, end in zip(FINE, ended, strict=True) if end["error"] or end["noted"]}
    assert wrong == {}
    assert names["_"] == "42"
    assert (tmp_path / "helper.py").read_text() == "K = 1\n"


NOTED = (
    ("x = input('Your name? ')\nok = 1 if x == '' else 0", "input"),
    ("import getpass\ngetpass.getpass()\nok = 1", "input"),
    ("!pip install numpy\nok = 1", "shell"),
    ("files = !ls\nok = 1 if files == [] else 0", "shell"),
    ("!!ls\nok = 1", "shell"),
    ("ok = 1 if get_ipython().getoutput('ls') == [] else 0", "shell"),
    ("%sx ls\nok = 1", "shell"),
    ("%%bash\necho hello", "shell"),
    ("%%sh\necho hello", "shell"),
    ("%%script bash\necho hello", "shell"),
    ("%%!\necho hello", "shell"),
    ("%pip install numpy\nok = 1", "install"),
    ("%conda install numpy\nok = 1", "install"),
    ("%load_ext tensorboard_of_mine\nok = 1", "magic"),
    ("%tensorboard --logdir logs\nok = 1", "magic"),
    ("%tensorflow_version 2.x\nok = 1", "magic"),
    ("%debug\nok = 1", "magic"),
    ("%%memit\nok = 1", "magic"),
    ("breakpoint()\nok = 1", "debugger"),
    ("import pdb\npdb.set_trace()\nok = 1", "debugger"),
    ("exit()\nok = 1", "exit"),
    ("quit\nok = 1", None),
    ("from google.colab import drive\ndrive.mount('/content/drive')\nok = 1", "colab"),
    ("from google.colab import files\nuploaded = files.upload()\nok = 1", "colab"),
)


def test_what_cannot_be_had_is_noted(tmp_path: Path) -> None:
    """What asks for a keyboard, a shell, an installer or Colab does nothing, says so, and the cell goes on."""
    sources = [source for source, _ in NOTED]
    ended, _ = _run(tmp_path, *(cell for source in sources for cell in ("ok = 0", source, "assert ok")))
    for place, (source, kind) in enumerate(NOTED):
        _, asked, after = ended[3 * place : 3 * place + 3]
        assert asked["error"] is None, (source, asked["error"])
        assert [noted[0] for noted in asked["noted"]] == ([kind] if kind else []), source
        assert (after["error"] is None) == ("ok =" in source), source


def test_no_command_runs(tmp_path: Path) -> None:
    """A shell command leaves no trace."""
    _run(tmp_path, "!touch a", "%sx touch b", "%%bash\ntouch c", "get_ipython().system('touch d')", "x = !touch e")
    assert sorted(path.name for path in tmp_path.iterdir() if len(path.name) == 1) == []


def test_timeit_runs_the_statement_once(tmp_path: Path) -> None:
    """Its figure is for the screen; repeating it a million times would only take time."""
    _, names = _run(
        tmp_path, "count = 0\ndef f():\n    global count\n    count += 1", "%timeit -n 1000 -r 5 f()", "%%timeit\nf()"
    )
    assert int(names["count"]) <= 4


RAISING = (
    ("%%time\n1 / 0", "ZeroDivisionError"),
    ("%time 1 / 0", "ZeroDivisionError"),
    ("%%capture c\n1 / 0", "ZeroDivisionError"),
    ("import sys\nsys.exit(1)", "SystemExit"),
    ("%run nowhere.py", "Exception"),
    ("if True:\nx = 1", "IndentationError"),
    ("await nothing()", "NameError"),
)


def test_errors_are_told(tmp_path: Path) -> None:
    """An error under a magic is an error of the cell all the same."""
    ended, _ = _run(tmp_path, *(source for source, _ in RAISING))
    assert [end["error"] and end["error"]["type"] for end in ended] == [kind for _, kind in RAISING]


def test_poisoned_settings_are_not_read(tmp_path: Path) -> None:
    """A profile, start-up file or customisation in the working folder is not run."""
    startup = tmp_path / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("poison = 'here'")
    (tmp_path / "ipython_config.py").write_text("c.InteractiveShell.ast_node_interactivity = 'none'\npoison = 'here'")
    _, names = _run(tmp_path, "x = 1")
    assert "poison" not in names

"""Run a lesson's solution in a real kernel; what came out is kept until something that decides it changes."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.results import write_whole

ROOT = Path(__file__).parents[1]
CELL_SECONDS = 600

# Whose versions decide what a cell prints or draws.
DECIDING = ("numpy", "matplotlib", "scikit-learn", "pillow", "tensorflow", "keras", "ipywidgets", "ipycanvas")
# Code of ours that no cell of a lesson can reach.
_NOT_DECIDING = {"sample_class", "commands", "sandbox", "reports", "gradebook", "handins", "authoring"}


def executed(
    notebooks: Sequence[tuple[str, NotebookNode]], cache: Path, say: Callable[[str], None]
) -> dict[str, NotebookNode]:
    """Return each notebook with its outputs, by name: from the cache, or run now, as many at once as there are cores.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    cache.mkdir(parents=True, exist_ok=True)
    common = fingerprint_of_surroundings()

    def one(name: str, notebook: NotebookNode) -> NotebookNode:
        place, key = cache / f"{name}.ipynb", fingerprint(notebook, common)
        kept = _kept(place, key)
        if kept is not None:
            say(f"{name}: kept from an earlier run, as nothing that decides it has changed")
            return kept
        began = time.monotonic()
        ran = run(notebook)
        ran.metadata["book"] = {"fingerprint": key}
        write_whole(place, nbformat.writes(ran))
        say(f"{name}: run in {time.monotonic() - began:.0f} s")
        return ran

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        names = [name for name, _ in notebooks]
        return dict(zip(names, pool.map(one, names, [notebook for _, notebook in notebooks]), strict=True))


def run(notebook: NotebookNode) -> NotebookNode:
    """Return a copy with its outputs, run from top to bottom in a fresh kernel and an empty folder."""
    copy = nbformat.from_dict(json.loads(json.dumps(notebook)))
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        client = NotebookClient(
            copy, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        client.execute(stderr=subprocess.DEVNULL)  # the kernel's own notices; a cell's errors are in its outputs
    return copy


def fingerprint(notebook: NotebookNode, surroundings: str) -> str:
    """Return the SHA-256 of the code cells, in their order, and of what they run in."""
    code = [[cell.id, cell.source] for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps([code, surroundings]).encode()).hexdigest()


def fingerprint_of_surroundings() -> str:
    """Return the SHA-256 of Python's and the libraries' versions, and of our own code and data."""
    digest = hashlib.sha256(platform.python_version().encode())
    for name in DECIDING:
        digest.update(f"{name} {metadata.version(name)}".encode())
    for path in _sources():
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for package in ("digitlab", "autograder"):
        for path in sorted((ROOT / package).rglob("*")):
            inside = set(path.relative_to(ROOT).parts)
            if path.is_file() and "__pycache__" not in inside and not inside & _NOT_DECIDING:
                yield path


def _kept(place: Path, key: str) -> NotebookNode | None:
    try:
        notebook = nbformat.read(place, as_version=4)
    except (OSError, ValueError):
        return None
    return notebook if notebook.metadata.get("book", {}).get("fingerprint") == key else None

"""Take the README's pictures from the running software: a lesson in JupyterLab, and the report of the sample class."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tools.browser import browser_page, jupyterlab, open_notebook, run_all  # noqa: E402


def picture_of_a_lesson(out: Path) -> None:
    """Write a picture of lesson 01 with a figure and the card of an answer that holds a misconception."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "lessons"
        shutil.copytree(ROOT / "lessons", folder)
        notebook = folder / "01_look_first.ipynb"
        text = notebook.read_text(encoding="utf-8")
        notebook.write_text(text.replace(*_stub_and_answer(text)), encoding="utf-8")
        with jupyterlab(folder) as lab, browser_page(1180, 1000, device_scale_factor=1.5) as page:
            open_notebook(page, lab, notebook.name)
            page.keyboard.press("Control+b")
            run_all(page)
            card = page.locator(".jp-Cell:has-text('check(\"l01_class_counts\"') .jp-OutputArea").first
            page.wait_for_timeout(2000)  # until figures and widgets have their sizes
            card.evaluate("element => element.scrollIntoView({block: 'end'})")
            page.wait_for_timeout(500)
            page.screenshot(path=out)


def _stub_and_answer(text: str) -> tuple[str, str]:
    import json

    for cell in json.loads(text)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "l01_class_counts":
            source = "".join(cell["source"]) if isinstance(cell["source"], list) else cell["source"]
            stub = next(line for line in source.splitlines() if "NotImplementedError" in line)
            _, _, after = text.partition('"def class_counts')
            place = after.index(json.dumps(stub)[1:-1])
            whole = '"def class_counts' + after[: place + len(json.dumps(stub)[1:-1])]
            return whole, whole.replace(json.dumps(stub)[1:-1], "    return np.bincount(labels)")
    raise LookupError("lesson 01 has no cell l01_class_counts")


def picture_of_a_report(out: Path) -> None:
    """Write a picture of the class page of the sample class."""
    with tempfile.TemporaryDirectory() as temporary:
        grades = Path(temporary) / "grades"
        command = [sys.executable, "-m", "autograder.cli", "grade", "--sample", "--seed", "7", "--out", str(grades)]
        subprocess.run(command, check=False, cwd=temporary)
        with browser_page(1180, 1000, device_scale_factor=1.5) as page:
            page.goto((grades / "index.html").as_uri())
            page.screenshot(path=out)


def main() -> None:
    """Take the pictures that are asked for, or all."""
    pictures = {"lesson": picture_of_a_lesson, "report": picture_of_a_report}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*pictures, []], default=[*pictures])
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    args = parser.parse_args()
    args.out.mkdir(exist_ok=True)
    for name in args.which:
        pictures[name](args.out / f"{name}.png")
        print(f"wrote {args.out / name}.png")


if __name__ == "__main__":
    main()

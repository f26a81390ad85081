"""Plain nbgrader, real kernels: the same check cell gives it the right points, and a feedback page that reads well."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

HEAD = "def scale_pixels(images):\n    "
# Each answer's code, and the points that nbgrader must find for it.
ANSWERS = {
    "full": (HEAD + "return (images / 255 if images.dtype == np.uint8 else images).astype(np.float32)", 2.0),
    "partial": (HEAD + "return images / 255 if images.dtype == np.uint8 else images.astype(float)", 1.0),
    "failed": (HEAD + "return images / 256", 0.0),
    "noisy": (HEAD + "print('<b>'); warnings.warn('w'); os.write(2, b'c'); return images", 0.0),
    "untouched": (HEAD + "raise NotImplementedError", 0.0),
    "leaves": (HEAD + "raise SystemExit", 0.0),
    "wrong_arguments": ("def scale_pixels(images, labels):\n    return images", 0.0),
    "no_function": ("scale_pixels = None", 0.0),
}


def check_cell(name: str) -> Any:
    """Return a check cell with nbgrader's metadata, worth two points."""
    cell = new_code_cell('check("l02_scale_pixels", scale_pixels)')
    cell.metadata["nbgrader"] = {
        "grade": True,
        "locked": True,
        "solution": False,
        "task": False,
        "schema_version": 3,
        "points": 2,
        "grade_id": name,
    }
    return cell


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a notebook of good and bad answers, run by nbgrader's own preprocessor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader's imports
        from nbgrader.preprocessors import Execute
    cells = [new_code_cell("from autograder import check\nimport numpy as np, os, warnings")]
    for name, (source, _points) in ANSWERS.items():
        cells += [new_code_cell(source), check_cell(name)]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = tmp_path_factory.mktemp("nbgrader")
    done, _ = Execute(kernel_name="python3").preprocess(notebook, {"metadata": {"path": str(path)}})
    nbformat.validate(done)
    return done


@pytest.mark.slow
def test_nbgrader_reads_the_right_points(executed: Any) -> None:
    """Full, partial and no points are what nbgrader's own `determine_grade` finds; nothing is on stderr."""
    from nbgrader.utils import determine_grade

    graded = {c.metadata.nbgrader.grade_id: c for c in executed.cells if "nbgrader" in c.metadata}
    assert {name: determine_grade(cell) for name, cell in graded.items()} == {
        name: (points, 2.0) for name, (_source, points) in ANSWERS.items()
    }
    for cell in graded.values():
        assert [output.output_type for output in cell.outputs] == ["display_data", "execute_result"]


@pytest.mark.slow
def test_the_feedback_page_shows_the_cards_and_no_widget(executed: Any) -> None:
    """nbgrader's feedback template renders the card of each answer, escaped, and no empty widget."""
    import nbgrader
    from nbconvert.exporters import HTMLExporter

    formgrader = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
    exporter = HTMLExporter(
        template_name="feedback",
        extra_template_basedirs=[str(formgrader / "templates")],
        extra_template_paths=[str(formgrader / "static" / "node_modules" / "bootstrap" / "dist" / "css")],
    )
    page = executed.copy()
    for cell in page.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(score=0, comment="")
    facts = {"notebook": "pixels", "score": 3, "max_score": 16, "late_penalty": 0}
    html, _ = exporter.from_notebook_node(page, {"nbgrader": facts})
    for words in ("Passed", "Partly right", "Not right yet", "Not attempted yet", "you divide by 256"):
        assert words in html
    assert "widget-view" not in html
    assert html.count('role="status"') == len(ANSWERS)

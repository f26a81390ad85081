"""Figures with alternative text: how they reach a notebook, a page made of it, and a terminal."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest
from nbconvert import HTMLExporter

from digitlab.plots.picture import Picture, new_figure


def test_a_notebook_shows_the_image_with_its_words() -> None:
    """The HTML is one image with escaped alternative text; a terminal prints the text."""
    figure, axis = new_figure(2, 1)
    axis.plot([0, 1])
    picture = Picture(figure, 'A line "up" & <away>.')
    shown = picture._repr_html_()
    assert shown.count("<img") == 1
    assert 'alt="A line &quot;up&quot; &amp; &lt;away&gt;."' in shown
    assert repr(picture) == 'A line "up" & <away>.'


def test_saved_files_are_png(tmp_path: Path) -> None:
    """The saved file is a PNG of about the asked size, and the same that the notebook shows."""
    figure, axis = new_figure(4, 2)
    axis.plot([0, 1])
    picture = Picture(figure, "A line.")
    picture.save(tmp_path / "line.png")
    data = (tmp_path / "line.png").read_bytes()
    assert data == picture.png
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert 380 <= width <= 460
    assert 180 <= height <= 240


def test_words_survive_into_a_page_made_of_the_notebook() -> None:
    """In the HTML that nbconvert makes, the image still has its alternative text."""
    figure, axis = new_figure(2, 1)
    axis.plot([0, 1])
    picture = Picture(figure, "A line that rises.")
    data = {"text/html": picture._repr_html_(), "text/plain": repr(picture)}
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    cell = nbformat.v4.new_code_cell("picture", outputs=[output], execution_count=1)
    page, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert re.search(r'<img alt="A line that rises\."[^>]* src="data:image/png;base64,', page)


def test_figures_of_pyplot_are_taken_out_of_its_list() -> None:
    """A figure of one's own is shown once, and none stays open."""
    figure, axis = plt.subplots()
    axis.plot([0, 1])
    Picture(figure, "A line.")
    assert plt.get_fignums() == []


def test_our_own_figures_never_enter_pyplot() -> None:
    """Figures of this package open no window, whatever the backend: pyplot never hears of them."""
    new_figure(1, 1)
    assert plt.get_fignums() == []


def test_what_is_no_picture_is_told() -> None:
    """Axes in place of a figure, and a figure without words, are refused with the remedy."""
    figure, axis = new_figure(1, 1)
    with pytest.raises(ValueError, match=r"needs a Matplotlib figure, got Axes\. Give it axes\.figure"):
        Picture(axis, "Axes.")
    with pytest.raises(ValueError, match="needs an alternative text"):
        Picture(figure, "  ")

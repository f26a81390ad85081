"""The kernel stepper, driven as a learner drives it: values set, buttons clicked, and what is shown read back."""

from __future__ import annotations

import doctest
import re
from typing import Any

import ipywidgets
import numpy as np
import pytest
from scipy.signal import correlate2d

import digitlab
from digitlab.widgets import kernel_stepper as stepper_module
from digitlab.widgets.interactive import Interactive

IMAGE = np.random.default_rng(7).integers(0, 256, (28, 28), np.uint8)
EDGE = np.array([[-1, -1, -1], [0, 0, 0], [1, 1, 1]])


def parts(shown: Interactive, kind: type) -> list[Any]:
    """Return the widgets of one kind inside, in order."""

    def inside(widget: Any) -> list[Any]:
        own = [widget] if type(widget) is kind else []
        return own + [found for child in getattr(widget, "children", ()) for found in inside(child)]

    return inside(shown.widget)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(stepper_module).failed == 0


def test_the_arithmetic_is_that_of_scipy() -> None:
    """Pixels, weights, products and their sum are shown for each place that is chosen, and for changed weights."""
    shown = digitlab.kernel_stepper(IMAGE)
    (view,), (row, col) = parts(shown, ipywidgets.HTML), parts(shown, ipywidgets.IntSlider)
    weights = parts(shown, ipywidgets.BoundedFloatText)
    assert len(weights) == 9
    for kernel in (EDGE, EDGE.T, np.arange(9).reshape(3, 3)):
        for weight, value in zip(weights, kernel.flat, strict=True):
            weight.value = value
        row.value, col.value = 4, 25
        numbers = np.array([float(n) for n in re.findall(r"<td[^>]*>([^<]+)</td>", view.value)]).reshape(3, 3, 3)
        np.testing.assert_array_equal(numbers[0], IMAGE[4:7, 25:28])
        np.testing.assert_array_equal(numbers[1], kernel)
        np.testing.assert_array_equal(numbers[2], IMAGE[4:7, 25:28].astype(float) * kernel)
        total = correlate2d(IMAGE.astype(float), kernel, mode="valid")[4, 25]
        assert f"row 4, column 25: <b>{total:.0f}</b>" in view.value


def test_the_steps_go_in_reading_order() -> None:
    """One step on from the end of a row is the start of the next; both ends stop."""
    shown = digitlab.kernel_stepper(IMAGE)
    (row, col), (back, forth) = parts(shown, ipywidgets.IntSlider), parts(shown, ipywidgets.Button)
    row.value, col.value = 3, 25
    forth.click()
    assert (row.value, col.value) == (4, 0)
    assert "105 of 676" in parts(shown, ipywidgets.HTML)[0].value
    back.click()
    assert (row.value, col.value) == (3, 25)
    row.value, col.value = 0, 0
    back.click()
    assert (row.value, col.value) == (0, 0)


@pytest.mark.parametrize(
    ("image", "kernel"),
    [(IMAGE[:2], None), (IMAGE[np.newaxis], None), (IMAGE, np.ones((2, 3))), (IMAGE, np.full((3, 3), np.nan))],
)
def test_what_cannot_be_stepped_over_is_told(image: Any, kernel: Any) -> None:
    """Another image or kernel than the widget needs is one sentence with what was received."""
    with pytest.raises(ValueError, match=r"kernel_stepper needs .*, got"):
        digitlab.kernel_stepper(image, kernel)


def test_something_stands_for_the_widget() -> None:
    """A web page gets the picture, a terminal one sentence, a live notebook the widget."""
    shown = digitlab.kernel_stepper(IMAGE / 255)
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/html"] == parts(shown, ipywidgets.HTML)[0].value
    assert bundle["text/html"].count('alt="') == 2

"""The widgets, driven as a learner drives them: values set, buttons clicked, and what is shown read back."""

from __future__ import annotations

import base64
import doctest
import io
import re
from typing import Any

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from digitlab.widgets import digit_browser as browser_module
from digitlab.widgets import pixel_follower as follower_module
from digitlab.widgets.digit_browser import digit_browser, nearest_images
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.pictures import MARK, as_bytes, number_table, picture
from digitlab.widgets.pixel_follower import pixel_follower, place_of_pixel

RNG = np.random.default_rng(7)
IMAGES = RNG.integers(0, 256, (12, 28, 28), np.uint8)
LABELS = np.array([3, 1, 3, 1, 1, 3, 9, 1, 3, 1, 1, 3])


def parts(shown: Interactive, kind: type) -> list[Any]:
    """Return the widgets of one kind inside, in order."""

    def inside(widget: Any) -> list[Any]:
        own = [widget] if type(widget) is kind else []
        return own + [found for child in getattr(widget, "children", ()) for found in inside(child)]

    return inside(shown.widget)


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    for module in (browser_module, follower_module):
        assert doctest.testmod(module, extraglobs={"np": np}).failed == 0


# --- the browser -----------------------------------------------------------------------------------------------------


def test_the_browser_walks_through_a_digit() -> None:
    """Choosing a digit shows its first image, the buttons step through its images and stop at both ends."""
    shown = digit_browser(IMAGES, LABELS)
    (digit,), (place,) = parts(shown, ipywidgets.ToggleButtons), parts(shown, ipywidgets.IntSlider)
    back, forth = parts(shown, ipywidgets.Button)
    (view,) = parts(shown, ipywidgets.HTML)
    assert "<b>Image 0</b>, label <b>3</b>" in view.value
    assert digit.label == "all"
    digit.value = 1
    assert "<b>Image 1</b>, label <b>1</b>" in view.value
    assert "one of 6 images of the digit 1<" in view.value
    for _ in range(2):
        forth.click()
    assert "<b>Image 4</b>, label <b>1</b>" in view.value
    for _ in range(20):
        forth.click()
    assert "<b>Image 10</b>, label <b>1</b>" in view.value
    digit.value = 9
    assert "<b>Image 6</b>, label <b>9</b>" in view.value
    for _ in range(3):
        back.click()
    assert "<b>Image 6</b>" in view.value
    digit.value = "all"
    assert "<b>Image 0</b>" in view.value
    place.value = 11
    assert "<b>Image 11</b>" in view.value
    assert "one of 12 images<" in view.value


def test_the_browser_offers_the_digits_that_there_are() -> None:
    """There is a button for each digit that occurs, and no other; none of the choices is a list."""
    shown = digit_browser(IMAGES, LABELS)
    (digit,) = parts(shown, ipywidgets.ToggleButtons)
    assert [value for _, value in digit.options] == ["all", 1, 3, 9]
    assert list(digit.tooltips) == ["All digits", "The digit 1", "The digit 3", "The digit 9"]
    assert not parts(shown, ipywidgets.Dropdown)


def test_neighbours_are_the_nearest() -> None:
    """Neighbours come by Euclidean distance, nearest first, the image itself left out; bytes do not wrap round."""
    distances = [float(np.sqrt(((IMAGES[2].astype(float) - one) ** 2).sum())) for one in IMAGES]
    assert nearest_images(IMAGES, 2, 5).tolist() == [n for n in np.argsort(distances) if n != 2][:5]
    assert len(nearest_images(IMAGES[:3], 0, 6)) == 2
    assert nearest_images(IMAGES[:1], 0).tolist() == []


def test_a_neighbour_of_another_digit_is_told_in_words() -> None:
    """Neighbours that are another digit are marked by words, not by colour alone."""
    shown = digit_browser(IMAGES, LABELS)
    near = nearest_images(IMAGES, 0)
    assert shown.static_html.count("(another digit)") == sum(LABELS[near] != LABELS[0])


def test_the_browser_of_one_image_and_of_floats() -> None:
    """A single image is browsed, and so are scaled ones."""
    shown = digit_browser(IMAGES[:1], LABELS[:1])
    for button in parts(shown, ipywidgets.Button):
        button.click()
    assert "<b>Image 0</b>" in parts(shown, ipywidgets.HTML)[0].value
    assert f'<td style="background:rgb({IMAGES[0, 0, 0]},' in digit_browser(IMAGES / 255, LABELS).static_html


@pytest.mark.parametrize(("images", "labels"), [(IMAGES[0], LABELS), (IMAGES, LABELS[:3]), (IMAGES[:0], LABELS[:0])])
def test_what_cannot_be_browsed_is_told(images: Any, labels: Any) -> None:
    """A single image, other numbers of labels, or nothing, are one sentence with what was received."""
    with pytest.raises(ValueError, match=r"digit_browser needs images of shape \(n, 28, 28\) and n labels, got images"):
        digit_browser(images, labels)


# --- the follower ----------------------------------------------------------------------------------------------------


def test_the_follower_goes_both_ways() -> None:
    """The place in the list moves row and column; row and column move the place; the text tells all three."""
    shown = pixel_follower(IMAGES[0])
    (number,), (view,) = parts(shown, ipywidgets.IntSlider), parts(shown, ipywidgets.HTML)
    row, column = parts(shown, ipywidgets.BoundedIntText)
    number.value = 59
    assert (row.value, column.value) == (2, 3)
    assert "59 = 2 × 28 + 3: row 2, column 3" in view.value
    assert "<code>x[n, 2, 3, 0]</code>" in view.value
    value = IMAGES[0, 2, 3]
    assert f"Place 59 of 784 holds {value}." in view.value
    assert f"{value} / 255 = {value / 255:.3f}" in view.value
    row.value = 27
    assert number.value == 27 * 28 + 3
    column.value = 27
    assert number.value == 783
    assert "783 = 27 × 28 + 27" in view.value
    number.value = 0
    assert (row.value, column.value) == (0, 0)
    number.value = 783
    assert (row.value, column.value, number.value) == (27, 27, 783)


def test_places_are_numpys() -> None:
    """Row and column are those of NumPy's unravel_index."""
    assert all(place_of_pixel(n) == np.unravel_index(n, (28, 28)) for n in range(784))


@pytest.mark.parametrize("shape", [(784,), (2, 28, 28), (28, 28, 1), (27, 28)])
def test_what_cannot_be_followed_is_told(shape: tuple[int, ...]) -> None:
    """Anything but one image is told, with the way to pick one."""
    with pytest.raises(ValueError, match=r"one image of shape \(28, 28\), got shape .* images\[i\]"):
        pixel_follower(np.zeros(shape))


# --- pictures --------------------------------------------------------------------------------------------------------


def test_pictures_are_the_image() -> None:
    """The PNG in the `<img>` has exactly the pixels of the image; its alt text is escaped."""
    shown = picture(IMAGES[0], 'a "7" & more', 84)
    data = re.search(r"base64,([^\"]+)\"", shown)
    assert data is not None
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data[1])))), IMAGES[0])
    assert 'alt="a &quot;7&quot; &amp; more"' in shown
    assert MARK in picture(IMAGES[0], "", mark=True)
    assert MARK not in shown


def test_number_tables_hold_every_number() -> None:
    """The table has each pixel's number in its place, and frames the one that is marked."""
    table = number_table(IMAGES[0], (3, 4))
    rows = [re.findall(r">(\d+)</td>", row) for row in table.split("<tr>")[1:]]
    np.testing.assert_array_equal(np.array(rows, int), IMAGES[0])
    assert table.count(MARK) == 1
    assert MARK in table.split("<tr>")[4].split("<td")[5]


def test_bytes_of_floats() -> None:
    """Floats in [0, 1] are rounded to bytes; what lies outside is black or white; bytes stay as they are."""
    assert as_bytes(np.array([-1.0, 0.0, 0.5, 1.0, 7.0])).tolist() == [0, 0, 128, 255, 255]
    assert as_bytes(IMAGES) is IMAGES or np.array_equal(as_bytes(IMAGES), IMAGES)


# --- where widgets do not run ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [digit_browser(IMAGES, LABELS), pixel_follower(IMAGES[0])], ids=["browser", "pixel"])
def test_something_stands_for_the_widget(shown: Interactive) -> None:
    """A web page gets a picture, a terminal one sentence, a live notebook the widget: all in one bundle."""
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/plain"] == shown.alt == repr(shown)
    assert bundle["text/html"] == shown.static_html == parts(shown, ipywidgets.HTML)[0].value
    assert "\n" not in shown.alt

"""The viewer of dropout masks, driven as a learner drives it: rate, mode and masks set, and what is shown read back."""

from __future__ import annotations

import re
from typing import Any

import ipywidgets
import numpy as np
import pytest

import digitlab
from digitlab.widgets.interactive import Interactive

MAPS = np.random.default_rng(5).random((13, 13, 4))
ROW = np.array([1.0, 0.0, 2.0, 3.0, 0.5, 4.0, 1.5, 2.5])


def part(shown: Interactive, kind: type) -> Any:
    """Return the one widget of that kind inside."""

    def inside(widget: Any) -> list[Any]:
        own = [widget] if type(widget) is kind else []
        return own + [found for child in getattr(widget, "children", ()) for found in inside(child)]

    (found,) = inside(shown.widget)
    return found


def told(shown: Interactive) -> str:
    """Return the sentence with the numbers."""
    found = re.search(r'<p role="status"><b>(.*?)</b>', part(shown, ipywidgets.HTML).value)
    assert found is not None
    return found.group(1)


def numbers(shown: Interactive) -> dict[str, float]:
    """Return the number of the mask, how many are kept, and the means."""
    pattern = r"Mask (\d+), rate ([\d.]+): (\d+) of (\d+) .* before ([\d.]+), after ([\d.]+)\."
    found = re.match(pattern, told(shown))
    assert found is not None, told(shown)
    return dict(zip(("mask", "rate", "kept", "of", "before", "after"), map(float, found.groups()), strict=True))


def test_the_numbers_are_those_of_dropout() -> None:
    """What is told of the first mask is what dropout by hand gives with the same seed and rate."""
    shown = digitlab.dropout_masks(MAPS, rate=0.3, seed=11)
    out, mask = digitlab.dropout(MAPS, 0.3, True, np.random.default_rng(11))
    seen = numbers(shown)
    assert (seen["mask"], seen["rate"], seen["kept"], seen["of"]) == (1, 0.3, mask.sum(), MAPS.size)
    assert seen["before"] == pytest.approx(MAPS.mean(), abs=6e-4)
    assert seen["after"] == pytest.approx(out.mean(), abs=6e-4)


def test_a_higher_rate_silences_more() -> None:
    """The slider changes the share that is kept, from all of it on."""
    shown = digitlab.dropout_masks(MAPS)
    slider = part(shown, ipywidgets.FloatSlider)
    kept = []
    for rate in (0.0, 0.2, 0.5, 0.8):
        slider.value = rate
        kept.append(numbers(shown)["kept"])
    assert kept == sorted(set(kept), reverse=True)
    assert kept[0] == MAPS.size
    assert kept[-1] / MAPS.size == pytest.approx(0.2, abs=0.08)


def test_new_masks_average_out() -> None:
    """Each press shows another mask; over many of them the mean after comes near the mean before."""
    shown = digitlab.dropout_masks(MAPS)
    button, first = part(shown, ipywidgets.Button), part(shown, ipywidgets.HTML).value
    for _ in range(40):
        button.click()
    assert numbers(shown)["mask"] == 41
    assert part(shown, ipywidgets.HTML).value != first
    average = float(told(shown).split("masks so far: ")[1].rstrip("."))
    assert average == pytest.approx(MAPS.mean(), rel=0.03)
    part(shown, ipywidgets.Checkbox).value = False
    average = float(told(shown).split("masks so far: ")[1].rstrip("."))
    assert average == pytest.approx(MAPS.mean() / 2, rel=0.03)
    assert "not divided by 1 - rate" in part(shown, ipywidgets.HTML).value


def test_in_use_nothing_is_silenced() -> None:
    """In use all numbers are kept as they are, and no new mask can be asked for; training brings the mask back."""
    shown = digitlab.dropout_masks(MAPS)
    mode, button = part(shown, ipywidgets.ToggleButtons), part(shown, ipywidgets.Button)
    training = told(shown)
    mode.value = "in use"
    assert told(shown) == f"In use all 676 numbers are kept. Mean before {MAPS.mean():.3f}, after {MAPS.mean():.3f}."
    assert button.disabled
    mode.value = "training"
    assert told(shown) == training
    assert not button.disabled


def test_a_row_of_activations_shows_its_numbers() -> None:
    """Of a row each number is shown before and after, and what is silenced is told by a sign, not by colour alone."""
    shown = digitlab.dropout_masks(ROW, rate=0.5, seed=3)
    out, mask = digitlab.dropout(ROW, 0.5, True, np.random.default_rng(3))
    cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", shown.static_html)]
    before, middle, after = np.array(cells).reshape(3, len(ROW))
    np.testing.assert_allclose(before.astype(float), ROW)
    assert middle.tolist() == ["kept" if kept else "✕" for kept in mask]
    np.testing.assert_allclose(after.astype(float), out)


def test_maps_of_nothing_but_zeros_can_be_shown() -> None:
    """A dead map, as a ReLU may give it, breaks nothing."""
    assert "Mean before 0.000, after 0.000" in told(digitlab.dropout_masks(np.zeros((3, 3, 1))))


def test_something_stands_for_the_widget() -> None:
    """A web page gets the pictures, each with its own words, a terminal one sentence, a live notebook the widget."""
    shown = digitlab.dropout_masks(MAPS)
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/html"] == part(shown, ipywidgets.HTML).value
    assert len(set(re.findall(r'alt="([^"]+)"', bundle["text/html"]))) == 12
    assert repr(shown).startswith("Dropout masks over 4 maps. Mask 1, rate 0.50: ")


@pytest.mark.parametrize(
    ("x", "rate", "told"),
    [
        (np.zeros((5, 5)), 0.5, r"got shape \(5, 5\)"),
        (np.zeros((5, 5, 9)), 0.5, r"got shape \(5, 5, 9\)"),
        (np.zeros(33), 0.5, r"got shape \(33,\)"),
        (-MAPS, 0.5, "from 0 up, as a ReLU gives them"),
        (np.full((2, 2, 1), np.nan), 0.5, "from 0 up"),
        (MAPS, 0.9, r"a rate from 0 to 0\.8, got 0\.9"),
    ],
)
def test_what_cannot_be_shown_is_told(x: Any, rate: float, told: str) -> None:
    """Other shapes, numbers and rates are one sentence with what was received."""
    with pytest.raises(ValueError, match=told):
        digitlab.dropout_masks(x, rate)

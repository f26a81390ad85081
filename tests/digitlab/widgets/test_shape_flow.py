"""The shape flow, driven as a learner drives it: layers added, changed and removed, and what is shown read back."""

from __future__ import annotations

import doctest
import re
from typing import Any

import ipywidgets
import pytest

import digitlab
from digitlab.widgets import stack_diagram
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.shape_flow import shape_flow
from digitlab.widgets.stack_diagram import SMALL_CNN, flow
from digitlab.widgets.stack_editor import LARGEST, MOST_LAYERS


def parts(shown: Interactive, kind: type) -> list[Any]:
    """Return the widgets of one kind inside, in order."""

    def inside(widget: Any) -> list[Any]:
        own = [widget] if type(widget) is kind else []
        return own + [found for child in getattr(widget, "children", ()) for found in inside(child)]

    return inside(shown.widget)


def named(shown: Interactive, name: str) -> list[Any]:
    """Return the controls with that label, from the first layer to the last, whether they show or not."""
    kinds = (ipywidgets.BoundedIntText, ipywidgets.Dropdown, ipywidgets.Button)
    return [one for kind in kinds for one in parts(shown, kind) if one.description == name]


def seen(shown: Interactive) -> tuple[str, str]:
    """Return the diagram and the sentence below it, without tags."""
    view, summary = parts(shown, ipywidgets.HTML)
    return tuple(re.sub("<[^>]+>", " ", one.value) for one in (view, summary))  # type: ignore[return-value]


def pool(size: int, stride: int) -> dict[str, Any]:
    """Return a pooling layer."""
    return {"type": "pool", "size": size, "stride": stride}


def test_examples() -> None:
    """The examples in the documentation are what comes out."""
    assert doctest.testmod(stack_diagram).failed == 0


def test_the_flow_of_the_small_cnn_is_counted_by_hand() -> None:
    """Shapes, parameters and receptive fields are those that pencil and paper give."""
    stages = flow(SMALL_CNN, (28, 28, 1))
    assert [stage.shape for stage in stages] == [(26, 26, 8), (13, 13, 8), (11, 11, 16), (5, 5, 16), (400,), (10,)]
    assert [stage.params for stage in stages] == [80, 0, 1168, 0, 0, 4010]
    assert [stage.field for stage in stages] == [3, 4, 8, 10, 10, None]


def test_what_comes_after_a_layer_that_does_not_fit_is_not_reached() -> None:
    """The first layer that does not fit has the reason in trace_shapes' own words; later ones have nothing."""
    layers = [pool(2, 2), {"type": "flatten"}, pool(2, 2), {"type": "dense", "units": 10}]
    fits, flat, wrong, later = flow(layers, (28, 28, 1))
    with pytest.raises(ValueError) as problem:
        digitlab.trace_shapes(layers, (28, 28, 1))
    assert wrong.why == str(problem.value)
    assert (fits.shape, flat.shape) == ((14, 14, 1), (196,))
    assert (wrong.shape, later.shape, later.why, wrong.params, later.params) == (None, None, "", None, None)


def test_a_dense_layer_on_maps_works_on_the_channels_as_in_keras() -> None:
    """Dense before flatten keeps height and width, has weights for the channels alone, and sees no further."""
    (stage,) = flow([{"type": "dense", "units": 10}], (28, 28, 3))
    assert (stage.shape, stage.params, stage.field) == ((28, 28, 10), 40, 1)


def test_a_number_changes_the_diagram() -> None:
    """Another number of filters changes shapes and parameters at once; the sentence tells the total."""
    shown = shape_flow()
    assert "(26, 26, 8)" in seen(shown)[0]
    assert "(28, 28, 1) becomes (10,). Parameters in all: 5,258." in seen(shown)[1]
    named(shown, "filters")[0].value = 4
    assert "(26, 26, 4)" in seen(shown)[0]
    assert f"Parameters in all: {40 + 4 * 9 * 16 + 16 + 4010:,}." in seen(shown)[1]
    named(shown, "padding")[0].value = "same"
    assert "(28, 28, 4)" in seen(shown)[0]


def test_a_stack_that_does_not_fit_says_why() -> None:
    """A kernel too large is told in the box and in the sentence, in words; repairing it shows the shapes again."""
    shown = shape_flow()
    field = named(shown, "kernel size")[0]
    field.value = 29
    diagram, sentence = seen(shown)
    reason = "a kernel of 29 does not fit into 28 pixels; use padding='same' or a smaller kernel"
    assert f"Not possible:  {reason}" in diagram
    assert diagram.count("not reached") == 5
    assert f"Layer 1 (conv 8 × 29×29, stride 1, valid) is not possible: {reason}." in sentence
    field.value = 3
    assert "Not possible" not in seen(shown)[0]
    assert "Parameters in all: 5,258." in seen(shown)[1]


def test_another_type_shows_its_own_settings() -> None:
    """A layer that becomes another type shows that type's settings alone."""
    shown = shape_flow()
    named(shown, "Layer 1")[0].value = "pool"
    shows = [
        name
        for name in ("filters", "kernel size", "size", "stride", "padding", "units")
        if named(shown, name)[0].layout.display != "none"
    ]
    assert shows == ["size", "stride"]
    assert "1. pool 2×2, stride 2" in seen(shown)[0]


def test_layers_are_added_and_removed() -> None:
    """A layer comes in below its neighbour or at the beginning, rows are numbered anew, and all can be removed."""
    shown = shape_flow([{"type": "flatten"}], (8, 8, 1))
    named(shown, "Add first")[0].click()
    named(shown, "Add below")[0].click()
    assert "(8, 8, 1) becomes (72,)" in seen(shown)[1]
    assert [named(shown, f"Layer {n}")[0].value for n in (1, 2, 3)] == ["conv", "pool", "flatten"]
    named(shown, "Remove")[1].click()
    assert [named(shown, f"Layer {n}")[0].value for n in (1, 2)] == ["conv", "flatten"]
    for _ in range(2):
        named(shown, "Remove")[0].click()
    assert "Layers: 0. (8, 8, 1) becomes (8, 8, 1). Parameters in all: 0." in seen(shown)[1]
    named(shown, "height")[0].value = 5
    named(shown, "Start again")[0].click()
    assert "Layers: 1. (8, 8, 1) becomes (64,)." in seen(shown)[1]


def test_the_stack_has_an_end() -> None:
    """At the largest number of layers nothing more is added, and the buttons say so by being disabled."""
    shown = shape_flow([pool(1, 1)] * (MOST_LAYERS - 1))
    named(shown, "Add below")[0].click()
    assert all(button.disabled for button in (*named(shown, "Add below"), *named(shown, "Add first")))
    named(shown, "Remove")[0].click()
    assert not named(shown, "Add first")[0].disabled


def test_a_receptive_field_larger_than_the_image_is_told() -> None:
    """With padding, a number can look past the border; the box says so."""
    shown = shape_flow([{**SMALL_CNN[0], "kernel_size": 9, "padding": "same"}], (6, 6, 1))
    assert "sees 9 × 9 (more than the input has)" in seen(shown)[0]


@pytest.mark.parametrize(
    ("layers", "input_shape", "said"),
    [
        (SMALL_CNN, (28, 28), r"input_shape of \(height, width, channels\).* got \(28, 28\).*\(28, 28, 1\)"),
        (SMALL_CNN, (28, 28, 0), "from 1 to"),
        ([pool(1, 1)] * (MOST_LAYERS + 1), (28, 28, 1), f"at most {MOST_LAYERS} layers, got {MOST_LAYERS + 1}"),
        ([{"type": "dropout"}], (28, 28, 1), "layer 1 is .*dropout.* Beside its type a layer holds: conv: filters"),
        ([{"type": "pool", "size": 2}], (28, 28, 1), "layer 1 is .* pool: size, stride; flatten: nothing"),
        ([pool(2, LARGEST + 1)], (28, 28, 1), f"layer 1 has stride {LARGEST + 1}"),
        (
            [{**SMALL_CNN[0], "padding": "full"}],
            (28, 28, 1),
            "layer 1 has padding 'full'. Padding is 'valid' or 'same'.",
        ),
    ],
)
def test_what_cannot_be_edited_is_told(layers: Any, input_shape: Any, said: str) -> None:
    """What the controls cannot hold is one sentence with what was received."""
    with pytest.raises(ValueError, match=said):
        shape_flow(layers, input_shape)


def test_something_stands_for_the_widget() -> None:
    """A web page gets the diagram, a terminal one sentence, a live notebook the widget: all in one bundle."""
    shown = digitlab.shape_flow()
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/plain"] == shown.alt == repr(shown)
    assert bundle["text/html"] == shown.static_html == parts(shown, ipywidgets.HTML)[0].value
    assert "\n" not in shown.alt

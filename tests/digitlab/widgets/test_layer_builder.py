"""The layer builder, driven as a learner drives it: a stack is mended layer by layer, and what is shown read back."""

from __future__ import annotations

import html
import re
from typing import Any

import ipywidgets
import pytest

import digitlab
from digitlab.widgets.interactive import Interactive
from digitlab.widgets.layer_builder import UNFINISHED, layer_builder


def inside(widget: Any) -> list[Any]:
    """Return all widgets inside one, in order."""
    return [widget, *(found for child in getattr(widget, "children", ()) for found in inside(child))]


def named(shown: Interactive, name: str) -> list[Any]:
    """Return the controls with that label, from the first layer to the last, whether they show or not."""
    return [one for one in inside(shown.widget) if getattr(one, "description", None) == name]


def seen(shown: Interactive) -> tuple[str, str, str]:
    """Return the diagram, the verdict and the code, without tags."""
    views = [one for one in inside(shown.widget) if type(one) is ipywidgets.HTML]
    diagram, verdict, code = (html.unescape(re.sub("<[^>]+>", " ", one.value)) for one in views)
    return diagram, verdict, code


def add_below(shown: Interactive, number: int, kind: str, **settings: Any) -> None:
    """Add a layer below that one, as a learner does: the button, the type, the settings."""
    named(shown, "Add below")[number - 1].click()
    named(shown, f"Layer {number + 1}")[0].value = kind
    for name, value in settings.items():
        named(shown, name)[number].value = value


def test_a_learner_mends_the_stack() -> None:
    """What is missing is told, each thing that is added takes its sentence away, and the code follows."""
    shown = layer_builder()
    _, verdict, code = seen(shown)
    assert "Keras builds this, but it does not name digits yet." in verdict
    assert "an answer for every place" in verdict
    assert "layers.Dense(10)" in code
    add_below(shown, 2, "flatten")
    assert "every place" not in seen(shown)[1]
    add_below(shown, 1, "activation")
    assert "No activation stands" not in seen(shown)[1]
    assert 'layers.Conv2D(8, 3, activation="relu")' in seen(shown)[2]
    assert "does not end in a softmax" in seen(shown)[1]
    add_below(shown, 5, "activation", function="softmax")
    assert "✓ This names digits." in seen(shown)[1]
    assert 'layers.Dense(10, activation="softmax")' in seen(shown)[2]
    add_below(shown, 4, "dropout", rate=0.5)
    diagram, verdict, code = seen(shown)
    assert "dropout, rate 0.5" in diagram
    assert "✓ This names digits." in verdict
    assert "layers.Dropout(0.5)" in code


def test_a_stack_that_cannot_be_built_says_why() -> None:
    """A window larger than its map is told in the diagram and in the verdict; the code stands there all the same."""
    shown = layer_builder()
    named(shown, "size")[1].value = 27
    diagram, verdict, code = seen(shown)
    reason = "a window of 27 does not fit into maps of 26 × 26; pool less often"
    assert reason in diagram
    assert "✗ Keras cannot build this." in verdict
    assert f"Layer 2 (pool 27×27, stride 2) is not possible: {reason}." in verdict
    assert "layers.MaxPooling2D(27, strides=2)" in code


def test_a_button_goes_through_the_choices() -> None:
    """▸ goes on to the next type, or the next activation, and from the last to the first: no list is needed for it."""
    shown = layer_builder([{"type": "dropout", "rate": 0.5}])
    kind, function = named(shown, "Layer 1")[0], named(shown, "function")[0]
    next_kind, next_padding, next_function = named(shown, "▸")
    assert next_kind.tooltip == "Next type for layer 1"
    next_kind.click()
    assert (kind.value, next_function.layout.display, next_padding.layout.display) == ("activation", None, "none")
    for expected in ("tanh", "sigmoid", "softmax", "relu"):
        next_function.click()
        assert function.value == expected
    next_kind.click()
    assert kind.value == "conv"
    assert "layers.Conv2D" in seen(shown)[2]


def test_an_empty_stack_is_told() -> None:
    """All layers can be removed; the verdict speaks of what comes out then."""
    shown = layer_builder([{"type": "flatten"}])
    named(shown, "Remove")[0].click()
    assert "(28, 28, 1) becomes (28, 28, 1)" in seen(shown)[1]
    named(shown, "Start again")[0].click()
    assert "becomes (784,)" in seen(shown)[1]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"type": "dropout", "rate": 1.0}, r"layer 1 has rate 1\.0\. A rate is a number from 0 to 0\.95"),
        ({"type": "activation", "function": "step"}, "Function is 'relu', 'tanh', 'sigmoid' or 'softmax'"),
        ({"type": "norm"}, "Beside its type a layer holds: .*dropout: rate; activation: function"),
        ({"type": "dense", "units": True}, "layer 1 has units True. It is a whole number"),
    ],
)
def test_what_cannot_be_edited_is_told(layer: dict[str, Any], said: str) -> None:
    """What the controls cannot hold is one sentence with what was received."""
    with pytest.raises(ValueError, match=said):
        layer_builder([layer])
    with pytest.raises(ValueError, match="layer_builder needs an input_shape"):
        layer_builder(UNFINISHED, (28, 28))


def test_something_stands_for_the_widget() -> None:
    """A web page gets diagram, verdict and code, a terminal one sentence, a live notebook the widget."""
    shown = digitlab.layer_builder()
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/plain"] == shown.alt == repr(shown)
    assert "\n" not in shown.alt
    for part in ("<ol aria-label", 'role="status"', "keras.Sequential"):
        assert part in bundle["text/html"]

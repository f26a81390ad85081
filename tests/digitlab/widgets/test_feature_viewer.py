"""The feature viewer, driven as a learner drives it, with real networks: what is shown is what the layers answer."""

from __future__ import annotations

import re
from typing import Any

import ipywidgets
import numpy as np
import pytest

import digitlab
from digitlab.inspection import feature_maps
from digitlab.widgets.feature_viewer import feature_viewer, layers_of
from digitlab.widgets.interactive import Interactive

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits() -> tuple[Any, Any]:
    """Some test digits, scaled, and their labels."""
    data = digitlab.load_mnist()
    return digitlab.scale_pixels(data.x_test[:20])[..., np.newaxis], data.y_test[:20]


@pytest.fixture(scope="module")
def model() -> Any:
    """The trained model of the course."""
    return digitlab.small_model()


def parts(shown: Interactive, kind: type) -> list[Any]:
    """Return the widgets of one kind inside, in order."""

    def inside(widget: Any) -> list[Any]:
        own = [widget] if type(widget) is kind else []
        return own + [found for child in getattr(widget, "children", ()) for found in inside(child)]

    return inside(shown.widget)


def tables(page: str) -> list[Any]:
    """Return the numbers of each table of the page."""
    return [
        np.array([re.findall(r">(-?[\d.]+)</td>", row) for row in table.split("<tr>")[1:]], float)
        for table in page.split("<table")[1:]
    ]


def test_numbers_are_those_of_the_layer(model: Any, digits: tuple[Any, Any]) -> None:
    """Kernel and map stand there with their numbers, for the layer, the map and the digit that are chosen."""
    shown = feature_viewer(model, *digits)
    (view,) = parts(shown, ipywidgets.HTML)
    source, layer = parts(shown, ipywidgets.ToggleButtons)
    which, chosen = parts(shown, ipywidgets.IntSlider)
    assert source.options == ("test digit",)
    which.value, chosen.value = 4, 5
    kernel, numbers = tables(view.value)
    np.testing.assert_allclose(kernel, model.get_layer("conv_1").get_weights()[0][:, :, 0, 5], atol=0.051)
    np.testing.assert_allclose(numbers, feature_maps(model, digits[0][4], "conv_1")[..., 5], atol=0.051)
    assert "Test digit 4, label 4</b>: the model says 4" in view.value
    assert view.value.count('alt="Map ') == 8
    layer.value = 2
    assert (chosen.value, chosen.max) == (0, 15)
    chosen.value = 13
    *kernels, numbers = tables(view.value)
    assert len(kernels) == 8
    weights = model.get_layer("conv_2").get_weights()[0]
    for channel, kernel in enumerate(kernels):
        np.testing.assert_allclose(kernel, weights[:, :, channel, 13], atol=0.051)
    np.testing.assert_allclose(numbers, feature_maps(model, digits[0][4], "conv_2")[..., 13], atol=0.051)
    layer.value = 1
    assert "MaxPooling2D has no kernels" in view.value
    assert len(tables(view.value)) == 1


def test_an_own_image_comes_first(model: Any, digits: tuple[Any, Any]) -> None:
    """With an image of the learner's own the viewer begins; a test digit is one choice away."""
    own = np.zeros((28, 28, 1), np.float32)
    own[4:24, 13:15] = 1
    shown = feature_viewer(model, *digits, own)
    (view,), (source, _) = parts(shown, ipywidgets.HTML), parts(shown, ipywidgets.ToggleButtons)
    which = parts(shown, ipywidgets.IntSlider)[0]
    assert source.value == "own image"
    assert which.disabled
    assert "<b>Your image</b>: the model says 1" in view.value
    np.testing.assert_allclose(tables(view.value)[1], feature_maps(model, own, "conv_1")[..., 0], atol=0.051)
    source.value = "test digit"
    assert not which.disabled
    assert "Test digit 0, label 7" in view.value
    source.value = "own image"
    assert "Your image" in view.value


def test_layers_of_other_kinds(digits: tuple[Any, Any]) -> None:
    """Functional models, batch normalisation and depthwise convolutions are shown, with what can be said of them."""
    import keras
    from keras import layers

    start = keras.Input((28, 28, 1))
    x = layers.Conv2D(6, 3, use_bias=False, name="conv")(start)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.DepthwiseConv2D(3, name="depth")(x)
    model = keras.Model(start, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))
    named = {layer.name: layer for layer in layers_of(model)}
    assert named["conv"].kernels is not None
    assert named["norm"].kernels is None
    assert named["depth"].kernels is None
    shown = feature_viewer(model, *digits)
    (view,), (_, layer) = parts(shown, ipywidgets.HTML), parts(shown, ipywidgets.ToggleButtons)
    for label, place in layer.options:
        layer.value = place
        assert f"of <b>{label.split()[0]}</b>" in view.value
    layer.value = list(named).index("norm")
    assert "BatchNormalization has 24 parameters, and no kernel for each map" in view.value


def test_what_cannot_be_viewed_is_told(model: Any, digits: tuple[Any, Any]) -> None:
    """A model without maps, labels that do not fit, and images of another shape are told in words."""
    images, labels = digits
    with pytest.raises(ValueError, match=r"gives maps, such as Conv2D; this one has only flatten\w*, answer"):
        feature_viewer(digitlab.build_linear(), images, labels)
    with pytest.raises(ValueError, match="at least one image and a label for each, got 20 images"):
        feature_viewer(model, images, labels[:3])
    with pytest.raises(ValueError, match=r"one image of shape \(28, 28, 1\), got shape \(28, 28\)"):
        feature_viewer(model, images[..., 0], labels)
    with pytest.raises(ValueError, match=r"one image of shape \(28, 28, 1\), got shape \(100, 80\)"):
        feature_viewer(model, images, labels, np.zeros((100, 80)))


def test_something_stands_for_the_widget(model: Any, digits: tuple[Any, Any]) -> None:
    """A web page gets the first view, a terminal one sentence, a live notebook the widget."""
    shown = digitlab.feature_viewer(model, *digits)
    bundle = shown._repr_mimebundle_()
    assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
    assert bundle["text/html"] == parts(shown, ipywidgets.HTML)[0].value
    assert bundle["text/plain"].startswith(
        "Feature viewer: 8 maps that the layer conv_1 makes of test digit 0, label 7"
    )

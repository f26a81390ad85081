"""What is made inside the sandbox for a case, and how a returned model is told in plain values: with real models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.inside.codec import Make, decode, encode
from autograder.inside.makers import MAKERS, made
from autograder.inside.model_facts import error_text, fact_images, flat_layers, model_facts
from autograder.inside.readers import READERS, plain, trained, watched


def test_generators_are_made_in_their_places() -> None:
    """A `Make` deep inside the arguments is replaced; everything else stays as it is."""
    number = object()
    one, (two, rest), table = made(
        (Make("generator", {"seed": 4}), [Make("generator", {"seed": 4}), (number,)], {"a": 1})
    )
    assert one.integers(1000) == two.integers(1000) == np.random.default_rng(4).integers(1000)
    assert rest == (number,)
    assert table == {"a": 1}
    with pytest.raises(KeyError):
        made((Make("system", {}),))
    models = {"linear_model", "cnn", "cnn_with_weights", "dense_chain", "watched"}
    assert set(MAKERS) == {"generator", "distortion", "under_the_clock", *models}


def test_what_is_plain_is_read_as_it_is() -> None:
    """The plain reader gives back the very value."""
    value = {"a": [1]}
    assert plain(value, ()) is value
    assert set(READERS) == {"plain", "model", "trained", "watched", "regularised", "timed"}


def test_error_text_is_short_and_bare() -> None:
    """Colours, printed arrays and the list of arguments are left out of what Keras says."""
    said = "\x1b[1mBad shape\x1b[0m [[0.1 0.2]\n [0.3 0.4]]\n\nArguments received by Dense.call(): " + "x" * 5000
    assert error_text(ValueError(said)) == "ValueError: Bad shape the images"
    assert len(error_text(ValueError("y" * 5000))) <= 400


@pytest.mark.slow
def test_a_linear_model_is_made_with_its_weights() -> None:
    """The model gives the softmax of the weighted sums of the weights that it was made with."""
    from digitlab.linear import softmax

    rng = np.random.default_rng(1)
    weights, bias = rng.normal(0, 0.1, (784, 10)).astype(np.float32), rng.normal(0, 1, 10).astype(np.float32)
    (model,) = made((Make("linear_model", {"weights": weights, "bias": bias}),))
    x = rng.random((5, 28, 28, 1)).astype(np.float32)
    np.testing.assert_allclose(model.predict(x, verbose=0), softmax(x.reshape(5, -1) @ weights + bias), atol=1e-5)
    assert model.compiled


@pytest.mark.slow
def test_a_network_is_made_with_its_weights() -> None:
    """The network has the weights that it was made with, both of its inputs, and layers that NumPy can follow."""
    import keras

    from digitlab.convolution import conv2d_multi
    from digitlab.stacks import max_pool, relu

    rng = np.random.default_rng(2)
    shapes = {"kernels_1": (3, 3, 1, 2), "bias_1": (2,), "kernels_2": (3, 3, 2, 3), "bias_2": (3,)}
    shapes |= {"kernels_3": (363, 10), "bias_3": (10,)}
    weights = {name: rng.normal(0, 0.2, shape).astype(np.float32) for name, shape in shapes.items()}
    (model,) = made((Make("cnn_with_weights", weights),))
    image = rng.random((28, 28, 1)).astype(np.float32)
    pooled = max_pool(relu(conv2d_multi(image, weights["kernels_1"], weights["bias_1"])), 2, 2)
    wanted = relu(conv2d_multi(pooled, weights["kernels_2"], weights["bias_2"]))
    for start in (model.input, model.inputs):
        part = keras.Model(start, model.get_layer("conv_2").output)
        np.testing.assert_allclose(part.predict(image[np.newaxis], verbose=0)[0], wanted, atol=1e-5)
    assert model(image[np.newaxis]).shape == (1, 10)


@pytest.mark.slow
def test_networks_are_told_in_plain_values() -> None:
    """The facts of a network cross the border: layers in order, parameters, answers, loss, as Keras has them."""
    model, same, other = made(tuple(Make("cnn", {"seed": seed}) for seed in (1, 1, 2)))
    facts = decode(encode(model_facts(model)))
    assert facts["model"] is True
    assert facts["compiled"] is True
    assert [layer["name"] for layer in facts["layers"]] == ["conv_1", "pool_1", "conv_2", "pool_2", "flat", "answer"]
    assert [layer["params"] for layer in facts["layers"]] == [40, 0, 296, 0, 0, 2010]
    assert facts["params"] == model.count_params() == 2346
    assert facts["input_shape"] == "(None, 28, 28, 1)"
    assert facts["answers"].shape == (6, 10)
    np.testing.assert_allclose(facts["answers"].sum(axis=1), 1, atol=1e-5)
    assert facts["loss"] == pytest.approx(-np.log(0.7), rel=1e-4)
    assert facts["evaluated"]["accuracy"] == pytest.approx(0.5)
    np.testing.assert_array_equal(model_facts(same)["answers"], model_facts(model)["answers"])
    assert not np.array_equal(model_facts(other)["answers"], model_facts(model)["answers"])


@pytest.mark.slow
def test_frozen_numbers_are_counted_too() -> None:
    """The normalised network has a frozen convolution, whose parameters are counted all the same."""
    (model,) = made((Make("cnn", {"seed": 1, "normalised": True, "compiled": False}),))
    facts = model_facts(model)
    assert facts["params"] == model.count_params() > sum(int(np.size(w)) for w in model.trainable_weights)
    assert "BatchNormalization" in facts["layers"][1]["kinds"]
    assert "loss" not in facts


@pytest.mark.slow
def test_subclasses_nesting_and_failures_are_told() -> None:
    """Nested layers come in their place, a subclass tells what its call uses, an exception becomes text."""
    import keras

    inner = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
    nested = keras.Sequential([keras.Input((28, 28, 1)), inner, keras.layers.Softmax()])
    assert [type(layer).__name__ for layer in flat_layers(nested)] == ["Flatten", "Dense", "Softmax"]
    assert [layer["kinds"][0] for layer in model_facts(nested)["layers"]] == ["Flatten", "Dense", "Softmax"]

    class Mine(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.flat, self.dense = keras.layers.Flatten(), keras.layers.Dense(10)

        def call(self, x: Any) -> Any:
            return self.dense(keras.activations.relu(self.flat(x)))

    facts = model_facts(Mine())
    assert facts["calls"] == ["relu"]
    assert facts["answers"].shape == (6, 10)
    narrow = keras.Sequential([keras.Input((5,)), keras.layers.Dense(10)])
    narrow.compile("adam", "mse")
    facts = decode(encode(model_facts(narrow)))
    assert "answers" not in facts
    assert "evaluated" not in facts
    assert facts["error"].startswith(("ValueError", "InvalidArgument"))
    assert model_facts("no model") == "no model"


@pytest.mark.slow
def test_wrong_losses_become_text() -> None:
    """A loss that wants one-hot rows raises with integer labels; that is told, and nothing escapes."""
    import keras

    (model,) = made((Make("cnn", {"seed": 1, "compiled": False}),))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    facts = decode(encode(model_facts(model)))
    assert facts["loss_name"] == "categorical_crossentropy"
    assert isinstance(facts["loss"], str) or facts["loss"] != pytest.approx(-np.log(0.7), rel=1e-4)
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert model_facts(model)["loss"] != pytest.approx(-np.log(0.7), rel=1e-2)


@pytest.mark.slow
def test_a_trained_model_is_asked_afterwards() -> None:
    """The reader of training tells what came back and what the model answers now for the images it learnt."""
    (model,) = made((Make("cnn", {"seed": 1}),))
    x, y = np.random.default_rng(0).random((8, 28, 28, 1)).astype(np.float32), np.arange(8)
    before = model.predict(x, verbose=0)
    model.fit(x, y, epochs=1, verbose=0)
    told = trained(0.5, (model, x, y))
    assert told["returned"] == 0.5
    np.testing.assert_allclose(told["answers"], model.predict(x, verbose=0), atol=1e-5)
    assert not np.allclose(told["answers"], before)


@pytest.mark.slow
def test_layers_that_are_never_called_are_told_as_unused() -> None:
    """In a subclass; what runs while training alone is used, also where `call` is called directly. Weights stay."""
    import keras
    from keras import layers

    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.pool, self.idle, self.drop = layers.MaxPooling2D(), layers.MaxPooling2D(), layers.Dropout(0.5)
            self.norm, self.flat, self.out = layers.BatchNormalization(), layers.Flatten(), layers.Dense(10, "softmax")

        def call(self, x: Any, training: bool = False) -> Any:
            x = self.flat(self.pool.call(self.norm(x, training=training)))
            return self.out(self.drop(x, training=True) if training else x)

    model = Net()
    facts = model_facts(model)
    used = [(layer["kinds"][0], layer["used"]) for layer in facts["layers"]]
    assert used == [
        ("BatchNormalization", True),
        ("MaxPooling2D", True),
        ("Flatten", True),
        ("Dropout", True),
        ("Dense", True),
        ("MaxPooling2D", False),
    ]
    np.testing.assert_array_equal(model.norm.moving_mean, [0.0])
    np.testing.assert_array_equal(model(fact_images(), training=False), facts["answers"])


@pytest.mark.slow
def test_layers_are_told_as_images_go_through_them() -> None:
    """One that is used twice stands there twice, one whose `call` calls its parent's once; a first call is no use."""
    import keras
    from keras import layers

    class Doubled(layers.Conv2D):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return 2 * super().call(x)

    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.out, self.flat, self.pool = layers.Dense(10, "softmax"), layers.Flatten(), layers.MaxPooling2D()
            self.conv = Doubled(4, 3)

        def call(self, x: Any) -> Any:
            return self.out(self.flat(self.pool(self.pool(self.conv(x)))))

    told = [(layer["kinds"][0], layer["used"]) for layer in model_facts(Net())["layers"]]
    assert told == [(kind, True) for kind in ("Doubled", "MaxPooling2D", "MaxPooling2D", "Flatten", "Dense")]


@pytest.mark.slow
def test_model_that_was_traced_before_does_not_tell_what_it_uses() -> None:
    """Nothing of it runs in Python any more, so that no layer is called unused."""
    import keras
    import tensorflow as tf
    from keras import layers

    class Net(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.flat, self.out = layers.Flatten(), layers.Dense(10, "softmax")
            self.traced = tf.function(lambda x: self.out(self.flat(x)))

        def call(self, x: Any) -> Any:
            return self.traced(x)

    model = Net()
    model(fact_images())
    assert [layer["used"] for layer in model_facts(model)["layers"]] == [None, None]


@pytest.mark.slow
def test_loss_of_a_watched_model_is_measured_after_what_it_was_shown() -> None:
    """It is that of the model as it is compiled, for labels that fit; the notes stay without it."""
    (model,) = made((Make("watched", {"seed": 3}),))
    data = (fact_images(), np.arange(6), fact_images(), np.arange(6))
    told = watched({}, (model, data, 1, 0))
    assert len(told["images"]) == 0
    probabilities = model.predict(data[2], verbose=0)
    expected = -np.log(probabilities[range(6), range(6)]).mean()
    assert told["measured"] == [pytest.approx(expected, rel=1e-4)]
    model.compile("sgd", "categorical_crossentropy")
    assert watched({}, (model, data, 1, 0))["measured"] == [pytest.approx(expected, rel=1e-4)]

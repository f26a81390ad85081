"""l06_build_cnn: a convolutional network, judged by what it is made of and what it gives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from autograder.exercise import Case, Cases, Exercise, Mistake
from autograder.exercises.l06_build_the_cnn.model_evidence import (
    DROPOUTS,
    Facts,
    answers_of,
    convolutions,
    facts_of,
    has_activation_after_each_convolution,
    is_softmaxed,
    judge_model,
    layers_of,
    max_poolings,
    parameters,
    raised,
    says,
    used_layers,
)
from autograder.records import Evidence

MOST_PARAMETERS = 300_000
# A number of images in the input shape, or in the place of the batch.
COUNTED = re.compile(r"\((None, )?\d+, 28, 28, 1\)")


def draw_cases(_rng: np.random.Generator) -> list[Case]:
    """Return the one call that there is: the function takes nothing."""
    return [Case((), read="model")]


# --- right answers of other styles ---------------------------------------------------------------------------------


def _stack(*changes: tuple[int, Any], drop: tuple[int, ...] = (), shape: tuple[Any, ...] = (28, 28, 1)) -> Any:
    """Return the usual stack with layers replaced at some places, or left out."""
    import keras
    from keras import layers

    stack: list[Any] = [
        layers.Conv2D(8, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ]
    for place, layer in changes:
        stack[place] = layer
    return keras.Sequential([keras.Input(shape), *(layer for i, layer in enumerate(stack) if i not in drop)])


def sequential() -> Any:
    return _stack()


def functional_with_separate_activations() -> Any:
    import keras
    from keras import layers

    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(12, 3, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.MaxPool2D(2)(x)
    x = layers.SeparableConv2D(24, 3)(x)
    x = layers.MaxPool2D(2)(x)
    x = layers.Activation("tanh")(x)
    x = layers.SpatialDropout2D(0.1)(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def layers_used_twice() -> Any:
    """What has no weights may stand at two places."""
    import keras
    from keras import layers

    relu, pool = layers.ReLU(), layers.MaxPooling2D()
    inputs = keras.Input((28, 28, 1))
    x = pool(relu(layers.Conv2D(8, 3)(inputs)))
    x = pool(relu(layers.Conv2D(16, 3)(x)))
    x = layers.Dropout(0.25)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def subclass_that_pools_twice() -> Any:
    return _calls_only("conv", "pool", "conv_again", "pool", "flat", "drop", "out")


def nested() -> Any:
    import keras
    from keras import layers

    def block(filters: int) -> Any:
        return keras.Sequential([layers.Conv2D(filters, 3, activation="elu"), layers.MaxPooling2D()])

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            block(8),
            block(16),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, "softmax"),
        ]
    )


def subclassed() -> Any:
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.conv2 = layers.Conv2D(8, 3), layers.Conv2D(16, 3)
            self.pool1, self.pool2 = layers.MaxPooling2D(), layers.MaxPooling2D()
            self.drop, self.flat, self.out = layers.Dropout(0.25), layers.Flatten(), layers.Dense(10, "softmax")

        def call(self, x: Any, training: bool = False) -> Any:
            x = self.pool1(keras.activations.relu(self.conv1(x)))
            x = self.pool2(keras.activations.relu(self.conv2(x)))
            return self.out(self.drop(self.flat(x), training=training))

    return Net()


def dropout_while_training_alone() -> Any:
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.convs = [layers.Conv2D(8, 3, activation="relu"), layers.Conv2D(16, 3, activation="relu")]
            self.pool, self.pool_again = layers.MaxPooling2D(), layers.MaxPooling2D()
            self.drop, self.flat, self.out = layers.Dropout(0.25), layers.Flatten(), layers.Dense(10, "softmax")

        def call(self, x: Any, training: bool = False) -> Any:
            x = self.pool(self.convs[0](x))
            x = self.flat(self.pool_again.call(self.convs[1](x)))
            return self.out(self.drop(x, training=True) if training else x)

    return Net()


# --- mistakes ------------------------------------------------------------------------------------------------------


def batch_in_the_input() -> Any:
    return _stack(shape=(32, 28, 28, 1))


def batch_fixed() -> Any:
    import keras

    model = _stack()
    return keras.Sequential([keras.Input(batch_shape=(32, 28, 28, 1)), *model.layers])


def no_flatten() -> Any:
    return _stack(drop=(4,))


def sigmoid() -> Any:
    from keras import layers

    return _stack((6, layers.Dense(10, activation="sigmoid")))


def logits() -> Any:
    from keras import layers

    return _stack((6, layers.Dense(10)))


def nine_units() -> Any:
    from keras import layers

    return _stack((6, layers.Dense(9, activation="softmax")))


def no_relu() -> Any:
    from keras import layers

    return _stack((0, layers.Conv2D(8, 5)), (2, layers.Conv2D(16, 3)))


def pooled_to_nothing() -> Any:
    from keras import layers

    return _stack((1, layers.MaxPooling2D(8)), (3, layers.MaxPooling2D(8)))


def softmax_before_dropout() -> Any:
    from keras import layers

    return _stack((5, layers.Dense(10, activation="softmax")), (6, layers.Dropout(0.2)))


def one_convolution() -> Any:
    return _stack(drop=(2,))


def one_pooling() -> Any:
    return _stack(drop=(3,))


def average_pooling() -> Any:
    from keras import layers

    return _stack((1, layers.AveragePooling2D(2)), (3, layers.AveragePooling2D(2)))


def _calls_only(*parts: str) -> Any:
    """Return a subclass that has all layers, and calls these alone."""
    import keras
    from keras import layers

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.conv_again = layers.Conv2D(4, 3, activation="relu"), layers.Conv2D(8, 3, activation="relu")
            self.pool, self.pool_again = layers.MaxPooling2D(), layers.MaxPooling2D()
            self.flat, self.drop, self.out = layers.Flatten(), layers.Dropout(0.25), layers.Dense(10, "softmax")

        def call(self, x: Any, training: bool = False) -> Any:
            for part in parts:
                x = getattr(self, part)(x)
            return x

    return Net()


def forgotten_pooling() -> Any:
    return _calls_only("conv", "pool", "conv_again", "flat", "drop", "out")


def forgotten_dropout() -> Any:
    return _calls_only("conv", "pool", "conv_again", "pool_again", "flat", "out")


def no_dropout() -> Any:
    return _stack(drop=(5,))


def dropout_of_zero() -> Any:
    from keras import layers

    return _stack((5, layers.Dropout(0.0)))


def too_large() -> Any:
    from keras import layers

    return _stack((2, layers.Conv2D(800, 9, activation="relu")))


def no_channel() -> Any:
    return _stack(shape=(28, 28))


def _counts_images(_cases: Cases, evidence: Evidence) -> bool:
    """Whether the input shape, or the shape of which Keras complains, holds a number of images."""
    facts = facts_of(evidence) or {}
    told = [outcome.error.message for outcome in evidence.outcomes if outcome.error is not None]
    told += [str(facts.get("input_shape")), str(facts.get("error"))]
    return any("ndim=5" in text or COUNTED.search(text) for text in told)


def _softmax_comes_before_dropout(facts: Facts) -> bool:
    layers = used_layers(facts)
    softmax = [i for i, layer in enumerate(layers) if layer["activation"] == "softmax" or "Softmax" in layer["kinds"]]
    dropout = [i for i, layer in enumerate(layers) if DROPOUTS & set(layer["kinds"])]
    return bool(softmax and dropout) and max(dropout) > max(softmax)


def _last_activation(facts: Facts) -> Any:
    return next((layer["activation"] for layer in reversed(used_layers(facts)) if "Dense" in layer["kinds"]), None)


def _rows_wrong(facts: Facts) -> bool:
    answers = answers_of(facts)
    return answers is not None and answers.ndim == 2 and not is_softmaxed(answers)


EXERCISE = Exercise(
    id="l06_build_cnn",
    title="A convolutional network",
    points=4,
    draw_cases=draw_cases,
    judge=judge_model,
    needs_tensorflow=True,
    right_answers=(
        *(sequential, functional_with_separate_activations, nested, subclassed),
        *(dropout_while_training_alone, layers_used_twice, subclass_that_pools_twice),
    ),
    mistakes=(
        Mistake(
            "batch-in-the-input-shape",
            batch_in_the_input,
            "The number of images stands in the input shape. It should be that of one image, (28, 28, 1); Keras adds the batch.",
            "How many numbers has the shape of one image?",
            recognise=_counts_images,
            also=(batch_fixed,),
        ),
        Mistake(
            "no-channel-axis",
            no_channel,
            "The input shape has no channel: a grey image is (28, 28, 1).",
            "How many axes does Conv2D want for one image?",
            recognise=raised("ndim=3", "expected min_ndim=4"),
        ),
        Mistake(
            "pooled-to-nothing",
            pooled_to_nothing,
            "Nothing is left of the image: the maps have shrunk to less than the next window.",
            "Trace the sides: 28 after the first convolution, after the first pooling, and on. Where does it end?",
            recognise=raised("negative", "zero", "smaller than"),
        ),
        Mistake(
            "no-flatten",
            no_flatten,
            "There is no Flatten before the last Dense layer: an answer comes out for every place, not for every image.",
            "Which shape has the output?",
            recognise=says(lambda facts: (a := answers_of(facts)) is not None and a.ndim > 2),
        ),
        Mistake(
            "wrong-number-of-classes",
            nine_units,
            "The model does not give ten numbers for an image.",
            "How many digits are there?",
            recognise=says(lambda facts: (a := answers_of(facts)) is not None and a.ndim == 2 and a.shape[1] != 10),
        ),
        Mistake(
            "softmax-before-dropout",
            softmax_before_dropout,
            "Dropout comes after the softmax: while training it would silence answers, not features.",
            "What should dropout silence: what the last layer looks at, or what it says?",
            recognise=says(_softmax_comes_before_dropout),
        ),
        Mistake(
            "sigmoid-for-softmax",
            sigmoid,
            "The rows do not add up to 1: sigmoid looks at each class by itself.",
            "Which activation weighs the ten scores against each other?",
            recognise=says(lambda facts: _rows_wrong(facts) and _last_activation(facts) == "sigmoid"),
        ),
        Mistake(
            "logits",
            logits,
            "The rows do not add up to 1: these are scores; the exercise asks for probabilities.",
            "Which activation turns scores into probabilities?",
            recognise=says(lambda facts: _rows_wrong(facts) and _last_activation(facts) == "linear"),
        ),
        Mistake(
            "too-few-convolutions",
            one_convolution,
            "There are fewer than two convolution layers.",
            "How many Conv2D layers do you see in `model.summary()`?",
            recognise=says(lambda facts: answers_of(facts) is not None and len(convolutions(facts)) < 2),
        ),
        Mistake(
            "too-few-max-poolings",
            one_pooling,
            "There are fewer than two max-pooling layers.",
            "How many MaxPooling2D layers do you see in `model.summary()`?",
            recognise=says(lambda facts: answers_of(facts) is not None and len(max_poolings(facts)) < 2),
            also=(average_pooling, forgotten_pooling),
        ),
        Mistake(
            "no-activation-between-convolutions",
            no_relu,
            "A convolution has no activation: a weighted sum goes on into the next weighted sum without a bend, and two of them in a row are one.",
            "Which activation do your Conv2D layers have when you give none?",
            recognise=says(
                lambda facts: answers_of(facts) is not None and not has_activation_after_each_convolution(facts)
            ),
        ),
        Mistake(
            "no-dropout",
            no_dropout,
            "There is no dropout that does anything: a Dropout layer with a rate above 0 is asked for.",
            "Which layer silences some features while training?",
            recognise=says(
                lambda facts: (
                    answers_of(facts) is not None
                    and not any((layer["rate"] or 0) > 0 for layer in layers_of(facts, DROPOUTS))
                )
            ),
            also=(dropout_of_zero, forgotten_dropout),
        ),
        Mistake(
            "too-many-parameters",
            too_large,
            "The model has more than 300,000 parameters.",
            "Which layer owns most of them? What would smaller maps, or fewer filters, do?",
            recognise=says(lambda facts: parameters(facts) > MOST_PARAMETERS),
        ),
    ),
    hints=(
        "Which layers did lesson 05 stack, and in which order?",
        "Conv2D with ReLU, MaxPooling2D, the same again, Flatten, Dropout, and Dense(10) with softmax.",
        "`keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 5, activation='relu'), layers.MaxPooling2D(), "
        "layers.Conv2D(16, 3, activation='relu'), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.2), "
        "layers.Dense(10, activation='softmax')])`",
    ),
)

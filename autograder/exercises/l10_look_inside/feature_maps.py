"""l10_feature_maps: what a layer inside a trained network answers for one image."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder.compare import Kind, Tolerance, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, Recogniser
from autograder.inside.codec import Make
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence, Outcome
from digitlab.convolution import conv2d_multi
from digitlab.stacks import max_pool, relu

Array = np.ndarray[Any, Any]
Weights = dict[str, Array]
CLOSE = Tolerance(relative=1e-3, absolute=1e-4)
# In the order of the model. The last two give no maps, so no case asks for them.
LAYERS = ("conv_1", "pool_1", "drop", "conv_2", "flat", "answer")


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return a network with drawn weights and a digit-like image, and layer by layer what is asked."""
    weights: Weights = {
        "kernels_1": rng.normal(0, 0.5, (3, 3, 1, 4)),
        "bias_1": np.array([0.3, -0.1, 0.2, 0.1]),
        "kernels_2": rng.normal(0, 0.3, (3, 3, 4, 5)),
        "bias_2": rng.uniform(0.05, 0.3, 5),
        "kernels_3": rng.normal(0, 0.05, (605, 10)),
        "bias_3": rng.normal(0, 0.1, 10),
    }
    weights = {name: values.astype(np.float32) for name, values in weights.items()}
    # Ink in the middle, an empty frame around it, as in MNIST.
    image = np.zeros((28, 28, 1), dtype=np.float32)
    image[5:23, 6:22, 0] = rng.random((18, 16)) * (rng.random((18, 16)) < 0.6)
    model = Make("cnn_with_weights", weights)
    return [Case((model, image, name), f"layer {name}") for name in ("conv_1", "drop", "conv_2")]


@functools.lru_cache(maxsize=64)
def all_maps(case: Case) -> dict[str, Array]:
    """Return what each layer answers in inference, worked out by NumPy; `…_sums` are the sums before ReLU."""
    weights: Weights = {name: np.asarray(values, np.float64) for name, values in case.args[0].params.items()}
    image = case.args[1].astype(np.float64)
    sums_1 = conv2d_multi(image, weights["kernels_1"], weights["bias_1"])
    pooled = max_pool(relu(sums_1), 2, 2)
    sums_2 = conv2d_multi(pooled, weights["kernels_2"], weights["bias_2"])
    flat = relu(sums_2).reshape(-1)
    scores = flat @ weights["kernels_3"] + weights["bias_3"]
    answer = np.exp(scores - scores.max())
    return {
        "image": image,
        "conv_1": relu(sums_1),
        "conv_1_sums": sums_1,
        "pool_1": pooled,
        "drop": pooled,
        "conv_2": relu(sums_2),
        "conv_2_sums": sums_2,
        "flat": flat,
        "answer": answer / answer.sum(),
    }


def judge_maps(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of maps that must be the layer's own, in inference."""
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    wrongs = [
        (case, found)
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
        if (found := difference(all_maps(case)[case.args[2]], outcome.value, CLOSE)) is not None
    ]
    # A list of right numbers counts for something only where no number is wrong.
    for case, found in sorted(wrongs, key=lambda wrong: wrong[1].kind is Kind.LIST):
        example = f"feature_maps(model, image, {case.args[2]!r})\n{found.text}"
        return Finding(
            share=0.5 if found.kind is Kind.LIST else 0.0,
            message=f"Not right yet: {found.text}.",
            next_step="For the first layer the maps can be worked out by hand: which number should stand at [0, 0, 0]?",
            example=example,
        )
    return side_effect(evidence) or Finding(share=1.0, message="Right.")


def gives(*several: Callable[[dict[str, Array], str], Any]) -> Recogniser:
    """Return a recogniser of answers that come out as one of these makes them of the right maps, in every case."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        return len(cases) == len(evidence.outcomes) and any(
            all(
                outcome.error is None and _is(change(all_maps(case), case.args[2]), outcome.value)
                for case, outcome in zip(cases, evidence.outcomes, strict=True)
            )
            for change in several
        )

    return recognise


def _is(expected: Any, value: Any) -> bool:
    found = difference(expected, value, CLOSE)
    return found is None or found.kind in (Kind.LIST, Kind.DTYPE)


def pairs_of(cases: Cases, evidence: Evidence) -> list[tuple[Case, Outcome]]:
    """Return each case with what came of it."""
    return list(zip(cases, evidence.outcomes, strict=False))


def is_of_another_layer(cases: Cases, evidence: Evidence) -> bool:
    """Whether every answer is that of some layer of the model, or is right, and not all of them are right."""
    wrong = 0
    for case, outcome in pairs_of(cases, evidence):
        maps = all_maps(case)
        if outcome.error is not None:
            return False
        if _is(maps[case.args[2]], outcome.value):
            continue
        others = [maps[name] for name in LAYERS if name != case.args[2]]
        if not any(_is(form, outcome.value) for other in others for form in (other, other[np.newaxis])):
            return False
        wrong += 1
    return wrong > 0


def has_no_batch_axis(cases: Cases, evidence: Evidence) -> bool:
    """Whether Keras refused every image because it came without the axis of a batch."""
    # What TensorFlow and Keras say when they take the image for 28 images of one column.
    said = (
        "would be negative: -1 [input_size: 1",
        "caused by subtracting 3 from 1",
        "expected min_ndim=4, found ndim=3",
        "a tensor with shape (28, 28, 1)",
        "found shape=(28, 28, 1",
    )
    errors = [outcome.error for _, outcome in pairs_of(cases, evidence)]
    return bool(errors) and all(error is not None and any(part in error.message for part in said) for error in errors)


def skips_layers(cases: Cases, evidence: Evidence) -> bool:
    """Whether the layer was given the image itself: right for the first one, the image or an error for the others."""
    for case, outcome in pairs_of(cases, evidence):
        maps, name = all_maps(case), case.args[2]
        if name == "conv_2":
            if outcome.error is None or "conv_2" not in outcome.error.message:
                return False
        elif outcome.error is not None or not any(
            _is(of, outcome.value)
            for right in [maps["conv_1" if name == "conv_1" else "image"]]
            for of in (right, right[None])
        ):
            return False
    return bool(evidence.outcomes)


def is_in_training(cases: Cases, evidence: Evidence) -> bool:
    """Whether Dropout was at work: some of its numbers are 0, all others larger than they should be by one factor."""
    for case, outcome in pairs_of(cases, evidence):
        if case.args[2] != "drop":
            continue
        right, value = all_maps(case)["drop"], outcome.value
        if not isinstance(value, np.ndarray) or value.size != right.size or value.dtype.kind != "f":
            return False
        value, inked = value.reshape(right.shape), right > 1e-3
        kept = inked & (value != 0)
        return bool(0.2 < kept.sum() / inked.sum() < 0.8 and np.allclose(value[kept], 2 * right[kept], rtol=1e-3))
    return False


def has_other_weights(cases: Cases, evidence: Evidence) -> bool:
    """Whether the first layer's answer is a convolution of the image with ReLU, only with other weights.

    Where a map is above 0 it is a weighted sum of its window's nine pixels and a bias; least squares finds the
    weights, and leaves nothing over where there are such weights.
    """
    for case, outcome in pairs_of(cases, evidence):
        if case.args[2] != "conv_1":
            continue
        right, value = all_maps(case)["conv_1"], outcome.value
        if not isinstance(value, np.ndarray) or value.size != right.size or value.dtype.kind != "f":
            return False
        value = value.reshape(right.shape).astype(np.float64)
        if not np.isfinite(value).all() or (value < 0).any() or np.allclose(value, right, atol=1e-3):
            return False
        windows = sliding_window_view(case.args[1][..., 0], (3, 3)).reshape(-1, 9)
        inputs = np.column_stack([windows, np.ones(len(windows))])
        alive = 0
        for given in np.moveaxis(value, -1, 0):
            above = given.ravel() > 1e-6
            if above.sum() < 20:
                continue
            weights, *_ = np.linalg.lstsq(inputs[above], given.ravel()[above], rcond=None)
            if not np.allclose(inputs[above] @ weights, given.ravel()[above], atol=1e-3):
                return False
            alive += 1
        return alive > 0
    return False


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_a_model(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    part = keras.Model(model.input, model.get_layer(layer_name).output)
    return part.predict(image[np.newaxis], verbose=0)[0]


def with_inputs_and_outputs(model: Any, image: Array, layer_name: str) -> Any:
    from tensorflow import keras

    layer = next(layer for layer in model.layers if layer.name == layer_name)
    part = keras.models.Model(inputs=model.inputs, outputs=[layer.output])
    return np.squeeze(np.asarray(part(image.reshape(1, 28, 28, 1))), axis=0)


def layer_after_layer(model: Any, image: Array, layer_name: str) -> Any:
    x = image[None]
    for layer in model.layers:
        x = layer(x)
        if layer.name == layer_name:
            break
    return np.array(x)[0]


def with_a_function(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    names = [layer.name for layer in model.layers]
    function = keras.Function(model.inputs, [layer.output for layer in model.layers])
    return function([image[np.newaxis]])[names.index(layer_name)][0]


def with_a_shorter_sequential(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    end = [layer.name for layer in model.layers].index(layer_name) + 1
    return keras.Sequential(model.layers[:end]).predict_on_batch(np.expand_dims(image, 0))[0]


def with_all_at_once(model: Any, image: Array, layer_name: str) -> Any:
    import keras
    import tensorflow as tf

    extractor = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})
    run = tf.function(lambda batch: extractor(batch, training=False))
    return run(tf.constant(image[np.newaxis]))[layer_name].numpy()[0]


# --- mistakes ------------------------------------------------------------------------------------------------------


def _part(model: Any, layer_name: str) -> Any:
    import keras

    return keras.Model(model.inputs, model.get_layer(layer_name).output)


def no_batch_axis(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, layer_name)(image)


def no_batch_axis_predict(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, layer_name).predict(image, verbose=0)


def no_batch_axis_layers(model: Any, image: Array, layer_name: str) -> Any:
    x = image
    for layer in model.layers:
        x = layer(x)
        if layer.name == layer_name:
            return np.asarray(x)
    return None


def batch_axis_kept(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, layer_name).predict(image[None], verbose=0)


def untrained_copy(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    return _part(keras.models.clone_model(model), layer_name).predict(image[None], verbose=0)[0]


def built_again(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    return _part(keras.Sequential.from_config(model.get_config()), layer_name)(image[None])[0]


def one_layer_early(model: Any, image: Array, layer_name: str) -> Any:
    place = [layer.name for layer in model.layers].index(layer_name)
    return _part(model, model.layers[place - 1].name if place else layer_name).predict(image[None], verbose=0)[0]


def one_layer_late(model: Any, image: Array, layer_name: str) -> Any:
    x = image[None]
    for layer in model.layers:
        if layer.name == layer_name:
            return layer_after_layer(model, image, model.layers[model.layers.index(layer) + 1].name)
        x = layer(x)
    return x


def always_the_first(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, model.layers[0].name).predict(image[None], verbose=0)[0]


def the_answer(model: Any, image: Array, layer_name: str) -> Any:
    return model.predict(image[None], verbose=0)[0]


def skips_the_layers_before(model: Any, image: Array, layer_name: str) -> Any:
    return np.asarray(model.get_layer(layer_name)(image[None]))[0]


def in_training(model: Any, image: Array, layer_name: str) -> Any:
    return np.asarray(_part(model, layer_name)(image[None], training=True))[0]


def first_map_only(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, layer_name).predict(image[None], verbose=0)[0, ..., 0]


def channels_first(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, layer_name).predict(image[None], verbose=0)[0].transpose(2, 0, 1)


def mean_of_the_maps(model: Any, image: Array, layer_name: str) -> Any:
    return _part(model, layer_name).predict(image[None], verbose=0)[0].mean(axis=-1)


def the_kernels(model: Any, image: Array, layer_name: str) -> Any:
    weights = model.get_layer(layer_name).get_weights()
    return weights[0] if weights else np.zeros(0)


def the_symbolic_output(model: Any, image: Array, layer_name: str) -> Any:
    return model.get_layer(layer_name).output


def before_the_activation(model: Any, image: Array, layer_name: str) -> Any:
    layer = model.get_layer(layer_name)
    if not layer.weights:
        return with_a_model(model, image, layer_name)
    before = model.layers[model.layers.index(layer) - 1]
    x = image if layer is model.layers[0] else with_a_model(model, image, before.name)
    return conv2d_multi(x, *layer.get_weights())


def is_no_array(cases: Cases, evidence: Evidence) -> bool:
    """Whether what came back is Keras' plan of an output, which holds no numbers."""
    names = [getattr(outcome.value, "type_name", "") for _, outcome in pairs_of(cases, evidence)]
    return bool(names) and all(name == "KerasTensor" for name in names)


def is_kernels(cases: Cases, evidence: Evidence) -> bool:
    """Whether the layers' weights came back where they have any."""
    asked = [(case, outcome) for case, outcome in pairs_of(cases, evidence) if case.args[2] != "drop"]
    return bool(asked) and all(
        _is(np.asarray(case.args[0].params[f"kernels_{case.args[2][-1]}"]), outcome.value) for case, outcome in asked
    )


EXERCISE = Exercise(
    id="l10_feature_maps",
    title="Look at a layer's maps",
    points=2,
    draw_cases=draw_cases,
    judge=judge_maps,
    needs_tensorflow=True,
    seconds=60.0,
    right_answers=(
        with_a_model,
        with_inputs_and_outputs,
        layer_after_layer,
        with_a_function,
        with_a_shorter_sequential,
        with_all_at_once,
    ),
    mistakes=(
        Mistake(
            "no-batch-axis",
            no_batch_axis,
            "The image went into the model without a batch axis: Keras takes batches of images, even of one.",
            "What makes an array of shape (1, 28, 28, 1) of one of shape (28, 28, 1)?",
            recognise=has_no_batch_axis,
            also=(no_batch_axis_predict, no_batch_axis_layers),
        ),
        Mistake(
            "batch-axis-kept",
            batch_axis_kept,
            "A batch of one comes back; the exercise asks for the maps of the image, without the batch axis.",
            "What takes the first, and only, entry out of a batch?",
            recognise=gives(lambda maps, name: maps[name][np.newaxis]),
        ),
        Mistake(
            "skips-the-layers-before",
            skips_the_layers_before,
            "The layer is given the image itself; in the model it gets what the layers before it make of the image.",
            "What goes into the second convolution: the image, or what comes out of the layers before?",
            recognise=skips_layers,
        ),
        Mistake(
            "the-wrong-layer",
            one_layer_early,
            "These are the answers of another layer than the one that is named.",
            "Print `layer.name` for each of `model.layers`. Which one does your code take?",
            recognise=is_of_another_layer,
            also=(one_layer_late, always_the_first, the_answer),
        ),
        Mistake(
            "dropout-at-work",
            in_training,
            "Dropout has silenced some of the numbers: the layers run as in training. The exercise asks for inference.",
            "What does `training=True` switch on?",
            recognise=is_in_training,
        ),
        Mistake(
            "before-the-activation",
            before_the_activation,
            "These are the layer's weighted sums; its own output comes after its activation, the ReLU.",
            "Can a layer with ReLU answer with a number below 0?",
            recognise=gives(lambda maps, name: maps.get(f"{name}_sums", maps[name])),
        ),
        Mistake(
            "an-untrained-copy",
            untrained_copy,
            "The maps have the right shape, but they come from other weights: a copy of the architecture starts untrained.",
            "What does `clone_model` copy, and what does it not copy?",
            recognise=has_other_weights,
            also=(built_again,),
        ),
        Mistake(
            "one-map-only",
            first_map_only,
            "One map comes back; the layer gives one for each channel, and the exercise asks for all of them.",
            "How many filters has the layer, and on which axis do their maps stand?",
            recognise=gives(lambda maps, name: maps[name][..., 0], lambda maps, name: maps[name].mean(axis=-1)),
            also=(mean_of_the_maps,),
        ),
        Mistake(
            "channels-first",
            channels_first,
            "The channels stand first; the exercise asks for (height, width, channels).",
            "What is the last number of the shape that Keras prints for the layer?",
            recognise=gives(lambda maps, name: maps[name].transpose(2, 0, 1)),
        ),
        Mistake(
            "weights-for-maps",
            the_kernels,
            "These are the layer's weights, which are the same for every image; the maps are what it answers for this one.",
            "Where in your code does the image go into the layer?",
            recognise=is_kernels,
        ),
        Mistake(
            "no-numbers-yet",
            the_symbolic_output,
            "`layer.output` is a plan of what will come out: it has a shape, and no numbers.",
            "What do you have to build with `model.inputs[0]` and `layer.output` before an image can go through?",
            recognise=is_no_array,
        ),
    ),
    hints=(
        "Which layers does an image go through before it reaches the one that is named, and what shape has a batch of one?",
        "Build a model that ends earlier: `keras.Model(model.inputs[0], ….output)`, with the layer that "
        "`model.get_layer(layer_name)` gives. Or send the batch through `model.layers`, one after the other.",
        "`part = keras.Model(model.inputs[0], model.get_layer(layer_name).output)`; "
        "`return part.predict(image[np.newaxis], verbose=0)[0]`",
    ),
)

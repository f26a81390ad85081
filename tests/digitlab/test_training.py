"""Models, training, measuring and saving, on one small network that is really trained, once for the whole module."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics

import digitlab
from digitlab.convolution import conv2d_multi
from digitlab.evaluation import classification_report, measure_accuracy, predict_probabilities
from digitlab.linear import cross_entropy, dense_params, softmax
from digitlab.modelfile import load_model, measure, save_model
from digitlab.models import build_cnn, build_linear, compile_model, recipe_cnn
from digitlab.stacks import conv_params, max_pool, relu, trace_shapes
from digitlab.storage import DataError
from digitlab.training import History, train

pytestmark = pytest.mark.slow

Trained = tuple[Any, History]
N = 1500


@pytest.fixture(scope="module")
def digits() -> tuple[Any, Any]:
    """The first training digits, scaled, with their labels."""
    data = digitlab.load_mnist()
    return digitlab.scale_pixels(data.x_train[:N])[..., np.newaxis], data.y_train[:N]


@pytest.fixture(scope="module")
def trained(digits: tuple[Any, Any]) -> Trained:
    """A small network after two epochs, and its history."""
    x, y = digits
    model = build_cnn(filters=(4,), kernel_sizes=(5,))
    return model, train(model, x[:1200], y[:1200], validation=(x[1200:], y[1200:]), epochs=2, seed=3, verbose=0)


# --- models ----------------------------------------------------------------------------------------------------------


def test_networks_are_the_size_that_the_lessons_count() -> None:
    """Shapes and parameters are those that the functions of lessons 03 to 05 count."""
    model = build_cnn()
    layers = [
        {"type": "conv", "filters": 8, "kernel_size": 5, "stride": 1, "padding": "valid"},
        {"type": "pool", "size": 2, "stride": 2},
        {"type": "conv", "filters": 16, "kernel_size": 3, "stride": 1, "padding": "valid"},
        {"type": "pool", "size": 2, "stride": 2},
        {"type": "flatten"},
        {"type": "dense", "units": 10},
    ]
    built = [layer.output.shape[1:] for layer in model.layers if layer.name != "dropout"]
    assert built == trace_shapes(layers, (28, 28, 1))
    assert model.count_params() == conv_params(5, 1, 8) + conv_params(3, 8, 16) + dense_params(400, 10)
    assert build_linear().count_params() == dense_params(784, 10) == 7850
    assert [layer.filters for layer in recipe_cnn().layers if "conv" in layer.name] == [32, 64]
    assert build_cnn(crop=2).layers[-1].input.shape[1:] == (4 * 4 * 16,)


def test_a_seed_is_a_network() -> None:
    """The same seed builds the same weights, another seed others; the layers differ among themselves."""
    one, same, other = (build_cnn(seed=seed).get_weights() for seed in (4, 4, 5))
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])
    linear = [build_linear(seed=seed).get_weights()[0] for seed in (1, 1, 2)]
    assert np.array_equal(linear[0], linear[1])
    assert not np.array_equal(linear[0], linear[2])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"filters": (8, 16), "kernel_sizes": (3,)}, "a kernel size for each of 2 layers, got 1"),
        ({"crop": 14}, "a crop from 0 to 13 pixels, got 14"),
        ({"dropout": 1.0}, r"dropout in \[0, 1\), got 1.0"),
        ({"dropout": -0.1}, r"dropout in \[0, 1\), got -0.1"),
    ],
)
def test_networks_that_cannot_be_are_told(options: dict[str, Any], said: str) -> None:
    """What build_cnn cannot build is one sentence with what it was given."""
    with pytest.raises(ValueError, match=said):
        build_cnn(**options)


def test_compile_model_fits_the_labels(digits: tuple[Any, Any]) -> None:
    """Integer and one-hot labels give the same loss, each with its own form; another form is told."""
    x, y = digits[0][:64], digits[1][:64]
    model = build_linear(seed=1)
    by_integers = compile_model(model).evaluate(x, y, verbose=0)
    by_rows = compile_model(model, "one_hot").evaluate(x, digitlab.one_hot(y), verbose=0)
    np.testing.assert_allclose(by_integers, by_rows, rtol=1e-5)
    with pytest.raises(ValueError, match="'integer' or 'one_hot', got 'onehot'"):
        compile_model(model, "onehot")


def test_keras_computes_what_the_lessons_compute(digits: tuple[Any, Any]) -> None:
    """Convolution, ReLU, pooling, dense layer, softmax and loss by hand give what the network gives."""
    model = build_cnn(filters=(4,), kernel_sizes=(5,), seed=2)
    x, y = digits[0][:8], digits[1][:8]
    kernels, bias, weights, answer_bias = model.get_weights()
    bias = bias + np.float32(0.1)
    model.set_weights([kernels, bias, weights, answer_bias])
    by_hand = softmax(
        np.stack([max_pool(relu(conv2d_multi(image, kernels, bias)), 2, 2).reshape(-1) for image in x]) @ weights
        + answer_bias
    )
    np.testing.assert_allclose(predict_probabilities(model, x), by_hand, atol=1e-5)
    loss, _ = compile_model(model).evaluate(x, y, verbose=0)
    assert loss == pytest.approx(cross_entropy(by_hand, digitlab.one_hot(y)), rel=1e-4)


# --- training --------------------------------------------------------------------------------------------------------


def test_training_learns(trained: Trained, digits: tuple[Any, Any]) -> None:
    """After two short epochs most digits that were never learnt are right, and the history tells the way there."""
    model, history = trained
    x, y = digits
    measured = measure_accuracy(predict_probabilities(model, x[1200:]), y[1200:])
    assert measured.accuracy > 0.7
    assert measured.accuracy == pytest.approx(history.val_accuracy[-1], abs=1e-6)
    assert history.loss[1] < history.loss[0]
    assert len(history.loss) == len(history.accuracy) == len(history.val_loss) == len(history.seconds) == 2
    assert all(seconds > 0 for seconds in history.seconds)


def test_training_repeats_and_leaves_randomness_alone(trained: Trained, digits: tuple[Any, Any]) -> None:
    """The same seed gives the same numbers; NumPy's and Python's own draws go on as if nothing had been."""
    x, y = digits
    random.seed(11)
    np.random.seed(11)
    expected = (random.random(), np.random.random())
    random.seed(11)
    np.random.seed(11)
    again = build_cnn(filters=(4,), kernel_sizes=(5,))
    history = train(again, x[:1200], y[:1200], validation=(x[1200:], y[1200:]), epochs=2, seed=3, verbose=0)
    assert (random.random(), np.random.random()) == expected
    np.testing.assert_allclose(history.loss, trained[1].loss, rtol=1e-4)
    other = build_cnn(filters=(4,), kernel_sizes=(5,))
    assert train(other, x[:1200], y[:1200], epochs=1, seed=4, verbose=0).loss[0] != pytest.approx(history.loss[0])


def test_one_hot_labels_train_as_well(digits: tuple[Any, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """One-hot rows are learnt like labels; a line is printed after each epoch, with units."""
    x, y = digits[0][:256], digitlab.one_hot(digits[1][:256])
    history = train(build_linear(), x, y, validation=(x[:32], y[:32]), epochs=1)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 1
    assert printed[0].startswith(f"epoch 1 of 1: loss {history.loss[0]:.4f}, accuracy {history.accuracy[0]:.2%}; valid")
    assert printed[0].endswith(" s")


def refusals() -> list[tuple[dict[str, Any], str]]:
    """Return arguments of train that it refuses, each with a part of what it says."""
    x, y = np.zeros((4, 28, 28, 1), np.float32), np.zeros(4, np.int64)
    return [
        ({"x": x[..., 0], "y": y}, r"shape \(N, 28, 28, 1\), got \(4, 28, 28\).*newaxis"),
        ({"x": x[:0], "y": y[:0]}, r"got \(0, 28, 28, 1\)"),
        ({"x": x, "y": y[:3]}, "got 4 images and 3 labels"),
        ({"x": x.astype(np.uint8), "y": y}, "got uint8 from 0 up to 0.*Divide by 255"),
        ({"x": x + 200, "y": y}, "float32 from 200.0 up to 200.0"),
        ({"x": x - 0.5, "y": y}, r"in \[0, 1\], got float32 from -0.5"),
        ({"x": x + np.float32("nan"), "y": y}, r"in \[0, 1\].*nan"),
        ({"x": x, "y": y + 10}, "labels from 0 to 9, got 10"),
        ({"x": x, "y": y - 1}, "labels from 0 to 9, got -1"),
        ({"x": x, "y": np.zeros((4, 9))}, r"labels of shape \(N,\) or one-hot rows of shape \(N, 10\), got \(4, 9\)"),
        ({"x": x, "y": y.astype(float)}, "whole numbers, got float64"),
        ({"x": x, "y": y, "epochs": 0}, "at least one epoch and one image a batch, got 0 and 256"),
        ({"x": x, "y": y, "batch_size": 0}, "at least one epoch and one image a batch, got 2 and 0"),
        ({"x": x, "y": y, "validation": (x[:2], y)}, "validation: train needs a label for each image, got 2 .* 4"),
        ({"x": x, "y": y, "validation": (x, digitlab.one_hot(y))}, "same form as y"),
    ]


@pytest.mark.parametrize(("arguments", "said"), refusals())
def test_what_cannot_be_learnt_is_told(arguments: dict[str, Any], said: str) -> None:
    """Images and labels that training cannot use are one sentence: what came, and what to do."""
    with pytest.raises(ValueError, match=said):
        train(build_linear(), **arguments, verbose=0)


def test_history_of_whatever_tells_it() -> None:
    """A Keras history, its dictionary and back again; without loss or accuracy it says what to compile."""
    told = {"loss": [1, np.float32(0.5)], "accuracy": [0.5, 0.75], "learning_rate": [0.1, 0.1]}
    history = History.of(told)
    assert (history.loss, history.accuracy, history.val_loss) == ((1.0, 0.5), (0.5, 0.75), ())
    assert history.history == {"loss": [1.0, 0.5], "accuracy": [0.5, 0.75]}
    assert History.of(history) == history
    with pytest.raises(ValueError, match=r"no accuracy, only loss\. Compile the model with metrics=\['accuracy'\]"):
        History.of({"loss": [1.0]})
    with pytest.raises(ValueError, match="no loss and no accuracy, only nothing"):
        History.of({})
    with pytest.raises(ValueError, match="a history or its dictionary, got NoneType"):
        History.of(None)


# --- evaluation ------------------------------------------------------------------------------------------------------


def test_probabilities_do_not_depend_on_the_batch(trained: Trained, digits: tuple[Any, Any]) -> None:
    """Rows of float32 probabilities come back, the same for batches of any size."""
    probabilities = predict_probabilities(trained[0], digits[0][:50])
    assert (probabilities.shape, probabilities.dtype) == ((50, 10), np.float32)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(predict_probabilities(trained[0], digits[0][:50], 7), probabilities, atol=1e-5)


def test_report_is_sklearns(trained: Trained, digits: tuple[Any, Any]) -> None:
    """The report holds scikit-learn's numbers, in a table and in text; a digit that never occurs scores 0."""
    true, predicted = digits[1][:300], predict_probabilities(trained[0], digits[0][:300]).argmax(axis=1)
    report = classification_report(true, predicted)
    p, r, f, n = sklearn.metrics.precision_recall_fscore_support(true, predicted, labels=range(10), zero_division=0)
    for digit in range(10):
        assert report.rows[str(digit)] == pytest.approx((p[digit], r[digit], f[digit], n[digit]))
    assert report.accuracy == sklearn.metrics.accuracy_score(true, predicted)
    assert f"{report.accuracy:.4f}" in str(report)
    assert f"<td>{f[3]:.4f}</td>" in report._repr_html_()
    assert 'scope="row"' in report._repr_html_()
    assert classification_report([1, 1], [1, 2]).rows["9"] == (0, 0, 0, 0)


def test_reports_that_cannot_be_are_told() -> None:
    """Probabilities in place of digits, other lengths, none at all, and labels that are no digits are refused."""
    for true, predicted in (([1, 2], np.eye(10)[[1, 2]]), ([1, 2], [1]), ([], [])):
        with pytest.raises(ValueError, match="a predicted digit for each true one, got shapes"):
            classification_report(true, predicted)
    with pytest.raises(ValueError, match="true digits of int64 from 1 to 10"):
        classification_report([1, 10], [1, 1])
    with pytest.raises(ValueError, match=r"predicted digits of float64 from 0\.0 to 0\.5"):
        classification_report([1, 1], [0.0, 0.5])


def test_accuracy_has_its_interval() -> None:
    """The measurement tells the share, how many it was measured on, and Wilson's interval."""
    from scipy.stats import binomtest

    probabilities, labels = np.eye(10)[[1, 2, 3, 4]], np.array([1, 2, 3, 5])
    measured = measure_accuracy(probabilities, labels)
    wilson = binomtest(3, 4).proportion_ci(0.95, "wilson")
    assert (measured.accuracy, measured.count) == (0.75, 4)
    assert (measured.low, measured.high) == pytest.approx((wilson.low, wilson.high), abs=1e-6)
    assert str(measured).startswith("75.00% of 4 images (95 % interval ")
    with pytest.raises(ValueError, match=r"one label for each of 4 rows, got shape \(3,\)"):
        measure_accuracy(probabilities, labels[:3])
    with pytest.raises(ValueError, match=r"probabilities of shape \(N, C\), at least one row, got shape \(0, 10\)"):
        measure_accuracy(probabilities[:0], labels[:0])


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_saved_model_is_the_model(trained: Trained, digits: tuple[Any, Any], tmp_path: Path) -> None:
    """What was saved answers as before, and is measured on all test digits; nothing else lies beside it."""
    path = save_model(trained[0], tmp_path / "my_cnn.keras")
    assert [one.name for one in tmp_path.iterdir()] == ["my_cnn.keras"]
    np.testing.assert_array_equal(
        predict_probabilities(load_model(path), digits[0][:20]), predict_probabilities(trained[0], digits[0][:20])
    )
    data = digitlab.load_mnist()
    answers = trained[0].predict(data.x_test[..., None] / np.float32(255), verbose=0).argmax(axis=1)
    assert measure(path).accuracy == pytest.approx((answers == data.y_test).mean(), abs=2e-4)
    assert measure(path).count == 10_000


def test_saving_where_it_cannot_be_saved(trained: Trained, tmp_path: Path) -> None:
    """Another ending, a folder that is not there and a folder of that name are told; nothing is left behind."""
    with pytest.raises(DataError, match=r"\.keras file, got my_cnn\.h5"):
        save_model(trained[0], tmp_path / "my_cnn.h5")
    with pytest.raises(DataError, match=r"absent.* could not be written"):
        save_model(trained[0], tmp_path / "absent" / "my_cnn.keras")
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(DataError, match="could not be written"):
        save_model(trained[0], tmp_path / "folder.keras")
    assert [one.name for one in tmp_path.iterdir()] == ["folder.keras"]


def test_broken_files_are_one_sentence(trained: Trained, tmp_path: Path) -> None:
    """A file that is missing, empty, text, half a model, or a model without its weights is told in one sentence."""
    whole = save_model(trained[0], tmp_path / "whole.keras").read_bytes()
    with pytest.raises(DataError, match=r"There is no file .*absent\.keras.*save_model"):
        load_model(tmp_path / "absent.keras")
    broken = tmp_path / "broken.keras"
    for content in (b"", b"accuracy: 99 %\n", whole[: len(whole) // 2], whole[:-30]):
        broken.write_bytes(content)
        with pytest.raises(DataError, match=r"Keras cannot open .*broken\.keras") as told:
            load_model(broken)
        assert "\n" not in str(told.value)
    with zipfile.ZipFile(tmp_path / "whole.keras") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for lost, instead in (("config.json", b"{"), ("config.json", b"[]"), ("model.weights.h5", b"no weights")):
        with zipfile.ZipFile(broken, "w") as archive:
            for name, content in (members | {lost: instead}).items():
                archive.writestr(name, content)
        with pytest.raises(DataError, match="Keras cannot open"):
            load_model(broken)


def test_models_of_another_shape_are_told(tmp_path: Path) -> None:
    """A model that wants flat images, or gives nine numbers, is not measured but told."""
    import keras

    flat = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    with pytest.raises(DataError, match=r"does not take images of shape \(N, 28, 28, 1\)"):
        measure(save_model(flat, tmp_path / "flat.keras"))
    nine = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(9)])
    with pytest.raises(DataError, match=r"gives shape \(10000, 9\), expected \(10000, 10\)"):
        measure(save_model(nine, tmp_path / "nine.keras"))


# --- the promise of the course ---------------------------------------------------------------------------------------


def test_the_network_of_the_course_reaches_98_per_cent() -> None:
    """Two epochs on all training digits: 98 % of the 10,000 test digits, and half a per cent to spare."""
    data = digitlab.load_mnist()
    model = build_cnn()
    train(model, digitlab.scale_pixels(data.x_train)[..., np.newaxis], data.y_train, epochs=2, verbose=0)
    measured = measure_accuracy(
        predict_probabilities(model, digitlab.scale_pixels(data.x_test)[..., np.newaxis]), data.y_test
    )
    assert measured.count == 10_000
    assert measured.accuracy >= 0.985

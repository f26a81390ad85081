"""The bank of exercises: right answers pass in every style, and a misconception is known in whatever code."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise import Exercise, Mistake, outcomes_of
from autograder.exercises import EXERCISES, find, of_lesson
from autograder.judging import judge
from autograder.records import Evidence, Status, Verdict

Array = np.ndarray[Any, Any]
NUMPY_EXERCISES = [one for one in EXERCISES if not one.needs_tensorflow]
SEEDS = (0, 7)


def verdict_on(exercise: Exercise, function: Callable[..., Any], seed: int) -> Verdict:
    """Return the verdict on a function, by the path that a student's takes."""
    cases = exercise.cases(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's word on the 0/0 of a student's own
        return judge(exercise, cases, Evidence(found=True, outcomes=outcomes_of(function, cases)))


# --- the registry ----------------------------------------------------------------------------------------------------


def test_ids_name_lesson_and_function() -> None:
    """Each id is lNN_name, where name is what the student defines; no two are the same."""
    ids = [exercise.id for exercise in EXERCISES]
    assert all(re.fullmatch(r"l\d\d_[a-z][a-z0-9_]*", one) for one in ids)
    assert all(exercise.function.isidentifier() for exercise in EXERCISES)
    assert len(set(ids)) == len(ids)


def test_exercises_stand_in_lesson_order() -> None:
    """The list goes lesson by lesson, and a lesson's part of it is its own."""
    lessons = [exercise.lesson for exercise in EXERCISES]
    assert lessons == sorted(lessons)
    assert [one for number in sorted(set(lessons)) for one in of_lesson(number)] == list(EXERCISES)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.id)
def test_every_exercise_is_furnished(exercise: Exercise) -> None:
    """Each exercise has points, three hints, right answers in several styles, and mistakes with words of their own."""
    assert exercise.points > 0
    assert len(set(exercise.hints)) == 3
    assert exercise.hints[0].rstrip().endswith("?")
    assert len(exercise.right_answers) >= 2
    assert len(exercise.mistakes) >= 5
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(set(names)) == len(names)
    for mistake in exercise.mistakes:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mistake.name)
        assert 0 <= mistake.credit < 1
        assert mistake.message.rstrip().endswith(".")
        assert mistake.next_step.rstrip().endswith(("?", "."))


# --- each bank against its judge -------------------------------------------------------------------------------------


@pytest.mark.parametrize("exercise", NUMPY_EXERCISES, ids=lambda one: one.id)
def test_right_answers_pass(exercise: Exercise) -> None:
    """Every right answer of the bank, in whatever style, gets all points."""
    answers = exercise.right_answers if exercise.answer is None else (exercise.answer, *exercise.right_answers)
    for answer in answers:
        for seed in SEEDS:
            verdict = verdict_on(exercise, answer, seed)
            assert (verdict.status, verdict.points) == (Status.PASSED, exercise.points), (answer.__name__, verdict)


BANKED = [(exercise, mistake) for exercise in NUMPY_EXERCISES for mistake in exercise.mistakes]


@pytest.mark.parametrize(("exercise", "mistake"), BANKED, ids=[f"{e.id}-{m.name}" for e, m in BANKED])
def test_mistakes_are_caught_under_their_own_names(exercise: Exercise, mistake: Mistake) -> None:
    """Every mistake of the bank, in each of its styles, is told by its name and keeps the credit that it states."""
    for answer in (mistake.answer, *mistake.also):
        for seed in SEEDS:
            verdict = verdict_on(exercise, answer, seed)
            assert verdict.mistake == mistake.name, (answer.__name__, verdict)
            assert verdict.points == pytest.approx(mistake.credit * exercise.points)
            assert verdict.next_step


@pytest.mark.parametrize("exercise", NUMPY_EXERCISES, ids=lambda one: one.id)
def test_stubs_are_not_attempted(exercise: Exercise) -> None:
    """A cell as shipped is not attempted: no mistake, no points, no reproach."""

    def stub(*_: Any, **__: Any) -> Any:
        raise NotImplementedError

    verdict = verdict_on(exercise, stub, 0)
    assert (verdict.status, verdict.points, verdict.mistake) == (Status.NOT_ATTEMPTED, 0.0, None)


@pytest.mark.parametrize("exercise", NUMPY_EXERCISES, ids=lambda one: one.id)
def test_nothing_and_nonsense_earn_nothing(exercise: Exercise) -> None:
    """None, a text, a crash and an answer to nothing at all get no points, whatever the exercise."""

    def crashes(*_: Any, **__: Any) -> Any:
        raise KeyError("nonsense")

    for answer in (lambda *_, **__: None, lambda *_, **__: "right", lambda *_, **__: [], crashes):
        verdict = verdict_on(exercise, answer, 0)
        assert (verdict.status, verdict.points) == (Status.FAILED, 0.0)


# --- mistakes as they are written in the wild ------------------------------------------------------------------------

WILD: list[tuple[str, str, Callable[..., Any]]] = []


def wild(exercise: str, mistake: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function that no bank has: a student's own way to that mistake."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        WILD.append((exercise, mistake, function))
        return function

    return enter


@wild("l01_describe", "height-and-width-swapped")
def _(images: Array, labels: Array) -> Any:
    if images.ndim != 3 or len(images) != len(labels) or not len(images):
        raise ValueError
    shape = images.shape
    return {
        "count": len(labels),
        "width": shape[1],
        "height": shape[2],
        "dtype": images.dtype.name,
        "min": images.min(),
        "max": np.max(images),
        "n_classes": len(set(labels.tolist())),
    }


@wild("l01_describe", "counts-labels")
def _(images: Array, labels: Array) -> Any:
    n, h, w = images.shape
    return {
        "count": n,
        "height": h,
        "width": w,
        "dtype": f"{images.dtype}",
        "min": float(images.min()),
        "max": float(images.max()),
        "n_classes": labels.size,
    }


@wild("l01_class_counts", "absent-digits-dropped")
def _(labels: Array) -> Any:
    counts = {}
    for label in sorted(labels.tolist()):
        counts[label] = counts.get(label, 0) + 1
    return np.array(list(counts.values()))


@wild("l01_class_counts", "digits-above-the-largest-dropped")
def _(labels: Array) -> Any:
    return [int((labels == digit).sum()) for digit in range(labels.max() + 1)]


@wild("l01_class_counts", "shares-instead-of-counts")
def _(labels: Array) -> Any:
    return np.array([np.mean(labels == digit) for digit in range(10)])


@wild("l01_examples_of", "too-few-without-an-error")
def _(images: Array, labels: Array, digit: int, k: int) -> Any:
    out = []
    for i in range(len(labels)):
        if labels[i] == digit and len(out) < k:
            out.append(images[i])
    return np.array(out)


@wild("l01_examples_of", "indices-instead-of-images")
def _(images: Array, labels: Array, digit: int, k: int) -> Any:
    found = [i for i, label in enumerate(labels) if label == digit]
    if len(found) < k:
        raise ValueError(f"only {len(found)}")
    return found[:k]


@wild("l01_mean_digit", "uint8-sum-overflows")
def _(images: Array, labels: Array, digit: int) -> Any:
    chosen = [image for image, label in zip(images, labels, strict=True) if label == digit]
    if not chosen:
        raise ValueError
    total = chosen[0].copy()
    for image in chosen[1:]:
        total += image
    return total / len(chosen)


@wild("l01_mean_digit", "absent-without-an-error")
def _(images: Array, labels: Array, digit: int) -> Any:
    return np.average(images[labels == digit], axis=0) if digit in labels else None


@wild("l01_nearest_mean", "uint8-difference-wraps")
def _(image: Array, means: Array) -> Any:
    best, best_distance = 0, float("inf")
    for i, mean in enumerate(means):
        distance = np.sum((mean - image) ** 2) ** 0.5
        if distance < best_distance:
            best, best_distance = i, distance
    return best


@wild("l01_nearest_mean", "absolute-differences")
def _(image: Array, means: Array) -> Any:
    flat = means.reshape(len(means), -1).astype(int) if means.dtype == np.uint8 else means.reshape(len(means), -1)
    return np.argmin([np.linalg.norm(row - image.reshape(-1), ord=1) for row in flat])


@wild("l02_scale_pixels", "divides-by-256")
def _(images: Array) -> Any:
    return np.float32(images) / np.float32(256) if images.dtype.kind in "iu" else np.float32(images)


@wild("l02_scale_pixels", "float64")
def _(images: Array) -> Any:
    if images.dtype.kind == "f":
        return images.astype("float64")
    return np.divide(images, 255.0)


@wild("l02_scale_pixels", "decides-by-maximum")
def _(images: Array) -> Any:
    if images.size and np.amax(images) <= 1:
        return images.astype(np.float32)
    return images.astype(np.float32) / 255


@wild("l02_scale_pixels", "scales-twice")
def _(images: Array) -> Any:
    return np.multiply(images, 1 / 255, dtype=np.float32)


@wild("l02_to_images", "fortran-order")
def _(flat: Array) -> Any:
    return np.swapaxes(flat.reshape(flat.shape[0], 28, 28), 1, 2)[:, :, :, None]


@wild("l02_to_images", "no-channel-axis")
def _(flat: Array) -> Any:
    return np.stack([row.reshape(28, 28) for row in flat])


@wild("l02_one_hot", "width-from-the-largest-label")
def _(labels: Array, n_classes: int = 10) -> Any:
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError
    out = np.zeros((len(labels), max(labels) + 1), np.float32)
    for row, label in zip(out, labels, strict=True):
        row[label] = 1
    return out


@wild("l02_one_hot", "not-float32")
def _(labels: Array, n_classes: int = 10) -> Any:
    if ((labels < 0) | (labels >= n_classes)).any():
        raise ValueError
    return (labels.reshape(-1, 1) == np.arange(n_classes)).astype(int)


@wild("l02_from_one_hot", "looks-for-exact-ones")
def _(encoded: Array) -> Any:
    return np.array([list(row).index(1) for row in encoded])


@wild("l02_split", "shuffled-separately")
def _(images: Array, labels: Array, validation_share: float, seed: int) -> Any:
    n = round(len(images) * validation_share)
    a = np.random.RandomState(seed).permutation(len(images))
    b = np.random.RandomState(seed + 1).permutation(len(labels))
    return images[a[n:]], labels[b[n:]], images[a[:n]], labels[b[:n]]


@wild("l02_split", "global-seed")
def _(images: Array, labels: Array, validation_share: float, seed: int) -> Any:
    np.random.seed(seed)
    places = np.arange(len(labels))
    np.random.shuffle(places)
    n = round(len(images) * validation_share)
    return images[places[n:]], labels[places[n:]], images[places[:n]], labels[places[:n]]


@wild("l02_standardise", "each-by-its-own-statistics")
def _(train: Array, other: Array) -> Any:
    def own(x: Array) -> Array:
        deviation = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0))
        return (x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)

    return own(train), own(other)


@wild("l02_standardise", "divides-by-zero")
def _(train: Array, other: Array) -> Any:
    m = sum(train) / len(train)
    s = np.sqrt(sum((row - m) ** 2 for row in train) / len(train))
    return np.array([(row - m) / s for row in train]), np.array([(row - m) / s for row in other])


@wild("l02_standardise", "sample-deviation")
def _(train: Array, other: Array) -> Any:
    m = train.mean(0)
    s = np.sqrt(((train - m) ** 2).sum(0) / (len(train) - 1))
    s[s == 0] = 1
    return (train - m) / s, (other - m) / s


@wild("l03_softmax", "overflows")
def _(scores: Array) -> Any:
    rows = []
    for row in scores:
        powers = np.e**row
        rows.append(powers / sum(powers))
    return np.array(rows)


@wild("l03_softmax", "axis-0")
def _(scores: Array) -> Any:
    from scipy.special import softmax

    return softmax(scores, 0)


@wild("l03_cross_entropy", "sum-for-mean")
def _(probabilities: Array, one_hot: Array) -> Any:
    loss = 0.0
    for row, true in zip(probabilities, one_hot, strict=True):
        loss -= np.log(max(row[true.argmax()], 1e-12))
    return loss


@wild("l03_cross_entropy", "another-base")
def _(probabilities: Array, one_hot: Array) -> Any:
    return -np.log2(np.clip((probabilities * one_hot).sum(1), 1e-12, 1)).mean()


@wild("l03_accuracy", "per-cent")
def _(probabilities: Array, labels: Array) -> Any:
    hits = sum(int(np.argmax(row)) == label for row, label in zip(probabilities, labels, strict=True))
    return 100 * hits / len(labels)


@wild("l03_gradient_step", "uphill")
def _(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Any:
    from scipy.special import softmax

    gap = (one_hot - softmax(x @ W + b, axis=1)) / len(x)
    return W - learning_rate * np.dot(x.T, gap), b - learning_rate * np.sum(gap, axis=0)


@wild("l03_gradient_step", "not-divided-by-n")
def _(W: Array, b: Array, x: Array, one_hot: Array, learning_rate: float) -> Any:
    from scipy.special import softmax

    new_weights, new_bias = W.copy(), b.copy()
    for row, true in zip(x, one_hot, strict=True):
        gap = softmax(row @ W + b) - true
        new_weights -= learning_rate * np.outer(row, gap)
        new_bias -= learning_rate * gap
    return new_weights, new_bias


@wild("l04_conv_at", "flipped-kernel")
def _(image: Array, kernel: Array, row: int, col: int) -> Any:
    total = 0.0
    rows, columns = kernel.shape
    for i in range(rows):
        for j in range(columns):
            total += float(image[row + i, col + j]) * float(kernel[-1 - i, -1 - j])
    return total


@wild("l04_conv2d_valid", "flipped-kernel")
def _(image: Array, kernel: Array) -> Any:
    from scipy.signal import convolve2d

    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError
    return convolve2d(image.astype(float), kernel.astype(float), mode="valid")


@wild("l04_conv2d_valid", "one-row-and-column-short")
def _(image: Array, kernel: Array) -> Any:
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError
    h, w = image.shape[0] - kernel.shape[0], image.shape[1] - kernel.shape[1]
    out = np.zeros((h, w))
    for i, j in np.ndindex(h, w):
        out[i, j] = np.vdot(image[i : i + kernel.shape[0], j : j + kernel.shape[1]].astype(float), kernel)
    return out


@wild("l04_pad_same", "always-one")
def _(image: Array, kernel: Array) -> Any:
    if not all(side % 2 for side in kernel.shape):
        raise ValueError
    out = np.zeros((image.shape[0] + 2, image.shape[1] + 2), image.dtype)
    out[1:-1, 1:-1] = image
    return out


@wild("l04_output_size", "no-plus-one")
def _(n: int, kernel_size: int, stride: int, padding: str) -> Any:
    if padding == "same":
        return int(np.ceil(n / stride))
    if padding != "valid" or kernel_size > n:
        raise ValueError
    return int((n - kernel_size) / stride)


@wild("l04_conv2d_multi", "no-bias")
def _(x: Array, kernels: Array, bias: Array) -> Any:
    from scipy.signal import correlate

    maps = [
        sum(correlate(x[..., c].astype(float), kernels[..., c, f].astype(float), "valid") for c in range(x.shape[2]))
        for f in range(kernels.shape[3])
    ]
    return np.stack(maps, axis=-1)


@wild("l04_vertical_edge", "horizontal-edges")
def _() -> Any:
    return np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])


@wild("l05_relu", "absolute-value")
def _(x: Array) -> Any:
    return np.where(x < 0, -x, x)


@wild("l05_max_pool", "starts-from-zero")
def _(x: Array, size: int, stride: int) -> Any:
    if size > min(x.shape[:2]):
        raise ValueError
    rows, columns = (x.shape[0] - size) // stride + 1, (x.shape[1] - size) // stride + 1
    out = np.zeros((rows, columns, x.shape[2]), x.dtype)
    for i, j, c in np.ndindex(*out.shape):
        largest = 0
        for value in x[i * stride : i * stride + size, j * stride : j * stride + size, c].ravel():
            largest = value if value > largest else largest
        out[i, j, c] = largest
    return out


@wild("l05_conv_params", "no-bias")
def _(kernel_size: Any, in_channels: int, filters: int) -> Any:
    try:
        height, width = kernel_size
    except TypeError:
        height = width = kernel_size
    return np.zeros((height, width, in_channels, filters)).size


@wild("l05_receptive_field", "ignores-the-stride")
def _(layers: Any) -> Any:
    return 1 + sum((one["kernel_size"] if "kernel_size" in one else one["size"]) - 1 for one in layers)


@wild("l09_confusion", "transposed")
def _(true: Array, predicted: Array) -> Any:
    from sklearn.metrics import confusion_matrix

    return confusion_matrix(predicted, true, labels=range(10))


@wild("l09_confusion", "absent-classes-dropped")
def _(true: Array, predicted: Array) -> Any:
    seen = sorted({*np.asarray(true).tolist(), *np.asarray(predicted).tolist()})
    return np.array([[sum((true == t) & (predicted == p)) for p in seen] for t in seen])


@wild("l09_precision_recall_f1", "nan-where-undefined")
def _(cm: Array) -> Any:
    rows = []
    for k in range(10):
        p, r = cm[k, k] / cm[:, k].sum(), cm[k, k] / cm[k].sum()
        rows.append([p, r, 2 * p * r / (p + r)])
    return np.array(rows)


@wild("l09_precision_recall_f1", "arithmetic-mean-for-f1")
def _(cm: Array) -> Any:
    scores = np.zeros((len(cm), 3))
    for k in range(len(cm)):
        predicted, there = cm[:, k].sum(), cm[k, :].sum()
        scores[k, 0] = cm[k, k] / predicted if predicted else 0
        scores[k, 1] = cm[k, k] / there if there else 0
        scores[k, 2] = np.mean(scores[k, :2])
    return scores


@wild("l09_macro_average", "zeros-left-out")
def _(values: Array) -> Any:
    kept = [value for value in values if value]
    return sum(kept) / len(kept) if kept else 0.0


@wild("l09_weighted_average", "macro-for-weighted")
def _(values: Array, support: Array) -> Any:
    return sum(values) / len(support)


@wild("l09_accuracy_interval", "normal-approximation")
def _(accuracy: float, n: int) -> Any:
    from scipy.stats import norm

    reach = norm.ppf(0.975) * (accuracy * (1 - accuracy) / n) ** 0.5
    return max(accuracy - reach, 0.0), min(accuracy + reach, 1.0)


@wild("l09_accuracy_interval", "per-cent")
def _(accuracy: float, n: int) -> Any:
    from scipy.stats import binomtest

    interval = binomtest(round(accuracy * n), n).proportion_ci(0.95, "wilson")
    return 100 * interval.low, 100 * interval.high


@pytest.mark.parametrize(("exercise", "name", "function"), WILD, ids=[f"{e}-{m}" for e, m, _ in WILD])
def test_mistakes_in_the_wild(exercise: str, name: str, function: Callable[..., Any]) -> None:
    """A misconception is recognised in code that no bank has, and whatever the seed."""
    for seed in SEEDS:
        verdict = verdict_on(find(exercise), function, seed)
        assert verdict.mistake == name, verdict
        assert verdict.points < find(exercise).points

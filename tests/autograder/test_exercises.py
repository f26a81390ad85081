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


@wild("l10_worst_errors", "least-sure-first")
def _(probabilities: Array, labels: Array, k: int) -> Any:
    found = []
    for i, (row, label) in enumerate(zip(probabilities, labels, strict=True)):
        if row.argmax() != label:
            found.append((row.max(), i))
    return np.array([i for _, i in sorted(found)[:k]])


@wild("l10_worst_errors", "right-answers-included")
def _(probabilities: Array, labels: Array, k: int) -> Any:
    return np.argsort(probabilities.max(1))[::-1][:k]


@wild("l10_worst_errors", "ascending")
def _(probabilities: Array, labels: Array, k: int) -> Any:
    confidence = {i: row.max() for i, row in enumerate(probabilities) if row.argmax() != labels[i]}
    return tuple(sorted(confidence, key=confidence.__getitem__)[-k:])


@wild("l10_worst_errors", "places-among-the-errors")
def _(probabilities: Array, labels: Array, k: int) -> Any:
    wrong = probabilities[probabilities.argmax(axis=1) != labels]
    return wrong.max(axis=1).argsort()[::-1][:k]


@wild("l10_worst_errors", "by-the-true-digit")
def _(probabilities: Array, labels: Array, k: int) -> Any:
    of_label = probabilities[np.arange(len(labels)), labels]
    wrong = [i for i in range(len(labels)) if np.argmax(probabilities[i]) != labels[i]]
    return sorted(wrong, key=lambda i: of_label[i])[:k]


@wild("l10_top_confusions", "diagonal-included")
def _(cm: Array, k: int) -> Any:
    triples = [(t, p, cm[t][p]) for t in range(len(cm)) for p in range(len(cm))]
    return sorted(triples, key=lambda triple: -triple[2])[:k]


@wild("l10_top_confusions", "halves-merged")
def _(cm: Array, k: int) -> Any:
    counts = {}
    for t in range(len(cm)):
        for p in range(t + 1, len(cm)):
            if cm[t, p] + cm[p, t]:
                counts[t, p] = int(cm[t, p] + cm[p, t])
    best = sorted(counts, key=counts.__getitem__, reverse=True)[:k]
    return [[t, p, counts[t, p]] for t, p in best]


@wild("l10_top_confusions", "never-occurring-included")
def _(cm: Array, k: int) -> Any:
    off = cm.copy()
    np.fill_diagonal(off, -1)
    order = np.argsort(-off.ravel(), kind="stable")[:k]
    return np.array([(i // len(cm), i % len(cm), off.ravel()[i]) for i in order])


@wild("l10_top_confusions", "true-and-predicted-swapped")
def _(cm: Array, k: int) -> Any:
    pairs = [(n, t, p) for (p, t), n in np.ndenumerate(cm) if t != p and n]
    return [(t, p, n) for n, t, p in sorted(pairs, key=lambda one: one[0], reverse=True)[:k]]


@wild("l10_top_confusions", "equals-lost")
def _(cm: Array, k: int) -> Any:
    pairs = {}
    for (t, p), n in np.ndenumerate(cm):
        if t != p and n > 0:
            pairs.setdefault(int(n), (t, p))
    return [(*pairs[n], n) for n in sorted(pairs, reverse=True)][:k]


@wild("l12_is_inverted", "assumes-one-sort")
def _(image: Array) -> Any:
    return bool(image.max() > image.min())


@wild("l12_is_inverted", "looks-at-one-pixel")
def _(image: Array) -> Any:
    top = np.iinfo(image.dtype).max if image.dtype.kind == "u" else 1.0
    return float(image.flat[0]) / top > 0.5


@wild("l12_is_inverted", "assumes-0-to-255")
def _(image: Array) -> Any:
    return int(np.sum(image)) > image.shape[0] * image.shape[1] * 128


@wild("l12_is_inverted", "other-way-round")
def _(image: Array) -> Any:
    scaled = image / 255 if image.dtype == np.uint8 else image
    return (scaled > 0.5).sum() < scaled.size / 2


@wild("l12_centre_of_mass", "swapped")
def _(image: Array) -> Any:
    x, y = np.meshgrid(np.arange(image.shape[1]), np.arange(image.shape[0]))
    total = image.sum(dtype=float)
    return np.array([np.sum(x * image) / total, np.sum(y * image) / total])


@wild("l12_centre_of_mass", "every-inked-pixel-the-same")
def _(image: Array) -> Any:
    rows, columns = np.where(image != 0)
    return [sum(rows.tolist()) / len(rows), sum(columns.tolist()) / len(columns)]


@wild("l12_centre_of_mass", "centre-of-the-box")
def _(image: Array) -> Any:
    rows = [r for r in range(image.shape[0]) if image[r].any()]
    columns = [c for c in range(image.shape[1]) if image[:, c].any()]
    return rows[0] + (rows[-1] - rows[0]) / 2, columns[0] + (columns[-1] - columns[0]) / 2


@wild("l12_centre_of_mass", "counts-from-one")
def _(image: Array) -> Any:
    ink = np.float64(image)
    rows = ink.sum(axis=1) @ np.arange(1, len(ink) + 1) / ink.sum()
    return rows, ink.sum(axis=0) @ np.arange(1, ink.shape[1] + 1) / ink.sum()


def _cut(drawing: Array) -> Array:
    """Return the ink in its box, bright, as floats: what all ways to MNIST's form begin with."""
    ink = drawing / 255.0 if drawing.dtype == np.uint8 else np.array(drawing, float)
    if ink.mean() > 0.5:
        ink = 1.0 - ink
    (top, left), (bottom, right) = np.argwhere(ink > 0).min(0), np.argwhere(ink > 0).max(0) + 1
    return ink[top:bottom, left:right]


def _zoomed(ink: Array, height: int, width: int) -> Array:
    """Return the ink at that size, smoothed first where it becomes smaller."""
    from scipy import ndimage

    scale = (height / ink.shape[0], width / ink.shape[1])
    smooth = ndimage.gaussian_filter(ink, [max(0.0, 0.4 * (1 / s - 1)) for s in scale], mode="nearest")
    return np.clip(ndimage.zoom(smooth, scale, order=1, mode="nearest", grid_mode=True), 0, 1)


def _balanced(small: Array, to: float = 14.0) -> Array:
    """Return the ink on 28 × 28 with its centre of mass in the middle."""
    row, col = (float((axis * small).sum() / small.sum()) for axis in np.indices(small.shape))
    out = np.zeros((28, 28, 1), np.float32)
    top, left = int(np.clip(round(to - row), 0, 28 - len(small))), int(np.clip(round(to - col), 0, 28 - small.shape[1]))
    out[top : top + len(small), left : left + small.shape[1], 0] = small
    return out


@wild("l12_to_mnist", "stretched")
def _(drawing: Array) -> Any:
    return _balanced(_zoomed(_cut(drawing), 20, 20), to=13.5)


@wild("l12_to_mnist", "no-margin")
def _(drawing: Array) -> Any:
    ink = _cut(drawing)
    scale = 28 / max(ink.shape)
    return _balanced(_zoomed(ink, round(len(ink) * scale), round(ink.shape[1] * scale)))


@wild("l12_to_mnist", "box-centred")
def _(drawing: Array) -> Any:
    ink = _cut(drawing)
    scale = 20 / max(ink.shape)
    small = _zoomed(ink, round(len(ink) * scale), round(ink.shape[1] * scale))
    above, before = (28 - len(small) + 1) // 2, (28 - small.shape[1] + 1) // 2
    after = ((above, 28 - len(small) - above), (before, 28 - small.shape[1] - before))
    return np.float32(np.pad(small, after))[:, :, None]


@wild("l12_to_mnist", "not-inverted")
def _(drawing: Array) -> Any:
    ink = drawing / drawing.max()
    scale = 20 / max(ink.shape)
    return _balanced(_zoomed(ink, round(len(ink) * scale), round(ink.shape[1] * scale)))


@wild("l12_to_mnist", "thin-lines-vanish")
def _(drawing: Array) -> Any:
    ink = _cut(drawing)
    n = max(ink.shape) / 20
    rows = [min(int((i + 0.5) * n), len(ink) - 1) for i in range(round(len(ink) / n))]
    columns = [min(int((i + 0.5) * n), ink.shape[1] - 1) for i in range(round(ink.shape[1] / n))]
    return _balanced(ink[np.ix_(rows, columns)])


@wild("l12_reject", "strict-and-lax-mixed-up")
def _(probabilities: Array, threshold: float) -> Any:
    ranked = np.argsort(probabilities)
    if probabilities[ranked[-1]] > threshold:
        return -1
    return ranked[-1]


@wild("l12_reject", "another-class-decides")
def _(probabilities: Array, threshold: float) -> Any:
    label = max(range(10), key=lambda digit: probabilities[digit])
    return label if probabilities[-1] > threshold else -1


@wild("l12_reject", "first-above-the-threshold")
def _(probabilities: Array, threshold: float) -> Any:
    above = np.where(probabilities >= threshold)[0]
    return above[0] if len(above) else -1


@wild("l12_reject", "probability-for-label")
def _(probabilities: Array, threshold: float) -> Any:
    best = sorted(probabilities)[-1]
    return float(best) if best > threshold else -1


@pytest.mark.parametrize(("exercise", "name", "function"), WILD, ids=[f"{e}-{m}" for e, m, _ in WILD])
def test_mistakes_in_the_wild(exercise: str, name: str, function: Callable[..., Any]) -> None:
    """A misconception is recognised in code that no bank has, and whatever the seed."""
    for seed in SEEDS:
        verdict = verdict_on(find(exercise), function, seed)
        assert verdict.mistake == name, verdict
        assert verdict.points < find(exercise).points


# --- mistakes in the wild that need a model ---------------------------------------------------------------------------

WITH_A_MODEL: list[tuple[str, str | None, Callable[..., Any]]] = []


def wild_with_a_model(exercise: str, mistake: str | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter a function that no bank has and that is given a Keras model; without a mistake it is right."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        WITH_A_MODEL.append((exercise, mistake, function))
        return function

    return enter


@wild_with_a_model("l10_feature_maps", None)
def _(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    return keras.models.Model(model.input, model.get_layer(name=layer_name).output)(image[None, ...]).numpy()[0]


@wild_with_a_model("l10_feature_maps", None)
def _(model: Any, image: Array, layer_name: str) -> Any:
    import tensorflow as tf

    maps = tf.convert_to_tensor(image)[tf.newaxis]
    for layer in model.layers:
        maps = layer(maps, training=False) if "drop" in layer.name else layer(maps)
        if layer.name == layer_name:
            return tf.squeeze(maps, 0)
    raise KeyError(layer_name)


@wild_with_a_model("l10_feature_maps", "no-batch-axis")
def _(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    return keras.Model(model.input, model.get_layer(layer_name).output).predict(image)


@wild_with_a_model("l10_feature_maps", "no-batch-axis")
def _(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    return keras.Function(model.inputs, [model.get_layer(layer_name).output])([image])[0]


@wild_with_a_model("l10_feature_maps", "batch-axis-kept")
def _(model: Any, image: Array, layer_name: str) -> Any:
    x = image.reshape(-1, 28, 28, 1)
    for layer in model.layers:
        x = layer(x)
        if layer.name == layer_name:
            return x
    return x


@wild_with_a_model("l10_feature_maps", "an-untrained-copy")
def _(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    again = keras.Sequential([keras.Input((28, 28, 1))])
    for layer in model.layers:
        again.add(type(layer).from_config(layer.get_config()))
        if layer.name == layer_name:
            break
    return again.predict(image[None], verbose=0)[0]


@wild_with_a_model("l10_feature_maps", "the-wrong-layer")
def _(model: Any, image: Array, layer_name: str) -> Any:
    import keras

    names = [layer.name for layer in model.layers]
    part = keras.Sequential(model.layers[: names.index(layer_name) + 2])  # a slice end too many
    return part(image[None])[0]


@wild_with_a_model("l10_feature_maps", "skips-the-layers-before")
def _(model: Any, image: Array, layer_name: str) -> Any:
    for layer in model.layers:
        if layer.name == layer_name:
            return layer(np.expand_dims(image, 0)).numpy().squeeze(0)
    return None


def _slowly(model: Any, image: Array, label: int, size: int, ink: float = 0.0, reach: int | None = None) -> Array:
    """Return an occlusion map with one forward pass a pixel, on graph code of its own."""
    import tensorflow as tf

    run = tf.function(model)
    reach = size // 2 if reach is None else reach
    drops = np.empty((28, 28))
    whole = run(image[None])[0, label].numpy()
    for row in range(28):
        for col in range(28):
            copy = np.array(image)
            copy[max(0, row - reach) : row + reach + 1, max(0, col - reach) : col + reach + 1] = ink
            drops[row, col] = whole - run(copy[None])[0, label].numpy()
    return drops


@wild_with_a_model("l10_occlusion_map", None)
def _(model: Any, image: Array, label: int, size: int) -> Any:
    return _slowly(model, image, label, size)


@wild_with_a_model("l10_occlusion_map", "covers-with-white")
def _(model: Any, image: Array, label: int, size: int) -> Any:
    return _slowly(model, image, label, size, ink=1.0)


@wild_with_a_model("l10_occlusion_map", "size-on-each-side")
def _(model: Any, image: Array, label: int, size: int) -> Any:
    return _slowly(model, image, label, size, reach=size)


@wild_with_a_model("l10_occlusion_map", "of-the-predicted-class")
def _(model: Any, image: Array, label: int, size: int) -> Any:
    guess = int(np.argmax(model.predict(image[None], verbose=0)))
    return _slowly(model, image, guess, size)


@wild_with_a_model("l10_occlusion_map", "never-uncovered")
def _(model: Any, image: Array, label: int, size: int) -> Any:
    before = model.predict(image[None], verbose=0)[0, label]
    half, copy, batch = size // 2, image.copy(), []
    for row in range(28):
        for col in range(28):
            copy[max(row - half, 0) : row + half + 1, max(col - half, 0) : col + half + 1] = 0
            batch.append(copy.copy())
    return before - model.predict(np.array(batch), verbose=0)[:, label].reshape(28, 28)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exercise", "name", "function"), WITH_A_MODEL, ids=[f"{e}-{m or 'right'}" for e, m, _ in WITH_A_MODEL]
)
def test_wild_answers_that_need_a_model(exercise: str, name: str | None, function: Callable[..., Any]) -> None:
    """With a Keras model too a misconception is recognised in code that no bank has, and a right answer passes."""
    verdict = verdict_on(find(exercise), function, SEEDS[1])
    assert verdict.mistake == name, verdict
    assert (verdict.status is Status.PASSED) == (name is None), verdict

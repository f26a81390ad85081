"""l11_add_noise: normal noise, fresh for each pixel, the same for the same seed, cut off at 0 and 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercise import Case, Cases, Exercise, Finding, Mistake, Recogniser
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence

Array = np.ndarray[Any, Any]
# The cases: grey images where nothing is cut off, twice with the same seed; another seed; black, white and grey.
GREY, AGAIN, OTHER_SEED, CONTRAST = range(4)
# By these shares a measured deviation may differ: with some 9,000 pixels chance makes 1 % of it, and 5 % of the tails.
DEVIATION_SLACK, MEAN_SLACK, TAIL_SLACK = 0.06, 0.06, 0.5
NORMAL_TAILS = 3.0  # the fourth moment of a normal distribution, in deviations
# No noise leads from [0, 1] to here, and no power of a smaller number overflows.
FAR_AWAY = 1e6


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return grey images, on which all noise can be seen, and images with black, white and grey parts."""
    grey = rng.uniform(0.45, 0.55, (12, 28, 28, 1)).astype(np.float32)
    contrast = rng.choice([0.0, 1.0, 0.5], (4, 28, 28))
    seed = int(rng.integers(0, 1000))
    return [
        Case((grey, 0.05, seed), "grey images"),
        Case((grey, 0.05, seed), "the same seed again"),
        Case((grey, 0.05, seed + 1), "another seed"),
        Case((contrast, 0.3, seed), "black, grey and white pixels"),
    ]


# --- what the noise is -----------------------------------------------------------------------------------------------


def noises(cases: Cases, evidence: Evidence) -> list[Array] | None:
    """Return what each case added to its images; None where an answer is no array of the images' shape."""
    if len(evidence.outcomes) != len(cases):
        return None
    added = []
    for case, outcome in zip(cases, evidence.outcomes, strict=True):
        value, images = outcome.value, case.args[0]
        if not _is_noisy_images(value, images):
            return None
        added.append(value.astype(np.float64) - images)
    return added


def _is_noisy_images(value: Any, images: Array) -> bool:
    if not isinstance(value, np.ndarray) or value.shape != images.shape or value.dtype.kind != "f":
        return False
    return bool((np.abs(value) < FAR_AWAY).all())  # not where it is NaN


def shows(claim: Callable[[Cases, list[Array]], bool]) -> Recogniser:
    """Return a recogniser of noise for which the claim holds."""

    def recognise(cases: Cases, evidence: Evidence) -> bool:
        added = noises(cases, evidence)
        return added is not None and claim(cases, added)

    return recognise


def _is_noisy(noise: Array) -> bool:
    return bool(np.abs(noise).max() > 1e-6)


def _same(one: Array, other: Array) -> bool:
    return bool(np.allclose(one, other, atol=1e-6))


def same_for_all_images(_cases: Cases, added: list[Array]) -> bool:
    """Whether each image of the batch got the same noise."""
    return _is_noisy(added[GREY][0]) and _same(added[GREY], added[GREY][:1])


def one_number_for_many_pixels(_cases: Cases, added: list[Array]) -> bool:
    """Whether a whole image, row or column got one number."""
    noise = added[GREY][..., 0]
    return _is_noisy(noise) and any(
        _same(noise, noise.mean(axis=axes, keepdims=True)) for axes in ((1, 2), (1,), (2,), (0, 1, 2))
    )


def only_brightens(_cases: Cases, added: list[Array]) -> bool:
    """Whether the noise is nowhere below 0."""
    return _is_noisy(added[GREY]) and bool(added[GREY].min() > -1e-6)


def grows_with_the_pixel(cases: Cases, added: list[Array]) -> bool:
    """Whether black pixels stay black, and so never get any noise."""
    black = cases[CONTRAST].args[0] == 0
    return _is_noisy(added[GREY]) and bool(np.abs(added[CONTRAST][black]).max() < 1e-6)


def is_stretched(cases: Cases, added: list[Array]) -> bool:
    """Whether the grey images were stretched, so that they reach from 0 to 1."""
    noisy = added[GREY] + cases[GREY].args[0]
    # One pixel is stretched to 0 and one to 1; where noise was cut off there are many.
    ends = (np.abs(noisy) < 1e-5).sum(), (np.abs(noisy - 1) < 1e-5).sum()
    return all(1 <= count <= 2 for count in ends)


def is_not_repeatable(_cases: Cases, added: list[Array]) -> bool:
    """Whether the same seed gave other noise."""
    return not _same(added[GREY], added[AGAIN])


def ignores_the_seed(_cases: Cases, added: list[Array]) -> bool:
    """Whether another seed gave the same noise."""
    return _is_noisy(added[GREY]) and _same(added[GREY], added[OTHER_SEED])


def has_the_deviation(of: Callable[[float], float]) -> Callable[[Cases, list[Array]], bool]:
    """Return the claim that the noise has this deviation, a function of sigma."""

    def claim(cases: Cases, added: list[Array]) -> bool:
        wanted = of(cases[GREY].args[1])
        return abs(added[GREY].std() / wanted - 1) < DEVIATION_SLACK

    return claim


def has_square_edges(_cases: Cases, added: list[Array]) -> bool:
    """Whether the noise has no tails: uniform between two ends, not normal."""
    noise = added[GREY] - added[GREY].mean()
    return _is_noisy(noise) and bool((noise**4).mean() / noise.var() ** 2 < 2.2)


def leaves_the_unit_range(cases: Cases, added: list[Array]) -> bool:
    """Whether a pixel is below 0 or above 1."""
    noisy = [noise + case.args[0] for case, noise in zip(cases, added, strict=True)]
    return any(bool(one.min() < -1e-6 or one.max() > 1 + 1e-6) for one in noisy)


def changes_argument(_cases: Cases, evidence: Evidence) -> bool:
    """Whether the images that were given are no longer what they were."""
    return any(0 in outcome.changed for outcome in evidence.outcomes)


def ignores_sigma(cases: Cases, evidence: Evidence) -> bool:
    """Whether noise of deviation 1 was added, cut off or not: most grey pixels then end at 0 or 1."""
    added = noises(cases, evidence)
    if added is None:
        return False
    noisy = added[GREY] + cases[GREY].args[0]
    ends = float(((noisy <= 1e-6) | (noisy >= 1 - 1e-6)).mean())
    return ends > 0.4 or has_the_deviation(lambda _sigma: 1.0)(cases, added)


def told_at_the_end(_cases: Cases, _evidence: Evidence) -> bool:
    """Return False: `side_effect` tells it, once all else is right, and only then does it keep its credit."""
    return False


def judge_noise(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of noise: any is right that is normal, fresh for each pixel, and cut off."""
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    added = noises(cases, evidence)
    if added is None:
        return _not_images(cases, evidence)
    wrong = _not_normal(cases[GREY], added[GREY]) or _not_normal(cases[OTHER_SEED], added[OTHER_SEED])
    if wrong is not None:
        return wrong
    wrong = _cut_off_otherwise(cases, added)
    if wrong is not None:
        return wrong
    kept = all(o.value.dtype == case.args[0].dtype for case, o in zip(cases, evidence.outcomes, strict=True))
    if not kept:
        return Finding(
            share=0.5,
            mistake="other-dtype",
            message="The values are right, but float32 images come back as another dtype: the noise is float64, and so "
            "is the sum.",
            next_step="What does `.astype(images.dtype)` do to the result?",
        )
    return side_effect(evidence) or Finding(share=1.0, message="Right.")


def _not_normal(case: Case, noise: Array) -> Finding | None:
    """Return what is to be said where noise on grey images has not mean 0, the deviation asked for and normal tails."""
    _, sigma, seed = case.args
    example = f"add_noise(images, {sigma}, {seed}) for grey images of shape {noise.shape}"
    if abs(noise.std() / sigma - 1) > DEVIATION_SLACK or abs(noise.mean()) > MEAN_SLACK * sigma:
        return Finding(
            share=0.0,
            message=f"Not right yet: the noise has mean {noise.mean():.3f} and standard deviation {noise.std():.3f}, "
            f"expected 0 and {sigma}.",
            next_step="Print the mean and the standard deviation of the noise alone, for sigma 0.1 and many pixels.",
            example=example,
        )
    if abs((noise**4).mean() / noise.var() ** 2 - NORMAL_TAILS) > TAIL_SLACK:
        return Finding(
            share=0.0,
            message="Not right yet: the noise has the right deviation, but it is not normally distributed.",
            next_step="Which method of a NumPy generator draws from a normal distribution?",
            example=example,
        )
    return None


def _cut_off_otherwise(cases: Cases, added: list[Array]) -> Finding | None:
    """Return what is to be said where black and white pixels were kept in [0, 1] in another way than by cutting off."""
    images = cases[CONTRAST].args[0]
    noisy = added[CONTRAST] + images
    for ground, name in ((0.0, "black"), (1.0, "white")):
        stays = float(np.isclose(noisy[images == ground], ground, atol=1e-9).mean())
        if not 0.4 < stays < 0.6:
            return Finding(
                share=0.0,
                message=f"Not right yet: on {name} pixels half of the noise leads out of [0, 1], and these should come "
                f"out as {ground:g}. Here {stays:.0%} do.",
                next_step="What does `np.clip` make of -0.2, and of 1.3?",
            )
    return None


def _not_images(cases: Cases, evidence: Evidence) -> Finding:
    images, value = next(
        (case.args[0], outcome.value)
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
        if not _is_noisy_images(outcome.value, case.args[0])
    )
    if isinstance(value, np.ndarray) and value.shape != images.shape:
        message = f"The images have the shape {images.shape}, and {value.shape} comes back."
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        message = f"Some of the numbers that come back are NaN, infinite or beyond {FAR_AWAY:,.0f}."
    elif isinstance(value, np.ndarray):
        message = f"An array of {value.dtype} comes back; float images are asked for."
    else:
        message = f"Noisy images are asked for, an array; a {type(value).__name__} comes back."
    return Finding(
        share=0.0,
        message=message,
        next_step="Print shape and dtype of what you return, and compare them with those of the images.",
    )


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_normal(images: Array, sigma: float, seed: int) -> Array:
    noise = np.random.default_rng(seed).normal(0, sigma, images.shape)
    return np.clip(images + noise, 0, 1).astype(images.dtype)


def with_standard_normal(images: Array, sigma: float, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    noisy = images + np.asarray(sigma * rng.standard_normal(images.shape, dtype=np.float32), dtype=images.dtype)
    noisy[noisy < 0] = 0
    noisy[noisy > 1] = 1
    return noisy


def image_by_image(images: Array, sigma: float, seed: int) -> Any:
    state = np.random.RandomState(seed)
    out = np.empty_like(images)
    for i, image in enumerate(images):
        out[i] = np.minimum(np.maximum(image + state.randn(*image.shape) * sigma, 0), 1)
    return out


# --- mistakes ------------------------------------------------------------------------------------------------------


def _noise(images: Array, sigma: float, seed: int) -> Array:
    return np.asarray(np.random.default_rng(seed).normal(0, sigma, images.shape), dtype=images.dtype)


def unclipped(images: Array, sigma: float, seed: int) -> Any:
    return images + _noise(images, sigma, seed)


def clipped_below_only(images: Array, sigma: float, seed: int) -> Any:
    return np.maximum(unclipped(images, sigma, seed), 0)


def same_noise(images: Array, sigma: float, seed: int) -> Any:
    noise = np.random.default_rng(seed).normal(0, sigma, images.shape[1:])
    return np.clip(images + noise, 0, 1).astype(images.dtype)


def seeded_for_each(images: Array, sigma: float, seed: int) -> Any:
    noisy = [image + np.random.default_rng(seed).normal(0, sigma, image.shape) for image in images]
    return np.clip(noisy, 0, 1).astype(images.dtype)


def in_place(images: Array, sigma: float, seed: int) -> Any:
    images += _noise(images, sigma, seed)
    return np.clip(images, 0, 1)


def in_place_and_clipped(images: Array, sigma: float, seed: int) -> Any:
    images[...] = with_normal(images, sigma, seed)
    return images


def one_number_an_image(images: Array, sigma: float, seed: int) -> Any:
    noise = np.random.default_rng(seed).normal(0, sigma, (len(images),) + (1,) * (images.ndim - 1))
    return np.clip(images + noise, 0, 1).astype(images.dtype)


def one_number(images: Array, sigma: float, seed: int) -> Any:
    return np.clip(images + np.random.default_rng(seed).normal(0, sigma), 0, 1).astype(images.dtype)


def positive_only(images: Array, sigma: float, seed: int) -> Any:
    return np.clip(images + sigma * np.random.default_rng(seed).random(images.shape), 0, 1).astype(images.dtype)


def clips_the_noise(images: Array, sigma: float, seed: int) -> Any:
    noise = np.clip(np.random.default_rng(seed).normal(0, sigma, images.shape), 0, 1)
    return (images + noise).astype(images.dtype)


def uniform(images: Array, sigma: float, seed: int) -> Any:
    noise = np.random.default_rng(seed).uniform(-sigma, sigma, images.shape)
    return np.clip(images + noise, 0, 1).astype(images.dtype)


def variance(images: Array, sigma: float, seed: int) -> Any:
    return with_normal(images, float(np.sqrt(sigma)), seed)


def squared(images: Array, sigma: float, seed: int) -> Any:
    return with_normal(images, sigma**2, seed)


def sigma_forgotten(images: Array, sigma: float, seed: int) -> Any:
    return with_normal(images, 1.0, seed)


def multiplied(images: Array, sigma: float, seed: int) -> Any:
    noise = np.random.default_rng(seed).normal(1, sigma, images.shape)
    return np.clip(images * noise, 0, 1).astype(images.dtype)


def stretched(images: Array, sigma: float, seed: int) -> Any:
    noisy = images + np.random.default_rng(seed).normal(0, sigma, images.shape)
    return ((noisy - noisy.min()) / (noisy.max() - noisy.min())).astype(images.dtype)


def unseeded(images: Array, sigma: float, seed: int) -> Any:
    return np.clip(images + np.random.default_rng().normal(0, sigma, images.shape), 0, 1).astype(images.dtype)


def fixed_seed(images: Array, sigma: float, _seed: int) -> Any:
    return with_normal(images, sigma, 0)


def global_seed(images: Array, sigma: float, seed: int) -> Any:
    np.random.seed(seed)
    return np.clip(images + np.random.normal(0, sigma, images.shape), 0, 1).astype(images.dtype)


EXERCISE = Exercise(
    id="l11_add_noise",
    title="Add noise to images",
    points=1,
    draw_cases=draw_cases,
    judge=judge_noise,
    right_answers=(with_normal, with_standard_normal, image_by_image),
    mistakes=(
        Mistake(
            "changes-its-argument",
            in_place,
            "Your function writes the noise into the images that it was given: whoever called it has lost the originals.",
            "Which line writes into the argument? `images += noise` does; what would make a new array?",
            also=(in_place_and_clipped,),
            recognise=changes_argument,
        ),
        Mistake(
            "one-number-for-many-pixels",
            one_number_an_image,
            "Many pixels get the same number: images become brighter or darker as a whole, they do not become noisy.",
            "How many random numbers does one image need?",
            also=(one_number,),
            recognise=shows(one_number_for_many_pixels),
        ),
        Mistake(
            "same-noise-for-all",
            same_noise,
            "Every image gets the same noise: it is drawn once for one image, or begun again from the same seed.",
            "Which shape must the noise have so that each pixel of each image gets a number of its own?",
            also=(seeded_for_each,),
            recognise=shows(same_for_all_images),
        ),
        Mistake(
            "only-brightens",
            positive_only,
            "No pixel becomes darker: the noise is nowhere below 0, and normal noise is as often below as above.",
            "Is it the noise or the sum that has to be cut off? And what is the mean of `rng.random()`?",
            also=(clips_the_noise,),
            recognise=shows(only_brightens),
        ),
        Mistake(
            "unclipped",
            unclipped,
            "Some pixels are below 0 or above 1: no ink is less than none.",
            "Which NumPy function cuts off what lies outside of two bounds, at both ends?",
            also=(clipped_below_only,),
            recognise=shows(leaves_the_unit_range),
        ),
        Mistake(
            "stretched-for-clipped",
            stretched,
            "The images are stretched until they fill [0, 1]: every pixel changes, also where there is little noise.",
            "What should happen to a pixel of 0.5 with a noise of 0.01?",
            recognise=shows(is_stretched),
        ),
        Mistake(
            "grows-with-the-pixel",
            multiplied,
            "Black pixels stay exactly black: the noise is multiplied with the pixel, it should be added to it.",
            "What is 0 times any noise?",
            recognise=shows(grows_with_the_pixel),
        ),
        Mistake(
            "not-repeatable",
            unseeded,
            "The same seed gives other noise each time: the generator does not begin from `seed`.",
            "What does `np.random.default_rng(seed)` do that `default_rng()` does not?",
            recognise=shows(is_not_repeatable),
        ),
        Mistake(
            "ignores-the-seed",
            fixed_seed,
            "Another seed gives the same noise: `seed` is not used.",
            "What does your function give to the generator?",
            recognise=shows(ignores_the_seed),
        ),
        Mistake(
            "sigma-forgotten",
            sigma_forgotten,
            "The noise is as strong for every sigma: standard normal numbers have the deviation 1.",
            "What has to be done with a standard normal number to get one of deviation sigma?",
            recognise=ignores_sigma,
        ),
        Mistake(
            "uniform-for-normal",
            uniform,
            "The noise is uniform: all its values lie between two ends, equally often. Normal noise is mostly small, and "
            "now and then large.",
            "Which method of the generator draws from a normal distribution?",
            recognise=shows(has_square_edges),
        ),
        Mistake(
            "variance-for-deviation",
            variance,
            "The noise is as if sigma were the variance, or were squared: sigma is the standard deviation itself.",
            "What does the second argument of `rng.normal(0, …)` mean?",
            also=(squared,),
            recognise=lambda cases, evidence: (
                shows(has_the_deviation(lambda sigma: sigma**0.5))(cases, evidence)
                or shows(has_the_deviation(lambda sigma: sigma**2))(cases, evidence)
            ),
        ),
        Mistake(
            "uses-global-randomness",
            global_seed,
            "The values are right, but your function changed NumPy's global random state, which everybody shares.",
            "How would `np.random.default_rng(seed)` keep the randomness to your function?",
            credit=0.5,
            recognise=told_at_the_end,
        ),
    ),
    hints=(
        "How many random numbers are needed, and what has to be done where the sum leaves [0, 1]?",
        "`np.random.default_rng(seed)` makes a generator; its `normal(0, sigma, images.shape)` gives a number for each "
        "pixel. `np.clip` cuts off, and `astype(images.dtype)` keeps the dtype.",
        "`noise = np.random.default_rng(seed).normal(0, sigma, images.shape)`; "
        "`return np.clip(images + noise, 0, 1).astype(images.dtype)`",
    ),
)

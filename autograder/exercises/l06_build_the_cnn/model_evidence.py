"""What the evidence of a built model says: questions that the judges of this lesson ask of the facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercise import Cases, Exercise, Finding, Recogniser
from autograder.judging import finding_of, judge_errors, side_effect
from autograder.records import Evidence

Facts = dict[str, Any]
Layer = dict[str, Any]

CONVOLUTIONS = frozenset(("BaseConv", "BaseDepthwiseConv", "BaseSeparableConv"))
DROPOUTS = frozenset(("Dropout", "BaseSpatialDropout", "AlphaDropout", "GaussianDropout"))
ACTIVATIONS = frozenset(("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"))


def facts_of(evidence: Evidence) -> Facts | None:
    """Return the facts of the model that came back, or None where none did."""
    value = evidence.outcomes[0].value if evidence.outcomes else None
    return value if isinstance(value, dict) and value.get("model") is True else None


def answers_of(facts: Facts) -> np.ndarray[Any, Any] | None:
    """Return what the model gives for a few images, or None where it cannot take them."""
    answers = facts.get("answers")
    return answers if isinstance(answers, np.ndarray) else None


def used_layers(facts: Facts) -> list[Layer]:
    """Return the layers as images go through them; a subclass may have others, which it never calls."""
    return [layer for layer in facts.get("layers", ()) if layer.get("used") is not False]


def layers_of(facts: Facts, kinds: frozenset[str]) -> list[Layer]:
    """Return the layers in use that are, or derive from, one of these classes."""
    return [layer for layer in used_layers(facts) if kinds & set(layer.get("kinds", ()))]


def convolutions(facts: Facts) -> list[Layer]:
    """Return the convolution layers in use; separable ones count. What has no weights yet was never called."""
    return [layer for layer in layers_of(facts, CONVOLUTIONS) if layer["params"]]


def parameters(facts: Facts) -> int:
    """Return how many numbers the model can learn; those of its layers where Keras gives no count of the whole."""
    if facts["params"] is not None:
        return int(facts["params"])
    return sum(layer["params"] or 0 for layer in facts["layers"])


def max_poolings(facts: Facts) -> list[Layer]:
    """Return the max-pooling layers in use."""
    return [layer for layer in used_layers(facts) if any("MaxPool" in kind for kind in layer.get("kinds", ()))]


def is_softmaxed(answers: np.ndarray[Any, Any]) -> bool:
    """Whether rows are probabilities: in [0, 1], adding up to 1."""
    if not np.isfinite(answers).all() or not ((answers >= 0) & (answers <= 1 + 1e-3)).all():
        return False
    return bool(np.allclose(answers.sum(axis=-1), 1, atol=1e-3))


def has_activation_after_each_convolution(facts: Facts) -> bool:
    """Whether something that is not linear follows each convolution, in it or before the next weights.

    A subclass may do it in `call`, where no layer shows it; the names that its `call` uses tell.
    """
    if facts.get("calls"):
        return True
    layers = used_layers(facts)
    for place, layer in enumerate(layers):
        if not CONVOLUTIONS & set(layer["kinds"]) or layer["activation"] not in (None, "linear"):
            continue
        for later in layers[place + 1 :]:
            bends = ACTIVATIONS & set(later["kinds"])
            if bends and later["activation"] != "linear":
                break
            if CONVOLUTIONS & set(later["kinds"]) or "Dense" in later["kinds"]:
                return False
        else:
            return False
    return True


def says(test: Callable[[Facts], bool]) -> Recogniser:
    """Return a recogniser that asks the facts of the model that came back; no model, no mistake."""

    def recognise(_cases: Cases, evidence: Evidence) -> bool:
        facts = facts_of(evidence)
        return facts is not None and test(facts)

    return recognise


def raised(*parts: str) -> Recogniser:
    """Return a recogniser of an exception, raised while building or when used, whose message has one of the parts."""

    def recognise(_cases: Cases, evidence: Evidence) -> bool:
        facts = facts_of(evidence)
        messages = [outcome.error.message for outcome in evidence.outcomes if outcome.error is not None]
        if facts is not None:
            messages.append(str(facts.get("error", "")))
        return any(part in message for message in messages for part in parts)

    return recognise


def changed_arguments(evidence: Evidence) -> Finding | None:
    """Return what is to be said where images or labels were changed; training may draw from NumPy's global state."""
    return side_effect(evidence) if any(outcome.changed for outcome in evidence.outcomes) else None


def judge_model(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said of a model: the first mistake that its facts show, else that it is right."""
    for mistake in exercise.mistakes:
        if mistake.recognise is not None and mistake.recognise(cases, evidence):
            return finding_of(mistake)
    broken = judge_errors(exercise, cases, evidence)
    if broken is not None:
        return broken
    facts = facts_of(evidence)
    if facts is None:
        return Finding(
            share=0.0,
            message="What comes back is not a Keras model.",
            next_step="Does your function end in `return model`?",
        )
    answers = answers_of(facts)
    if answers is None:
        return Finding(
            share=0.0,
            message=f"The model does not take images of shape (N, 28, 28, 1): {facts.get('error', '')}",
            next_step="Which input shape did you give it? The shape of one image, without the batch.",
        )
    if answers.shape != (6, 10) or not is_softmaxed(answers):
        return Finding(
            share=0.0,
            message=f"For 6 images the model gives shape {answers.shape}; expected (6, 10), rows that add up to 1.",
            next_step="What should the last layer be, and which activation makes probabilities?",
        )
    return Finding(share=1.0, message="Right.")

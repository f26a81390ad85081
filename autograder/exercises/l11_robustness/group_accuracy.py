"""l11_group_accuracy: the accuracy within each group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.compare import Tolerance
from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab import robustness

Array = np.ndarray[Any, Any]
Sequence_ = Sequence[Any] | Array


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return groups of very different size and accuracy, one of them without a single right answer.

    As arrays with words for groups, as lists throughout, and with numbers for groups.
    """
    cases = []
    for count, names in ((30, ["thin", "medium", "thick"]), (24, ["census", "school", "unknown"]), (20, [3, 40, 7])):
        labels = rng.integers(0, 10, count)
        groups = np.repeat([0, 1, 2], [count - 10, 6, 4])[rng.permutation(count)]
        right = np.zeros(count, dtype=bool)
        for group, hits in ((0, count - 13), (1, 2)):
            right[rng.permutation(np.flatnonzero(groups == group))[:hits]] = True
        predicted = np.where(right, labels, (labels + rng.integers(1, 10, count)) % 10)
        cases.append((predicted, labels, [names[group] for group in groups]))
    words, lists, numbers = cases
    return [
        Case(words, "a group without any right answer"),
        Case((lists[0].tolist(), lists[1].tolist(), lists[2]), "three lists"),
        Case((numbers[0], numbers[1], np.array(numbers[2])), "numbers for groups"),
    ]


def answer(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> dict[Any, float]:
    """Return the right dictionary."""
    return robustness.group_accuracy(predicted, labels, groups)


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_masks(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    right = np.asarray(predicted) == np.asarray(labels)
    groups = np.asarray(groups)
    return {group: right[groups == group].mean() for group in np.unique(groups)}


def with_a_loop(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> dict[Any, float]:
    right: dict[Any, int] = {}
    total: dict[Any, int] = {}
    for p, y, group in zip(predicted, labels, groups, strict=True):
        total[group] = total.get(group, 0) + 1
        right[group] = right.get(group, 0) + (1 if p == y else 0)
    return {group: right[group] / total[group] for group in total}


def with_lists(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    answers = defaultdict(list)
    for i in range(len(groups)):
        answers[groups[i]].append(predicted[i] == labels[i])
    return {group: float(np.mean(found)) for group, found in answers.items()}


# --- mistakes ------------------------------------------------------------------------------------------------------


def _right(predicted: Sequence_, labels: Sequence_) -> Array:
    return np.asarray(np.asarray(predicted) == np.asarray(labels))


def _names(groups: Sequence_) -> list[Any]:
    return list(dict.fromkeys(np.asarray(groups).tolist()))


def overall(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return {group: float(_right(predicted, labels).mean()) for group in _names(groups)}


def counts(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    right, groups = _right(predicted, labels), np.asarray(groups)
    return {group: int(right[groups == group].sum()) for group in _names(groups)}


def of_all_images(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    right, groups = _right(predicted, labels), np.asarray(groups)
    return {group: float((right & (groups == group)).mean()) for group in _names(groups)}


def of_all_right_answers(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    right, groups = _right(predicted, labels), np.asarray(groups)
    return {group: float((right & (groups == group)).sum() / right.sum()) for group in _names(groups)}


def sizes(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    groups = np.asarray(groups)
    return {group: float((groups == group).mean()) for group in _names(groups)}


def errors(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return {group: 1 - share for group, share in answer(predicted, labels, groups).items()}


def per_cent(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return {group: 100 * share for group, share in answer(predicted, labels, groups).items()}


def groups_without_hits_missing(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return {group: share for group, share in answer(predicted, labels, groups).items() if share}


def texts_for_keys(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return {str(group): share for group, share in answer(predicted, labels, groups).items()}


def numbered_keys(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return dict(enumerate(answer(predicted, labels, groups).values()))


def by_digit(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return answer(predicted, labels, np.asarray(labels))


def without_names(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return list(answer(predicted, labels, groups).values())


def without_names_array(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    return np.array(without_names(predicted, labels, groups))


def lists_compared_whole(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    right = predicted == labels
    shares = {}
    for group in _names(groups):
        mask = np.asarray(groups) == group
        shares[group] = float(np.mean(right[mask])) if isinstance(right, np.ndarray) else float(right)
    return shares


def lists_compared_whole_and_stops(predicted: Sequence_, labels: Sequence_, groups: Sequence_) -> Any:
    right = predicted == labels
    return {group: right[np.asarray(groups) == group].mean() for group in _names(groups)}  # type: ignore[index]


EXERCISE = Exercise(
    id="l11_group_accuracy",
    title="Measure the accuracy of each group",
    points=1,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=answer,
    tolerance=Tolerance(strict_keys=True),
    right_answers=(with_masks, with_a_loop, with_lists),
    mistakes=(
        Mistake(
            "overall-for-each",
            overall,
            "Every group gets the same number, the accuracy of all images.",
            "Which predictions and which labels belong to one group?",
        ),
        Mistake(
            "counts-for-shares",
            counts,
            "These are numbers of right answers; the exercise asks for their share within the group.",
            "By the size of what do you have to divide?",
        ),
        Mistake(
            "share-of-all-images",
            of_all_images,
            "You divide by the number of all images: a small group then looks bad because it is small.",
            "Of a group of 4 images 3 are right. What is its accuracy, however many others there are?",
            also=(of_all_right_answers,),
        ),
        Mistake(
            "size-for-accuracy",
            sizes,
            "This is how large each group is; what the model says does not enter.",
            "Where do predictions and labels come into it?",
        ),
        Mistake(
            "errors-for-accuracy",
            errors,
            "These are the shares of wrong answers; the exercise asks for those of right ones.",
            "Which sign compares predictions with labels so that right answers are True?",
        ),
        Mistake(
            "per-cent",
            per_cent,
            "These are per cent; the exercise asks for shares, from 0 to 1.",
            "What is the mean of True, True, False, True?",
        ),
        Mistake(
            "groups-without-hits-missing",
            groups_without_hits_missing,
            "A group in which nothing was right is missing: it is the one that should be seen first.",
            "Do you make a group's entry when it has an image, or only when it has a right answer?",
        ),
        Mistake(
            "other-keys",
            texts_for_keys,
            "The keys are not the groups as they stand in `groups`.",
            "If a group is the number 3, is its key `3` or `'3'`?",
            also=(numbered_keys,),
        ),
        Mistake(
            "by-digit",
            by_digit,
            "You group by the digit; the exercise asks for the groups that are given.",
            "Which of the three arguments says to which group an image belongs?",
        ),
        Mistake(
            "names-lost",
            without_names,
            "The accuracies come without their groups; the exercise asks for a dictionary.",
            "How does one know which number belongs to which group?",
            also=(without_names_array,),
        ),
        Mistake(
            "lists-compared-whole",
            lists_compared_whole_and_stops,
            "With lists, `predicted == labels` compares one whole list with the other and gives a single True or False.",
            "What makes an array of a list, so that `==` compares element by element?",
            also=(lists_compared_whole,),
        ),
    ),
    hints=(
        "How do you find, for one group, which answers were right?",
        "`np.asarray(predicted) == np.asarray(labels)` says for each image whether it is right, "
        "`np.asarray(groups) == group` whether it belongs to the group: the mean of the first where the second is true.",
        "`right, groups = np.asarray(predicted) == np.asarray(labels), np.asarray(groups)`; "
        "`return {group: right[groups == group].mean() for group in np.unique(groups)}`",
    ),
)

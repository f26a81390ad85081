"""l10_top_confusions: which digit was most often taken for which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.compare import Kind, Tolerance, as_array, difference
from autograder.exercise import Case, Cases, Exercise, Finding, Mistake
from autograder.judging import finding_of, judge_by_answer
from autograder.records import Evidence
from digitlab import inspection

Array = np.ndarray[Any, Any]
Triples = list[tuple[int, int, int]]
# Marks the case whose order is partly free.
EQUAL = "equal counts"


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return matrices whose counts differ, few confusions, and, last, one with equal counts where `k` cuts through."""
    small = np.diag([9, 8, 7])
    small[[2, 0, 1], [1, 1, 0]] = 5, 2, 1
    full = np.diag(rng.integers(80, 120, 10))
    full[~np.eye(10, dtype=bool)] = rng.permutation(np.arange(1, 91))
    # The two most frequent stand in one row, and neither is the other's mirror image.
    row, one, other = rng.choice(10, 3, replace=False)
    full[row, one], full[row, other] = 120, 110
    few = np.diag(rng.integers(5, 30, 10))
    rows = rng.choice(10, 3, replace=False)
    few[rows, (rows + rng.integers(1, 10, 3)) % 10] = rng.permutation([2, 4, 7])
    equal = np.diag(rng.integers(5, 30, 10))
    others = rng.choice(np.flatnonzero(~np.eye(10, dtype=bool).ravel()), 6, replace=False)
    equal.flat[others] = [8, 5, 5, 5, 5, 1]
    return [
        Case((small, 2), "three digits"),
        Case((full, 5)),
        Case((few, 5), "fewer confusions than k"),
        Case((equal, 3), EQUAL, secret=EQUAL),
    ]


def is_right(cm: Array, k: int, value: Any) -> bool:
    """Whether these are the `k` largest confusions, in any order among equals."""
    triples = as_array(value)
    wanted = [count for _, _, count in inspection.top_confusions(cm, k)]
    if triples is None or triples.shape != (len(wanted), 3) or not np.isfinite(triples).all():
        return False
    pairs = {(int(t), int(p)) for t, p, _ in triples}
    return (
        triples[:, 2].tolist() == wanted
        and len(pairs) == len(wanted)
        and all(0 <= t < len(cm) and 0 <= p < len(cm) and t != p and cm[int(t), int(p)] == n for t, p, n in triples)
    )


def judge_confusions(exercise: Exercise, cases: Cases, evidence: Evidence) -> Finding:
    """Return what is to be said: where counts differ by comparison with the answer, among equals by what is asked."""
    apart = [place for place, case in enumerate(cases) if case.secret != EQUAL]
    seen = tuple(evidence.outcomes[place] for place in apart if place < len(evidence.outcomes))
    finding = judge_by_answer(exercise, tuple(cases[place] for place in apart), replace(evidence, outcomes=seen))
    if finding.share < 1 or len(evidence.outcomes) != len(cases):
        return finding if finding.share < 1 else judge_by_answer(exercise, cases, evidence)
    if loses_equals(cases, evidence):
        return finding_of(next(mistake for mistake in exercise.mistakes if mistake.recognise is loses_equals))
    # Another order among equals is as good: it is taken for ours, and what was found besides still counts.
    alike = tuple(
        replace(outcome, value=inspection.top_confusions(*case.args))
        if is_right(case.args[0], case.args[1], outcome.value)
        else outcome
        for case, outcome in zip(cases, evidence.outcomes, strict=True)
    )
    return judge_by_answer(exercise, cases, replace(evidence, outcomes=alike))


def loses_equals(cases: Cases, evidence: Evidence) -> bool:
    """Whether all is right but where counts are equal, and there only one of the equal ones came back."""
    for case, outcome in zip(cases, evidence.outcomes, strict=False):
        cm, k = case.args
        if case.secret != EQUAL:
            found = difference(inspection.top_confusions(cm, k), outcome.value, Tolerance())
            if found is not None and found.kind is not Kind.DTYPE:
                return False
        else:
            triples = as_array(outcome.value)
            if triples is None or triples.ndim != 2 or triples.shape[1] != 3:
                return False
            counts = triples[:, 2].tolist()
            if counts != sorted(set(counts), reverse=True) or len(counts) < 2:
                return False
    return len(cases) == len(evidence.outcomes)


def includes_zeros(cases: Cases, evidence: Evidence) -> bool:
    """Whether all is right but for pairs with a count of 0, whichever these are."""
    zeros = 0
    for case, outcome in zip(cases, evidence.outcomes, strict=False):
        triples = as_array(outcome.value)
        if triples is None or triples.ndim != 2 or triples.shape[1] != 3:
            return False
        occurring = triples[triples[:, 2] != 0]
        if not is_right(case.args[0], case.args[1], occurring):
            return False
        zeros += len(triples) - len(occurring)
    return zeros > 0


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_sorted(cm: Array, k: int) -> Triples:
    pairs = []
    for t in range(len(cm)):
        for p in range(len(cm)):
            if t != p and cm[t, p] > 0:
                pairs.append((t, p, int(cm[t, p])))
    return sorted(pairs, key=lambda triple: triple[2], reverse=True)[:k]


def with_argsort(cm: Array, k: int) -> Array:
    errors = cm.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(errors.ravel())[::-1][:k]
    t, p = np.unravel_index(order, errors.shape)
    triples = np.column_stack([t, p, errors[t, p]])
    return triples[triples[:, 2] > 0]


def with_argwhere(cm: Array, k: int) -> Any:
    errors = cm * (1 - np.eye(len(cm), dtype=int))
    places = np.argwhere(errors)
    places = places[np.argsort([-errors[t, p] for t, p in places])]
    return [[t, p, errors[t, p]] for t, p in places[:k]]


def one_after_the_other(cm: Array, k: int) -> tuple[tuple[int, int, int], ...]:
    left = np.where(np.eye(len(cm)) == 1, 0, cm)
    found: Triples = []
    while len(found) < k and left.max() > 0:
        t, p = divmod(int(left.argmax()), len(left))
        found.append((t, p, int(left[t, p])))
        left[t, p] = 0
    return tuple(found)


# --- mistakes ------------------------------------------------------------------------------------------------------


def _largest(errors: Array, k: int) -> Triples:
    order = [int(place) for place in np.argsort(-errors, axis=None, kind="stable")[:k] if errors.flat[place] > 0]
    return [(place // errors.shape[1], place % errors.shape[1], int(errors.flat[place])) for place in order]


def _errors(cm: Array) -> Array:
    return np.where(np.eye(len(cm), dtype=bool), 0, cm)


def with_the_diagonal(cm: Array, k: int) -> Triples:
    return _largest(cm, k)


def halves_merged(cm: Array, k: int) -> Triples:
    errors = _errors(cm)
    return _largest(np.triu(errors + errors.T), k)


def halves_merged_twice(cm: Array, k: int) -> Triples:
    errors = _errors(cm)
    return _largest(errors + errors.T, k)


def upper_half_only(cm: Array, k: int) -> Triples:
    return _largest(np.triu(cm, 1), k)


def lower_half_only(cm: Array, k: int) -> Triples:
    return _largest(np.tril(cm, -1), k)


def swapped(cm: Array, k: int) -> Triples:
    return [(p, t, n) for t, p, n in _largest(_errors(cm), k)]


def smallest_first(cm: Array, k: int) -> Triples:
    return sorted(with_sorted(cm, cm.size), key=lambda triple: triple[2])[:k]


def ascending(cm: Array, k: int) -> Triples:
    return _largest(_errors(cm), k)[::-1]


def never_occurring_included(cm: Array, k: int) -> Triples:
    errors = _errors(cm)
    order = np.argsort(-errors, axis=None, kind="stable")[:k]
    return [(int(o) // len(cm), int(o) % len(cm), int(errors.flat[o])) for o in order]


def without_counts(cm: Array, k: int) -> list[tuple[int, int]]:
    return [(t, p) for t, p, _ in _largest(_errors(cm), k)]


def one_a_row(cm: Array, k: int) -> Triples:
    errors = _errors(cm)
    return sorted(
        ((t, int(row.argmax()), int(row.max())) for t, row in enumerate(errors) if row.any()), key=lambda x: -x[2]
    )[:k]


def in_order_of_the_matrix(cm: Array, k: int) -> Triples:
    return [(int(t), int(p), int(cm[t, p])) for t, p in np.argwhere(_errors(cm))][:k]


def by_count(cm: Array, k: int) -> Triples:
    found = {n: (t, p) for t, p, n in with_sorted(cm, cm.size)}
    return [(*found[n], n) for n in sorted(found, reverse=True)[:k]]


EXERCISE = Exercise(
    id="l10_top_confusions",
    title="Name the most frequent confusions",
    points=2,
    draw_cases=draw_cases,
    judge=judge_confusions,
    answer=inspection.top_confusions,
    right_answers=(with_sorted, with_argsort, with_argwhere, one_after_the_other),
    mistakes=(
        Mistake(
            "diagonal-included",
            with_the_diagonal,
            "The diagonal is among them: there stand the right answers, and they are no confusions.",
            "What does an entry with the same row and column count?",
        ),
        Mistake(
            "halves-merged",
            halves_merged,
            "Both directions are counted together; 4 taken for 9 and 9 taken for 4 are two confusions, each with its own "
            "count.",
            "Which entry counts the fours that were taken for nines, and which one the nines that were taken for fours?",
            also=(halves_merged_twice,),
        ),
        Mistake(
            "half-of-the-matrix",
            upper_half_only,
            "Only one side of the diagonal is looked at; the other side holds confusions too.",
            "Which digit was taken for a smaller one? On which side of the diagonal does that stand?",
            also=(lower_half_only,),
        ),
        Mistake(
            "true-and-predicted-swapped",
            swapped,
            "The true and the predicted digit are swapped: rows are true digits, and the true digit comes first.",
            "Entry [2, 1] is 5. Which digit was it, and which one did the model say?",
        ),
        Mistake(
            "smallest-first",
            smallest_first,
            "These are the rarest confusions; the exercise asks for the most frequent.",
            "In which direction does your sorting go?",
        ),
        Mistake(
            "ascending",
            ascending,
            "These are the right confusions in the wrong order: the most frequent should come first, and it comes last.",
            "How do you turn a list round?",
        ),
        Mistake(
            "never-occurring-included",
            never_occurring_included,
            "Pairs with a count of 0 are among them: what never occurred is no confusion.",
            "What should come back when k is 5 and only three confusions ever occurred?",
            recognise=includes_zeros,
        ),
        Mistake(
            "pairs-without-counts",
            without_counts,
            "The counts are missing: each entry should be (true, predicted, count).",
            "Which third number belongs to a pair?",
        ),
        Mistake(
            "one-a-row",
            one_a_row,
            "Only the largest confusion of each digit is looked at; a digit can have several of the most frequent ones.",
            "What if 4 is taken for 9 twelve times, and for 7 eleven times?",
        ),
        Mistake(
            "not-sorted",
            in_order_of_the_matrix,
            "These are the first confusions in the order of the matrix; nothing has sorted them by their count.",
            "Which of the three numbers should `sorted` look at?",
        ),
        Mistake(
            "equals-lost",
            by_count,
            "Where two confusions have the same count, one of them is lost.",
            "A dictionary has one entry for each key. What becomes of two pairs with the same count?",
            recognise=loses_equals,
        ),
    ),
    hints=(
        "Which entries of the matrix are confusions, and which are right answers?",
        "Make a list of (true, predicted, count) of all entries off the diagonal that are above 0, and sort it by count.",
        "`sorted(triples, key=lambda triple: triple[2], reverse=True)[:k]`",
    ),
)

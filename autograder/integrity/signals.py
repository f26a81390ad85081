"""From the traces of a class to signals: a pure function. No signal changes a point, and none is a proof."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from autograder.integrity.answers import AnswerTrace
from autograder.integrity.traces import Hits, Trace

# Answers smaller than this are alike by chance; see the sizes of the course's own solutions.
TELLING_SIZE = 50
# One answer of this size says as much as two smaller ones.
LARGE_SIZE = 120
# What more than a quarter of a class writes, or more than twelve, the lesson suggests; four may always be a group.
COMMON_SHARE = 0.25
SMALLEST_COMMON, LARGEST_GROUP = 4, 12
# Models below earn nothing by their accuracy.
WORTH_A_LOOK = 0.90
# A fall counts that is so much deeper than usual, as a share, and three times deeper than chance.
DEEPER = {"perturbed": 0.03, "private": 0.01}
STANDARD_ERRORS = 3.0
# Usual is the class's median fall, of so many models at least; else what the course's own network was measured to fall.
ENOUGH_MODELS = 5
USUAL = {"perturbed": 0.03, "private": 0.0}
# Ensembles of many networks are published with so much (An, Lee, Park, Yang and So, "An ensemble of simple
# convolutional neural network models for MNIST digit recognition", 2020), no single small network is.
TOO_GOOD = 0.9987


class Kind(StrEnum):
    """What a signal is about."""

    SAME_MODEL = "the same model"
    SAME_ANSWERS = "the same answers"
    TOO_GOOD = "as good as published ensembles"
    PERTURBED = "falls far on perturbed digits"
    PRIVATE = "falls far on private digits"
    SOLUTION = "the course's own solution"
    HELP = "hints and solutions shown"


INNOCENT = {
    Kind.SAME_MODEL: "Innocent if they worked together and were allowed to, or if all of them saved a model that was "
    "given out.",
    Kind.SAME_ANSWERS: "Innocent if they worked together and were allowed to, or took the same example from the "
    "lesson, a book or a model of code; comments, layout and the names of variables were not compared.",
    Kind.TOO_GOOD: "Innocent if it is an ensemble, or was trained for very long on many distorted copies. A model that "
    "has seen the test digits looks the same: ask how it was trained.",
    Kind.PERTURBED: "Innocent if the network has no convolution or pooling, or was trained for very long: such a model "
    "knows digits only where they stood.",
    Kind.PRIVATE: "Innocent if your digits look different from MNIST's: thinner, off centre, or not scaled alike. "
    "Compare with the rest of the class.",
    Kind.SOLUTION: "Innocent if the solution was shown after the hints, as the course allows; for some functions there "
    "is also one obvious way to write them.",
    Kind.HELP: "Asking for help is what hints are for. It shows where the lesson is hard.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that a teacher might want to look at.

    `students` are all whom it concerns, `evidence` the sentences that can be checked, `innocent` how it can come about
    without any wrong.
    """

    kind: Kind
    lesson: str
    students: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def innocent(self) -> str:
        """How it can be innocent, in a sentence or two."""
        return INNOCENT[self.kind]


# Student and lesson → trace.
Traces = Mapping[tuple[str, str], Trace]


def signals_of(traces: Traces, solutions: Mapping[str, AnswerTrace], title: Callable[[str], str]) -> list[Signal]:
    """Return the signals of a class, lesson by lesson.

    Parameters
    ----------
    traces : mapping
        (student, lesson) → what was kept of the hand-in.
    solutions : mapping
        Exercise id → the course's own solution, as a trace.
    title : callable
        Exercise id → its title, for people.
    """
    by_lesson: dict[str, dict[str, Trace]] = defaultdict(dict)
    for (student, lesson), trace in sorted(traces.items()):
        by_lesson[lesson][student] = trace
    found: list[Signal] = []
    for lesson, of_students in sorted(by_lesson.items()):
        found += _same_models(lesson, of_students)
        found += _too_good(lesson, of_students)
        found += _falls(lesson, of_students, Kind.PERTURBED, "perturbed", "test digits, moved and turned a little")
        found += _falls(lesson, of_students, Kind.PRIVATE, "private", "private digits")
        found += _same_answers(lesson, of_students, solutions, title)
        found += _solutions(lesson, of_students, solutions, title)
        found += _help(lesson, of_students, title)
    return found


def _same_models(lesson: str, traces: Mapping[str, Trace]) -> Iterator[Signal]:
    by_weights: dict[str, list[str]] = defaultdict(list)
    by_answers: dict[str, list[str]] = defaultdict(list)
    models = {student: trace.model for student, trace in traces.items() if trace.model is not None}
    for student, model in models.items():
        if model.weights is not None:
            by_weights[model.weights].append(student)
        if model.test.accuracy >= WORTH_A_LOOK:  # models that name one digit for everything have not met
            by_answers[model.answers].append(student)
    same_weights = [students for students in by_weights.values() if len(students) > 1]
    for students in same_weights:
        count = len(students)
        yield Signal(
            kind=Kind.SAME_MODEL,
            lesson=lesson,
            students=tuple(students),
            evidence=(f"All numbers in the {count} models are equal: they are copies of one trained model.",),
        )
    for students in by_answers.values():
        if len(students) > 1 and not any(set(students) <= set(known) for known in same_weights):
            first = models[students[0]]
            yield Signal(
                kind=Kind.SAME_MODEL,
                lesson=lesson,
                students=tuple(students),
                evidence=(_same_digits(first.test),),
            )


def _same_digits(test: Hits) -> str:
    return (
        f"The models name the same digit for all {test.count:,} test digits, also for the {test.count - test.right} "
        "wrong ones, though their numbers differ."
    )


def _too_good(lesson: str, traces: Mapping[str, Trace]) -> Iterator[Signal]:
    for student, trace in traces.items():
        model = trace.model
        if model is not None and model.test.accuracy >= TOO_GOOD:
            wrong = model.test.count - model.test.right
            told = f"{model.test.accuracy:.2%} of {model.test.count:,} test digits: {_counted(wrong, 'error')}."
            yield Signal(kind=Kind.TOO_GOOD, lesson=lesson, students=(student,), evidence=(_spaced(told),))


def _falls(lesson: str, traces: Mapping[str, Trace], kind: Kind, digits: str, what: str) -> Iterator[Signal]:
    measured: dict[str, tuple[Hits, Hits]] = {}
    for student, trace in traces.items():
        other = None if trace.model is None else getattr(trace.model, digits)
        if trace.model is not None and other is not None and trace.model.test.accuracy >= WORTH_A_LOOK:
            measured[student] = (trace.model.test, other)
    falls = {student: test.accuracy - other.accuracy for student, (test, other) in measured.items()}
    of_class = len(falls) >= ENOUGH_MODELS
    usual = max(median(falls.values()) if of_class else USUAL[digits], 0.0)
    for student, fall in falls.items():
        test, other = measured[student]
        chance = math.sqrt(sum(hits.accuracy * (1 - hits.accuracy) / hits.count for hits in (test, other)))
        if fall - usual < max(DEEPER[digits], STANDARD_ERRORS * chance):
            continue
        beside = f"; the median fall in this class is {usual:.1%}" if of_class else ""
        told = (
            f"{test.accuracy:.2%} of {test.count:,} test digits, but {other.accuracy:.2%} of {other.count:,} {what} "
            f"(a fall of {fall:.1%}{beside})."
        )
        yield Signal(kind=kind, lesson=lesson, students=(student,), evidence=(_spaced(told),))


def _same_answers(
    lesson: str, traces: Mapping[str, Trace], solutions: Mapping[str, AnswerTrace], title: Callable[[str], str]
) -> Iterator[Signal]:
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    sizes: dict[str, int] = {}
    answered: dict[str, int] = defaultdict(int)
    for student, trace in traces.items():
        for exercise, answer in trace.answers.items():
            answered[exercise] += 1
            sizes[answer.digest] = answer.size
            if answer.size >= TELLING_SIZE and answer.digest != _digest(solutions.get(exercise)):
                holders[exercise, answer.digest].append(student)
    shared: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for (exercise, digest), students in holders.items():
        most = max(SMALLEST_COMMON, min(LARGEST_GROUP, COMMON_SHARE * answered[exercise]))
        if 1 < len(students) <= most:
            for one, other in _pairs(students):
                shared[one, other].append((exercise, digest))
    groups: dict[tuple[tuple[str, str], ...], set[str]] = defaultdict(set)
    for pair, same in shared.items():
        if len(same) > 1 or any(sizes[digest] >= LARGE_SIZE for _, digest in same):
            groups[tuple(sorted(same))] |= set(pair)
    what = "The same code, up to comments, layout and names of variables"
    for answers, group in groups.items():
        titles = ", ".join(title(exercise) for exercise, _ in answers)
        yield Signal(
            kind=Kind.SAME_ANSWERS,
            lesson=lesson,
            students=tuple(sorted(group)),
            evidence=(
                f"{what}, in {_counted(len(answers), 'exercise')}: {titles}.",
                *(
                    f"{title(exercise)}: {len(holders[exercise, digest])} of {answered[exercise]} who answered have it."
                    for exercise, digest in answers
                ),
            ),
        )


def _solutions(
    lesson: str, traces: Mapping[str, Trace], solutions: Mapping[str, AnswerTrace], title: Callable[[str], str]
) -> Iterator[Signal]:
    for student, trace in traces.items():
        pasted = [
            exercise
            for exercise, answer in trace.answers.items()
            if answer.size >= TELLING_SIZE and answer.digest == _digest(solutions.get(exercise))
        ]
        if pasted:
            shown = [exercise for exercise in pasted if exercise in trace.help and trace.help[exercise].solution]
            evidence = [f"The code of the course's solution in: {', '.join(map(title, pasted))}."]
            if shown:
                evidence.append(f"The notebook says that the solution was shown: {', '.join(map(title, shown))}.")
            yield Signal(kind=Kind.SOLUTION, lesson=lesson, students=(student,), evidence=tuple(evidence))


def _help(lesson: str, traces: Mapping[str, Trace], title: Callable[[str], str]) -> Iterator[Signal]:
    for student, trace in traces.items():
        told = [
            f"{title(exercise)}: {_counted(seen.hints, 'hint')}{' and the solution' if seen.solution else ''}."
            for exercise, seen in trace.help.items()
        ]
        if told:
            yield Signal(kind=Kind.HELP, lesson=lesson, students=(student,), evidence=tuple(told))


def _digest(answer: AnswerTrace | None) -> str | None:
    return None if answer is None else answer.digest


def _pairs(students: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(students):
        for other in students[place + 1 :]:
            yield one, other


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _spaced(text: str) -> str:
    """Return the text with a blank before each per cent sign, as the reports write it."""
    return text.replace("%", " %")

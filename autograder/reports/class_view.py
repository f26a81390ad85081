"""What the class page says, as values: who stands where, what needs a person, what the class misunderstood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from autograder.handins.students import folder_name
from autograder.integrity.signals import Kind, Signal
from autograder.records import Cause, LessonResult, Status, Verdict
from autograder.reports.catalogue import LessonTitle, banked_message, exercise_title, lesson_title, place_of
from autograder.reports.tally import in_order, lesson_maxima, problem_of, share_of, students_of

MOST_FREQUENT = 6
BINS = 10
# What a student is told first, and a teacher need not be told.
_TO_THE_STUDENT = "This could not be judged, through no fault of yours."
# Without a name of its own, a wrong answer is told by what ended it.
_UNNAMED = {
    None: "wrong in another way",
    Cause.WRONG: "wrong in another way",
    Cause.ERROR: "raised an exception",
    Cause.TIMEOUT: "did not come to an end in time",
    Cause.MEMORY: "used too much memory",
    Cause.CRASHED: "ended the Python process",
    Cause.MISSING: "came without what it needs",
    Cause.GRADER: "could not be judged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A student's name and where the student's page lies, as seen from the class page."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One student's points in one lesson; `worry` says in words what a person should look at, "" for nothing."""

    points: float
    max_points: float
    worry: str = ""

    @property
    def share(self) -> float:
        """Points as a share from 0 to 1."""
        return share_of(self.points, self.max_points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One student in the table; `marks` has None where nothing was handed in."""

    student: Link
    marks: tuple[Mark | None, ...]
    total: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Something that a person should look at."""

    student: Link
    lesson: LessonTitle
    what: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSeen:
    """A signal of integrity: whom it concerns, its evidence, and how it can be innocent."""

    lesson: LessonTitle
    students: tuple[Link, ...]
    evidence: tuple[str, ...]
    innocent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeSeen:
    """A named mistake: how many of those who handed in made it, and who they are."""

    name: str
    message: str
    next_step: str | None
    count: int
    of: int
    students: tuple[Link, ...]
    exercise: str
    title: str
    lesson: LessonTitle

    @property
    def words(self) -> str:
        """The mistake's name as words."""
        return self.name.replace("-", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseSeen:
    """How an exercise went: how many answers got which status, and what was wrong with the others."""

    id: str
    title: str
    points: float
    counts: tuple[tuple[Status, int], ...]
    mistakes: tuple[MistakeSeen, ...]
    unnamed: tuple[tuple[str, int], ...]

    @property
    def answers(self) -> int:
        """The number of verdicts."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSeen:
    """One lesson: its column in the table, how its points are spread, its exercises."""

    name: str
    title: LessonTitle
    max_points: float
    handed_in: int
    median: float
    spread: tuple[int, ...]
    exercises: tuple[ExerciseSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassView:
    """All that the class page says.

    `unjudged` and `unread` are what needs a person; `odd` are notes, which nobody must read; `signals` are advice on
    integrity, by what they are about; `trusted` counts the results that were made without a sandbox.
    """

    rows: tuple[Row, ...]
    lessons: tuple[LessonSeen, ...]
    unjudged: tuple[Attention, ...]
    unread: tuple[Attention, ...]
    odd: tuple[Attention, ...]
    frequent: tuple[MistakeSeen, ...]
    signals: tuple[tuple[str, tuple[SignalSeen, ...]], ...]
    max_points: float
    median: float
    spread: tuple[int, ...]
    handed_in: int
    trusted: int
    seeds: tuple[int, ...]
    sandboxes: tuple[str, ...]

    @property
    def missing(self) -> int:
        """How many hand-ins are missing, counting every student for every lesson."""
        return len(self.rows) * len(self.lessons) - self.handed_in


def class_view(results: Sequence[LessonResult], signals: Sequence[Signal] = ()) -> ClassView:
    """Return what the class page says of these results, and of the signals of integrity among them."""
    maxima = lesson_maxima(results)
    links = {student: Link(name=student, href=page_of(student)) for student, _ in students_of(results)}
    rows = tuple(_row(links[student], handed_in, maxima) for student, handed_in in students_of(results))
    ordered = [result for _, handed_in in students_of(results) for result in handed_in]
    lessons = tuple(_lesson(lesson, most, ordered, links) for lesson, most in maxima.items())
    seen = [mistake for lesson in lessons for exercise in lesson.exercises for mistake in exercise.mistakes]
    frequent = sorted((one for one in seen if one.count > 1), key=lambda one: (-one.count / one.of, -one.count))
    return ClassView(
        rows=rows,
        lessons=lessons,
        unjudged=tuple(_unjudged(ordered, links)),
        unread=tuple(_unread(ordered, links)),
        odd=tuple(_attention(result, links, "", result.notes) for result in ordered if result.notes),
        frequent=tuple(frequent[:MOST_FREQUENT]),
        signals=tuple(_signals(signals, links)),
        max_points=sum(maxima.values()),
        median=median(row.total.points for row in rows) if rows else 0.0,
        spread=spread(row.total.share for row in rows),
        handed_in=len(results),
        trusted=sum(result.sandbox == "none" for result in results),
        seeds=tuple(sorted({result.seed for result in results})),
        sandboxes=tuple(sorted({result.sandbox for result in results})),
    )


def page_of(student: str) -> str:
    """Return where a student's page lies, as seen from the class page.

    >>> page_of("ada")
    'reports/ada.html'
    """
    return f"reports/{folder_name(student)}.html"


def spread(shares: Iterable[float]) -> tuple[int, ...]:
    """Return how many of the shares lie in each tenth from 0 to 1; a full mark lies in the last.

    >>> spread([0.0, 0.05, 0.95, 1.0])
    (2, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    """
    counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    return tuple(counts[place] for place in range(BINS))


def _row(student: Link, handed_in: Sequence[LessonResult], maxima: dict[str, float]) -> Row:
    by_lesson = {result.lesson: result for result in handed_in}
    total = sum(result.points for result in by_lesson.values())
    return Row(
        student=student,
        marks=tuple(_mark(by_lesson.get(lesson)) for lesson in maxima),
        total=Mark(points=round(total, 2), max_points=round(sum(maxima.values()), 2)),
    )


def _mark(result: LessonResult | None) -> Mark | None:
    if result is None:
        return None
    worry = "not judged" if result.needs_a_person else "unread" if problem_of(result) is not None else ""
    return Mark(points=result.points, max_points=result.max_points, worry=worry)


def _unjudged(results: Sequence[LessonResult], links: dict[str, Link]) -> Iterable[Attention]:
    for result in results:
        unjudged = [verdict for verdict in in_order(result) if verdict.status is Status.NOT_JUDGED]
        by_message: dict[str, list[str]] = {}
        for verdict in unjudged:
            by_message.setdefault(verdict.message, []).append(exercise_title(verdict.exercise))
        for message, titles in by_message.items():
            whole = len(titles) == len(result.verdicts) and len(titles) > 1
            why = message.removeprefix(_TO_THE_STUDENT).strip() or message
            yield _attention(result, links, "the whole hand-in" if whole else ", ".join(titles), (why,))


def _unread(results: Sequence[LessonResult], links: dict[str, Link]) -> Iterable[Attention]:
    for result in results:
        problem = problem_of(result)
        if problem is not None:
            yield _attention(result, links, "no notebook to grade", (problem,))


def _signals(signals: Sequence[Signal], links: dict[str, Link]) -> Iterable[tuple[str, tuple[SignalSeen, ...]]]:
    """Yield the signals by what they are about, in the order in which the kinds are named."""
    for kind in Kind:
        seen = tuple(
            SignalSeen(
                lesson=lesson_title(signal.lesson),
                students=tuple(links[student] for student in signal.students),
                evidence=signal.evidence,
                innocent=signal.innocent,
            )
            for signal in signals
            if signal.kind is kind
        )
        if seen:
            yield str(kind), seen


def _attention(result: LessonResult, links: dict[str, Link], what: str, why: tuple[str, ...]) -> Attention:
    return Attention(student=links[result.student], lesson=lesson_title(result.lesson), what=what, why=why)


def _lesson(lesson: str, most: float, ordered: Sequence[LessonResult], links: dict[str, Link]) -> LessonSeen:
    results = [result for result in ordered if result.lesson == lesson]
    answers: dict[str, list[tuple[Link, Verdict]]] = {}
    for result in results:
        for verdict in result.verdicts:
            answers.setdefault(verdict.exercise, []).append((links[result.student], verdict))
    return LessonSeen(
        name=lesson,
        title=lesson_title(lesson),
        max_points=most,
        handed_in=len(results),
        median=median(result.points for result in results),
        spread=spread(share_of(result.points, result.max_points) for result in results),
        exercises=tuple(
            _exercise(exercise_id, answers[exercise_id], lesson_title(lesson), len(results))
            for exercise_id in sorted(answers, key=lambda one: (place_of(one), one))
        ),
    )


def _exercise(
    exercise_id: str, answers: Sequence[tuple[Link, Verdict]], lesson: LessonTitle, handed_in: int
) -> ExerciseSeen:
    counts = Counter(verdict.status for _, verdict in answers)
    named: dict[str, list[tuple[Link, Verdict]]] = {}
    for link, verdict in answers:
        if verdict.mistake is not None:
            named.setdefault(verdict.mistake, []).append((link, verdict))
    unnamed = Counter(
        _UNNAMED[verdict.cause]
        for _, verdict in answers
        if verdict.mistake is None and verdict.status in (Status.FAILED, Status.PARTIAL)
    )
    mistakes = [_mistake(exercise_id, name, group, lesson, handed_in) for name, group in named.items()]
    return ExerciseSeen(
        id=exercise_id,
        title=exercise_title(exercise_id),
        points=max(verdict.max_points for _, verdict in answers),
        counts=tuple((status, counts[status]) for status in Status if counts[status]),
        mistakes=tuple(sorted(mistakes, key=lambda one: (-one.count, one.name))),
        unnamed=tuple(sorted(unnamed.items(), key=lambda item: (-item[1], item[0]))),
    )


def _mistake(
    exercise_id: str, name: str, group: Sequence[tuple[Link, Verdict]], lesson: LessonTitle, handed_in: int
) -> MistakeSeen:
    """Return one named mistake; where the bank lacks it, its text is what most of the students were told."""
    told = Counter((verdict.message, verdict.next_step) for _, verdict in group)
    message, next_step = banked_message(exercise_id, name) or told.most_common(1)[0][0]
    return MistakeSeen(
        name=name,
        message=message,
        next_step=next_step,
        count=len(group),
        of=handed_in,
        students=tuple(link for link, _ in group),
        exercise=exercise_id,
        title=exercise_title(exercise_id),
        lesson=lesson,
    )

"""Training curves as a small drawing that is made anew many times a second: no Matplotlib, which takes too long."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from digitlab.history import History
from digitlab.palette import BLUE, GREY, VERMILLION

WIDTH, HEIGHT = 720, 250
# The plot inside each of the two panels: left, top, width, height.
_LEFT, _TOP, _WIDE, _HIGH = 50, 34, 290, 166

# Of a line, and of its marks, no more are drawn.
MOST_POINTS, MOST_MARKS = 300, 60
_LOWEST_SHARES = (0.96, 0.92, 0.8, 0.6, 0.2, 0.0)

# A place on the axis of epochs (0.5: in the middle of the first), and the value there.
Point = tuple[float, float]


@dataclass(slots=True, kw_only=True)
class Course:
    """What a training has come to so far.

    `running_loss` and `running_accuracy` are the averages since the epoch began, many in each epoch; a new list begins
    with each epoch. `loss`, `accuracy` and the validation's stand at the end of each epoch. While training goes on, the
    axis has room for all `epochs`; when it is `over`, for those that were.
    """

    epochs: int
    over: bool = False
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    running_loss: list[list[Point]] = field(default_factory=list)
    running_accuracy: list[list[Point]] = field(default_factory=list)

    @classmethod
    def of(cls, history: History) -> Course:
        """Return the course of a training that is over."""
        told = (history.loss, history.accuracy, history.val_loss, history.val_accuracy)
        loss, accuracy, val_loss, val_accuracy = map(list, told)
        return cls(
            epochs=len(loss), over=True, loss=loss, accuracy=accuracy, val_loss=val_loss, val_accuracy=val_accuracy
        )


def in_words(course: Course) -> str:
    """Return what the curves show, for a screen reader and for a terminal."""
    if not course.loss:
        last = course.running_loss[-1][-1][1] if course.running_loss and course.running_loss[-1] else None
        so_far = f"; the training loss is {last:.3f} so far" if last is not None else ""
        return f"Training curves: no epoch of {course.epochs} is over yet{so_far}."
    told = f"Training curves after {len(course.loss)} of {course.epochs} epochs: training loss {course.loss[-1]:.3f}"
    told += f", accuracy {course.accuracy[-1]:.2%}" if course.accuracy else ""
    if course.val_loss:
        told += f"; validation loss {course.val_loss[-1]:.3f}"
        told += f", accuracy {course.val_accuracy[-1]:.2%}" if course.val_accuracy else ""
    return f"{told}."


def picture_of(course: Course) -> str:
    """Return the curves as an `<img>` with alternative text: loss on the left, accuracy on the right."""
    data = base64.b64encode(drawing(course).encode()).decode("ascii")
    alt = html.escape(in_words(course), quote=True)
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{alt}" width="{WIDTH}" style="max-width:100%">'


def drawing(course: Course) -> str:
    """Return the curves as SVG. Training is solid with round marks, validation dashed with square ones."""
    epochs = len(course.loss) if course.over else course.epochs
    losses = _Panel("loss", epochs, course.loss, course.val_loss, course.running_loss, is_share=False)
    shares = _Panel("accuracy", epochs, course.accuracy, course.val_accuracy, course.running_accuracy, is_share=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="12"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f"{losses.svg(_LEFT)}{shares.svg(_LEFT + WIDTH // 2)}</svg>"
    )


def _round_above(most: float) -> float:
    """Return a round number that is at least `most`, and of which a quarter is round as well."""
    unit = 10.0 ** math.floor(math.log10(most / 4)) if most > 0 else 0.25
    return next(4 * unit * step for step in (1, 2, 2.5, 5, 10, 20) if 4 * unit * step >= most)


class _Panel:
    """One of the two plots: its values, and where they stand."""

    def __init__(
        self,
        name: str,
        epochs: int,
        training: Sequence[float],
        validation: Sequence[float],
        running: Sequence[Sequence[Point]],
        is_share: bool,
    ) -> None:
        self.name, self.is_share, self.running = name, is_share, running
        self.training = [(float(i), value) for i, value in enumerate(training, start=1)]
        self.validation = [(float(i), value) for i, value in enumerate(validation, start=1)]
        self.epochs = max(epochs, len(training), 1)
        values = [value for _, value in (*self.training, *self.validation, *(p for part in running for p in part))]
        finite = [value for value in values if math.isfinite(value)]
        # A share ends at 1 and a loss begins at 0; the other end is such that four steps are round numbers.
        if is_share:
            least = min(finite, default=0.0)
            self.low, self.high = next(low for low in _LOWEST_SHARES if low <= max(least, 0.0)), 1.0
        else:
            self.low, self.high = 0.0, _round_above(max(finite, default=1.0))

    def at(self, left: float, point: Point) -> str:
        """Return a point's place in the drawing."""
        x = left + _WIDE * point[0] / self.epochs
        y = _TOP + _HIGH * (1 - (point[1] - self.low) / ((self.high - self.low) or 1.0))
        return f"{x:.1f},{y:.1f}"

    def svg(self, left: float) -> str:
        """Return the panel, its plot beginning `left` from the left."""
        bottom = _TOP + _HIGH
        ticks = [self.low + (self.high - self.low) * part / 4 for part in range(5)]
        step = max(1, math.ceil(self.epochs / 10))
        parts = [f'<text x="{left}" y="18" font-weight="bold">{self.name}</text>']
        for value in ticks:
            y = self.at(left, (0.0, value)).split(",")[1]
            told = f"{100 * value:.0f} %" if self.is_share else f"{value:.3g}"
            parts.append(f'<path d="M{left},{y}h{_WIDE}" stroke="#ccc" stroke-width="0.7"/>')
            parts.append(f'<text x="{left - 5}" y="{float(y) + 4:.1f}" text-anchor="end">{told}</text>')
        for epoch in range(0, self.epochs + 1, step):
            x = self.at(left, (float(epoch), self.low)).split(",")[0]
            parts.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{epoch}</text>')
        parts.append(f'<path d="M{left},{_TOP}v{_HIGH}h{_WIDE}" fill="none" stroke="{GREY}"/>')
        parts.append(f'<text x="{left + _WIDE / 2}" y="{bottom + 32}" text-anchor="middle">epochs</text>')
        # Of a long training only the last epoch's own course, and lines without marks: each drawing travels.
        for part in self.running if self.epochs <= MOST_MARKS else self.running[-1:]:
            parts.append(self._line(left, part, BLUE, 'stroke-width="1" stroke-opacity="0.6"'))
        parts.append(self._line(left, self.training, BLUE, 'stroke-width="2"'))
        parts.append(self._line(left, self.validation, VERMILLION, 'stroke-width="2" stroke-dasharray="6 4"'))
        marked = len(self.training) <= MOST_MARKS
        for point in self._drawable(self.training) if marked else ():
            x, y = self.at(left, point).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{BLUE}"/>')
        for point in self._drawable(self.validation) if marked else ():
            corner = " ".join(self.at(left, point).split(","))
            parts.append(f'<path d="M{corner}m-4,-4h8v8h-8z" fill="{VERMILLION}"/>')
        return "".join(parts) + self._legend(left)

    def _legend(self, left: float) -> str:
        x = left + 90
        told = f'<circle cx="{x}" cy="14" r="4" fill="{BLUE}"/><text x="{x + 9}" y="18">training</text>'
        if self.validation:
            told += f'<path d="M{x + 80},10h8v8h-8z" fill="{VERMILLION}"/><text x="{x + 94}" y="18">validation</text>'
        return told

    def _line(self, left: float, points: Sequence[Point], colour: str, style: str) -> str:
        drawn = self._drawable(points)
        step = -(-len(drawn) // MOST_POINTS) or 1
        places = " ".join(self.at(left, point) for point in (*drawn[::step], *(drawn[-1:] if step > 1 else ())))
        return f'<polyline points="{places}" fill="none" stroke="{colour}" {style}/>' if " " in places else ""

    @staticmethod
    def _drawable(points: Sequence[Point]) -> list[Point]:
        return [point for point in points if math.isfinite(point[1])]

"""l07_early_stop: the epoch at which patience ends."""

from __future__ import annotations

import numpy as np

from autograder.exercise import Case, Exercise, Mistake
from autograder.judging import judge_by_answer
from digitlab.curves import early_stop

Losses = list[float]


def draw_cases(rng: np.random.Generator) -> list[Case]:
    """Return curves with pauses that interrupt a row, with plateaus, with a late minimum, and without any stop."""
    first = float(round(rng.uniform(0.8, 1.2), 2))
    return [
        Case(([0.9, 0.5, 0.6, 0.7, 0.4], 2)),
        Case(([0.9, 0.5, 0.6, 0.4, 0.45, 0.3, 0.35, 0.36, 0.37, 0.2], 3), "bad epochs that are not in a row"),
        Case(([first, 0.5, 0.5, 0.5, 0.5, 0.1], 2), "equal losses"),
        Case(([first, 0.6, 0.4, 0.3, 0.2], 2), "improves to the end"),
        Case(([0.9, 0.3, 0.8, 0.7, 0.6, 0.5, 0.2], 4), "falls again, but not below the smallest"),
        Case(([0.4, 0.5, 0.3, 0.6], 1), "patience 1"),
        Case(([0.5, 0.6, 0.7], 5), "more patience than epochs"),
        Case(([first], 1), "one epoch"),
    ]


# --- right answers of other styles ---------------------------------------------------------------------------------


def with_a_counter(val_losses: Losses, patience: int) -> int:
    best, waiting = float("inf"), 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best, waiting = loss, 0
        else:
            waiting += 1
            if waiting == patience:
                return epoch
    return len(val_losses) - 1


def with_the_best_place(val_losses: Losses, patience: int) -> int:
    best = 0
    for epoch in range(len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(val_losses) - 1


def with_numpy(val_losses: Losses, patience: int) -> int:
    losses = np.asarray(val_losses)
    for epoch in range(patience, len(losses)):
        if losses[epoch - patience + 1 : epoch + 1].min() >= losses[: epoch - patience + 1].min():
            return int(epoch)
    return len(losses) - 1


# --- mistakes ------------------------------------------------------------------------------------------------------


def one_too_late(val_losses: Losses, patience: int) -> int:
    return with_a_counter(val_losses, patience + 1)


def the_epoch_after(val_losses: Losses, patience: int) -> int:
    return min(with_a_counter(val_losses, patience) + 1, len(val_losses) - 1)


def one_too_early(val_losses: Losses, patience: int) -> int:
    return with_a_counter(val_losses, patience - 1) if patience > 1 else 0


def never_resets(val_losses: Losses, patience: int) -> int:
    best, waiting = float("inf"), 0
    for epoch, loss in enumerate(val_losses):
        if loss < best:
            best = loss
        else:
            waiting += 1
        if waiting >= patience:
            return epoch
    return len(val_losses) - 1


def equal_counts(val_losses: Losses, patience: int) -> int:
    best, waiting = float("inf"), 0
    for epoch, loss in enumerate(val_losses):
        best, waiting = (loss, 0) if loss <= best else (best, waiting + 1)
        if waiting >= patience:
            return epoch
    return len(val_losses) - 1


def epoch_of_the_minimum(val_losses: Losses, patience: int) -> int:
    stop = with_a_counter(val_losses, patience)
    return int(np.argmin(val_losses[: stop + 1]))


def minimum_of_all(val_losses: Losses, patience: int) -> int:
    return int(np.argmin(val_losses))


def against_the_epoch_before(val_losses: Losses, patience: int) -> int:
    waiting = 0
    for epoch in range(1, len(val_losses)):
        waiting = 0 if val_losses[epoch] < val_losses[epoch - 1] else waiting + 1
        if waiting >= patience:
            return epoch
    return len(val_losses) - 1


def one_based(val_losses: Losses, patience: int) -> int:
    return with_a_counter(val_losses, patience) + 1


def nothing_where_it_never_stops(val_losses: Losses, patience: int) -> int | None:
    best, waiting = float("inf"), 0
    for epoch, loss in enumerate(val_losses):
        best, waiting = (loss, 0) if loss < best else (best, waiting + 1)
        if waiting >= patience:
            return epoch
    return None


def length_where_it_never_stops(val_losses: Losses, patience: int) -> int:
    stop = nothing_where_it_never_stops(val_losses, patience)
    return len(val_losses) if stop is None else stop


EXERCISE = Exercise(
    id="l07_early_stop",
    title="Early stopping",
    points=2,
    draw_cases=draw_cases,
    judge=judge_by_answer,
    answer=early_stop,
    right_answers=(with_a_counter, with_the_best_place, with_numpy),
    mistakes=(
        Mistake(
            "stops-too-late",
            one_too_late,
            "You stop an epoch too late: training ends in the epoch in which the count reaches the patience.",
            "With patience 1: in which epoch of 0.4, 0.5 is the patience at its end?",
            also=(the_epoch_after,),
        ),
        Mistake(
            "stops-too-early",
            one_too_early,
            "You stop an epoch too early: so many epochs without an improvement have not passed yet.",
            "With patience 2: how many bad epochs in a row must there have been?",
        ),
        Mistake(
            "counts-epochs-not-in-a-row",
            never_resets,
            "All epochs without an improvement are counted together; an improvement should begin the count anew.",
            "What should happen to the count when the loss is smaller than ever?",
        ),
        Mistake(
            "equal-loss-as-improvement",
            equal_counts,
            "A loss that equals the smallest so far counts as an improvement with you; it must be strictly smaller.",
            "0.5, 0.5, 0.5: is the model getting better?",
        ),
        Mistake(
            "epoch-of-the-minimum",
            epoch_of_the_minimum,
            "You return the epoch with the smallest loss; the exercise asks in which epoch training stops.",
            "How many epochs after the last improvement does training go on?",
            also=(minimum_of_all,),
        ),
        Mistake(
            "compares-with-the-epoch-before",
            against_the_epoch_before,
            "Each loss is compared with the one before it; an improvement is a loss below the smallest so far.",
            "0.3, 0.8, 0.7, 0.6: the loss falls. Has the model ever been better than in the first epoch?",
        ),
        Mistake(
            "one-based",
            one_based,
            "Every epoch is one too large: the first epoch has the number 0.",
            "Which number has the first epoch?",
        ),
        Mistake(
            "nothing-where-it-never-stops",
            nothing_where_it_never_stops,
            "Where the patience never ends, None comes back; the last epoch is asked for.",
            "When does training end if nobody stops it?",
            credit=0.5,
        ),
        Mistake(
            "length-where-it-never-stops",
            length_where_it_never_stops,
            "Where the patience never ends you return the number of epochs; the last one has a number that is one less.",
            "Which number has the last of three epochs, counted from 0?",
            credit=0.5,
        ),
    ),
    hints=(
        "What must you remember from epoch to epoch to know how long nothing has improved?",
        "The smallest loss so far, and how many epochs in a row were not smaller. A strictly smaller loss sets the count to 0.",
        "Loop with enumerate: if loss < best: best, count = loss, 0; else count += 1; if count == patience: return epoch. At the end: len - 1.",
    ),
)

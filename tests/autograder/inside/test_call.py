"""Calling a student's function: whatever it does, one plain outcome a case comes back, in time and in silence."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.inside import call as call_module
from autograder.inside.call import TookTooLong, call, describe_error, quiet, time_limit
from autograder.inside.codec import Make, Opaque

unix_only = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the alarm is Unix's")


def one(function: Callable[..., Any], *args: Any, seconds: float = 5.0) -> dict[str, Any]:
    """Return the outcome of one call."""
    (outcome,) = call(function, [{"args": args, "read": "plain"}], seconds)
    return outcome


def test_a_call_gives_its_value() -> None:
    """What the function returns comes back, one outcome for each case."""
    cases = [{"args": (n, np.arange(n))} for n in range(3)]
    assert [outcome["value"] for outcome in call(lambda n, x: n + int(x.sum()), cases, 5.0)] == [0, 1, 3]


def test_each_case_gets_its_own_arguments() -> None:
    """What one call does to its arguments, no other call sees; and it is told which were changed."""
    image = np.ones(3)

    def spoil(array: Any, items: list[Any], data: tuple[Any, ...], number: int) -> float:
        total = float(array.sum() + sum(items) + data[0].sum() + number)
        array[:] = 7
        items.append(7)
        data[0][0] = 7
        return total

    cases = [{"args": (image, [1], (np.ones(2),), 1)}] * 2
    outcomes = call(spoil, cases, 5.0)
    assert [outcome["value"] for outcome in outcomes] == [7.0, 7.0]
    assert [outcome["changed"] for outcome in outcomes] == [[0, 1, 2]] * 2
    assert image.tolist() == [1, 1, 1]


def test_what_is_made_here_is_not_watched() -> None:
    """A generator or model in the arguments may change: that is what it is for."""
    outcome = one(lambda pair: float(pair[0].random()), (Make("generator", {"seed": 3}),))
    assert outcome["value"] == np.random.default_rng(3).random()
    assert outcome["changed"] == []


def test_an_argument_grown_beyond_description_was_changed() -> None:
    """A list made endless is a change, not an error of ours."""
    assert one(lambda items: items.append(items), [1])["changed"] == [0]


@pytest.mark.parametrize("kind", [ValueError, SystemExit, GeneratorExit, MemoryError, BaseException])
def test_whatever_is_raised_is_evidence(kind: type[BaseException]) -> None:
    """Type, ancestors, message and line of any exception come back as text."""

    def raises() -> None:
        raise kind("so it is")

    error = one(raises)["error"]
    assert error["type"] == kind.__name__
    assert "BaseException" in error["ancestors"]
    assert error["message"] == "so it is"
    assert error["line"] == 'raise kind("so it is")'


def test_endless_recursion_is_an_error_like_others() -> None:
    """A function that calls itself for ever gives a RecursionError with its line."""

    def again(n: int) -> Any:
        return again(n + 1)

    error = one(again, 0)["error"]
    assert (error["type"], error["line"]) == ("RecursionError", "return again(n + 1)")


class SilentError(Exception):
    """An error without a message."""

    def __str__(self) -> str:
        raise RuntimeError("no message")


class NamelessType(type):
    """A metaclass that hides what its classes are."""

    @property
    def __name__(cls) -> str:
        raise RuntimeError("no name")

    @property
    def __mro__(cls) -> Any:
        raise RuntimeError("no ancestors")


def test_an_exception_that_misbehaves_is_described_all_the_same() -> None:
    """Exceptions whose text, name or ancestors raise are told by what Python knows of them."""
    assert describe_error(SilentError())["message"] == ""
    nameless = NamelessType("Nameless", (Exception,), {})
    assert describe_error(nameless("x"))["type"] == "Nameless"
    assert describe_error(ValueError("\ud800" + "x" * 10_000))["message"].startswith("?xxx")


def test_an_interrupt_ends_the_list() -> None:
    """Ctrl-C or the Stop button in the middle of a call is told as such, and nothing more is called."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    outcomes = call(interrupted, [{"args": ()}] * 3, 5.0)
    assert [outcome["error"]["type"] for outcome in outcomes] == ["KeyboardInterrupt"]


# --- the number of arguments -----------------------------------------------------------------------------------------


def takes_none() -> None:
    """Take nothing."""


def takes_one(images: Any) -> Any:
    """Take one argument."""


def takes_three(images: Any, labels: Any, k: Any) -> Any:
    """Take three arguments."""


def takes_one_or_two(images: Any, labels: Any = None) -> Any:
    """Take one or two arguments."""


def takes_many(a: Any, b: Any, c: Any, *more: Any) -> Any:
    """Take three arguments or more."""


def takes_by_name(images: Any, labels: Any, *, k: Any) -> Any:
    """Take two arguments, and one by name."""


def takes_two(images: Any, labels: Any) -> Any:
    """Take two arguments, and give one too many to another function."""
    return takes_one(images, labels)  # type: ignore[call-arg]


BY_NAME = (
    "Your function is called with 2 arguments, and it takes 2 (images, labels). It also asks for k by name; "
    "arguments are given by their place."
)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (takes_none, "Your function is called with 2 arguments, and it takes 0."),
        (takes_one, "Your function is called with 2 arguments, and it takes 1 (images)."),
        (takes_three, "Your function is called with 2 arguments, and it takes 3 (images, labels, k)."),
        (takes_many, "Your function is called with 2 arguments, and it takes at least 3 (a, b, c)."),
        (takes_by_name, BY_NAME),
        (functools.partial(takes_one, 1), "Your function is called with 2 arguments, and it takes 0."),
    ],
)
def test_a_wrong_number_of_arguments_is_told_in_numbers(function: Callable[..., Any], message: str) -> None:
    """The message says how many arguments are given, and how many the function takes."""
    error = one(function, 1, 2)["error"]
    assert error["message"] == message
    assert error["type"] == "WrongArguments"
    assert "TypeError" in error["ancestors"]


def test_a_default_leaves_the_choice() -> None:
    """A function of one or two arguments can be called with either, and three are too many."""
    assert one(takes_one_or_two, 1)["error"] is None
    assert "it takes 1 to 2 (images, labels)" in one(takes_one_or_two, 1, 2, 3)["error"]["message"]


def test_a_type_error_inside_stays_a_type_error() -> None:
    """A TypeError that the function itself meets is told with its own words and line."""
    error = one(takes_two, 1, 2)["error"]
    assert error["type"] == "TypeError"
    assert error["line"].startswith("return takes_one(images, labels)")
    assert one(np.add, "a", 1)["error"]["type"] != "WrongArguments"


# --- values that misbehave -------------------------------------------------------------------------------------------


class ExitsWhenShown:
    """A value that ends Python."""

    def __repr__(self) -> str:
        raise SystemExit


class HangsWhenShown:
    """A value that is never shown."""

    def __repr__(self) -> str:
        while True:
            time.sleep(0.01)


def test_a_value_that_ends_python_when_shown_is_an_error() -> None:
    """What the returned object does while it is looked at is the student's doing."""
    assert one(ExitsWhenShown)["error"]["type"] == "SystemExit"


@unix_only
def test_a_value_that_hangs_when_shown_is_too_late() -> None:
    """The time limit covers looking at the value too."""
    assert one(HangsWhenShown, seconds=0.2)["error"]["type"] == "TookTooLong"


def test_a_generator_comes_back_as_what_it_is() -> None:
    """A generator is not run; it is described."""
    value = one(lambda: (n for n in range(3)))["value"]
    assert isinstance(value, Opaque)
    assert value.type_name == "generator"


def test_a_coroutine_is_closed() -> None:
    """An `async def` by mistake gives its description, and no warning that nobody awaited it."""

    async def answer() -> int:
        return 1

    assert one(answer)["value"].type_name == "coroutine"


def test_too_large_an_answer_is_an_error_with_figures() -> None:
    """A value beyond the limit is not brought back."""
    error = one(lambda: np.zeros(call_module.MAX_ANSWER_BYTES))["error"]
    assert error["type"] == "AnswerTooLarge"


# --- what leaks ------------------------------------------------------------------------------------------------------


def test_the_global_random_state_is_told_and_put_back() -> None:
    """A call that draws from NumPy's global generator is noted, and the learner's own draws go on as before."""
    np.random.seed(5)
    expected = np.random.RandomState(5).rand()
    outcome = one(lambda: float(np.random.rand()))
    assert outcome["random"] is True
    assert np.random.rand() == expected
    assert one(lambda: float(np.random.default_rng(1).random()))["random"] is False


def test_nothing_is_printed_on_any_way(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither print, nor warnings, nor other programs, nor the file descriptors themselves reach the screen."""

    def noisy() -> None:
        print("printed")
        print("to stderr", file=sys.stderr)
        os.write(1, b"descriptor 1\n")
        os.write(2, b"descriptor 2\n")
        subprocess.run([sys.executable, "-c", "print('child')"], check=True)

    assert one(noisy)["printed"] is True
    print("after")
    assert capfd.readouterr() == ("after\n", "")
    assert one(lambda: None)["printed"] is False


def test_quiet_survives_a_closed_or_replaced_stdout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A student who put None or a closed file in place of sys.stdout is judged all the same."""
    monkeypatch.setattr(sys, "stdout", None)
    assert one(lambda: 1)["value"] == 1
    with Path(os.devnull).open() as closed:
        pass
    monkeypatch.setattr(sys, "stdout", closed)
    assert one(lambda: 1)["value"] == 1


def test_quiet_works_without_any_standard_stream() -> None:
    """With descriptors 1 and 2 closed, calls still come back, and the descriptors stay closed."""
    code = (
        "import os; os.close(1); os.close(2)\n"
        "from autograder.inside.call import call\n"
        "value = call(lambda: 5, [{'args': ()}], 5.0)[0]['value']\n"
        "try: os.fstat(1)\n"
        "except OSError: os._exit(value)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 5


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="open files are counted in /dev/fd")
def test_no_descriptor_leaks() -> None:
    """Many calls leave as many open files as one."""
    call(abs, [{"args": (1,)}], 5.0)
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(50):
        call(abs, [{"args": (1,)}], 5.0)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_endless_output_takes_no_memory() -> None:
    """What a function prints is counted and forgotten."""
    with quiet() as sink:
        for _ in range(1000):
            print("x" * 1_000_000)
    assert sink.written == 1000 * 1_000_001
    assert sys.getsizeof(sink.__dict__) < 1000


# --- time ------------------------------------------------------------------------------------------------------------


def endless_loop() -> None:
    """Do nothing for ever."""
    while True:
        pass


def endless_output() -> None:
    """Print for ever."""
    while True:
        print("again " * 100)


def swallows_everything() -> None:
    """Go on after any exception."""
    while True:
        try:  # noqa: SIM105 - as a student writes it
            sum(range(1000))
        except BaseException:
            pass


def swallows_twice_over() -> None:
    """Go on after any exception, and after any while going on."""
    while True:
        try:
            try:
                time.sleep(0.01)
            except BaseException:
                continue
            finally:
                sum(range(100))
        except:  # noqa: E722
            pass


@unix_only
@pytest.mark.parametrize("function", [endless_loop, endless_output, swallows_everything, swallows_twice_over])
def test_what_does_not_end_is_ended(function: Callable[..., Any]) -> None:
    """Endless code comes to an end soon after its time, even where it catches every exception."""
    began = time.monotonic()
    outcomes = call(function, [{"args": ()}] * 3, 0.2)
    assert [outcome["error"]["type"] for outcome in outcomes] == ["TookTooLong"]
    assert time.monotonic() - began < 30


@unix_only
def test_the_time_is_for_all_cases_together() -> None:
    """Cases that came back in time keep their outcome; the one that was too late ends the list."""
    outcomes = call(time.sleep, [{"args": (s,)} for s in (0.0, 0.0, 5.0, 0.0)], 0.3)
    assert [outcome["error"] and outcome["error"]["type"] for outcome in outcomes] == [None, None, "TookTooLong"]


@unix_only
def test_nothing_but_what_the_alarm_runs_is_torn() -> None:
    """The alarm rings only in code that it was asked to run, however late our own code around it is."""
    with time_limit(0.05) as alarm:
        time.sleep(0.2)
        assert alarm.run(abs, -1) == 1
        with pytest.raises(TookTooLong):
            alarm.run(time.sleep, 5)


@unix_only
def test_who_waits_for_the_processor_is_not_late() -> None:
    """With patience, computing is counted, not waiting; but nothing waits for ever."""
    (outcome,) = call(time.sleep, [{"args": (0.5,)}], 0.2, patience=5.0)
    assert outcome["error"] is None
    began, computing = time.monotonic(), time.process_time()
    (outcome,) = call(time.sleep, [{"args": (9.0,)}], 0.2, patience=5.0)
    assert outcome["error"]["type"] == "TookTooLong"
    assert 0.9 < time.monotonic() - began < 6
    (outcome,) = call(endless_loop, [{"args": ()}], 0.3, patience=100.0)
    assert outcome["error"]["type"] == "TookTooLong"
    assert 0.25 < time.process_time() - computing < 3


@unix_only
def test_somebody_elses_alarm_clock_goes_on() -> None:
    """A timer that was set before is set again afterwards, with the time that is left, and its handler is back."""
    rung: list[int] = []
    previous = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    before = signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        call(abs, [{"args": (1,)}], 5.0)
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 0.3
        time.sleep(0.4)
        assert rung == [1]
    finally:
        signal.signal(signal.SIGALRM, previous)
        signal.setitimer(signal.ITIMER_REAL, *before)


@unix_only
def test_calls_work_where_no_more_files_can_be_opened() -> None:
    """A notebook that has opened all the files that it may is still asked for its answers."""
    program = (
        "import os, resource, numpy.random\nfrom autograder.inside.call import call\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\nkept = []\n"
        "try:\n    while True: kept.append(open(os.devnull))\nexcept OSError: pass\n"
        "os._exit(call(lambda: 5, [{'args': ()}], 5.0)[0]['value'])"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 5


def test_calls_work_in_other_threads() -> None:
    """Where no alarm can be had, a call simply takes its time."""
    outcomes: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: outcomes.append(one(abs, -2)))
    thread.start()
    thread.join()
    assert outcomes[0]["value"] == 2


def test_who_swallows_every_alarm_is_ended_and_a_trace_of_others_comes_back() -> None:
    """Code that catches everything in an endless loop ends; whoever traced before, as a debugger does, goes on."""

    def deaf() -> None:
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass

    def traces(*_: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(traces)
    try:
        with time_limit(0.2) as alarm, pytest.raises(TookTooLong):
            alarm.run(deaf)
        assert sys.gettrace() is traces
    finally:
        sys.settrace(before)

"""Ctrl-C at the right moment."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from autograder.interrupts import Interrupts


def _interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_interrupt_while_working_waits() -> None:
    """Work that was begun is finished; the next wait raises the interrupt."""
    done = []

    def work() -> None:
        with Interrupts() as interrupts:
            _interrupt()
            done.append("judged")
            interrupts.wait(lambda: done.append("waited"))

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["judged"]


def test_interrupt_while_waiting_is_raised_at_once() -> None:
    """Who waits is interrupted."""

    def work() -> None:
        with Interrupts() as interrupts:
            threading.Timer(0.2, _interrupt).start()
            interrupts.wait(lambda: time.sleep(20))

    with pytest.raises(KeyboardInterrupt):
        work()


def test_interrupt_after_the_last_wait_is_raised_at_the_end() -> None:
    """None is lost."""
    done = []

    def work() -> None:
        with Interrupts() as interrupts:
            done.append(interrupts.wait(lambda: 3))
            _interrupt()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [3]


def test_handlers_are_put_back() -> None:
    """Afterwards an interrupt is an interrupt again, also after an error."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), Interrupts():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        _interrupt()


def test_other_threads_are_left_alone() -> None:
    """Outside of the main thread nothing is changed."""
    seen = []

    def work() -> None:
        with Interrupts() as interrupts:
            seen.append(interrupts.wait(lambda: signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]

"""Signals end the demo in good order."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from demo.interrupts import SIGNALS, Interrupted, Interrupts


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    """Interrupts that listen; the tests' own handlers are put back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    listening = Interrupts()
    listening.listen()
    yield listening
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.usefixtures("interrupts")
def test_a_signal_interrupts_and_later_ones_are_too_late(number: signal.Signals) -> None:
    with pytest.raises(Interrupted) as caught:
        os.kill(os.getpid(), number)
    assert caught.value.number == number
    for late in SIGNALS:
        os.kill(os.getpid(), late)


def test_a_signal_waits_while_held_back(interrupts: Interrupts) -> None:
    done = []

    def start_something() -> None:
        with interrupts.held_back():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("started")

    with pytest.raises(Interrupted):
        start_something()
    assert done == ["started"]


def test_nothing_happens_without_a_signal(interrupts: Interrupts) -> None:
    with interrupts.held_back():
        pass

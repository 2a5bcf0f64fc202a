"""What holds for all tests in Python."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


#: Signals that a shell or `nohup` has what runs in the background ignore, and what else they do.
IGNORED = {
    name: handler
    for name, handler in (
        ("SIGINT", signal.default_int_handler),
        ("SIGQUIT", signal.SIG_DFL),
        ("SIGHUP", signal.SIG_DFL),
    )
    if hasattr(signal, name)
}


@pytest.fixture(scope="session", autouse=True)
def heeds_signals() -> Iterator[None]:
    """Have what tests start heed signals, also where we were started without: `nohup … &`."""
    numbers = {getattr(signal, name): handler for name, handler in IGNORED.items()}
    ignored = [each for each in numbers if signal.getsignal(each) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, numbers[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)

"""A stand-in for each test, and proof that it leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from .. import TestEngine
from .client import Client

if TYPE_CHECKING:
    from ..faults import Step

#: Starts a stand-in with these arguments, and gives it with a client; both end with the test.
Start = Callable[..., "tuple[TestEngine, Client]"]


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(*steps: Step, **options: Any) -> tuple[TestEngine, Client]:
            engine = stack.enter_context(TestEngine(**{"script": steps, **options}))
            return engine, stack.enter_context(closing(Client(engine)))

        yield start

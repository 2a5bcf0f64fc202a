"""What it costs the plugin to have its component ready: the milliseconds of CPU, printed."""

from __future__ import annotations

import time

import buildkite_test_collector

start = time.process_time()
from buildkite_test_collector.component import Component  # noqa: E402

Component().run(uploads=True, results=False)
print((time.process_time() - start) * 1e3)
assert buildkite_test_collector

"""The pool runner of `bktec pool exec -- buildkite-pytest`."""

from _buildkite_test_collector.pool.main import main

__all__ = ["main"]

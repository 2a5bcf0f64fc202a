"""Sends the results of a pytest run to Buildkite Test Engine: the names that users import.

All else is in `_buildkite_test_collector`, which has no `__init__.py`: pytest rewrites the asserts
of a package that it knows to be a plugin's, anew in every fresh environment, and loads what it
wrote by ways of its own, which would double the time that the plugin takes to start. The way of the
data there, one room a station, and the process that it belongs to:

    plugin ──► session ──► recording ──► journal ──► component ──► delivery ──► net
    (hooks)    (a run)     (reports      (lines      (folds the    (what goes   (HTTP)
                           to events)    on disk)    events)       where)
    test process ──────────────────────► both ─────► courier ────────────────────►

PYTEST_DONT_REWRITE: `pytest_runner` is imported before pytest looks for plugins, which would warn
that it comes too late for the asserts of this one. There are none.
"""

from _buildkite_test_collector.version import __version__

__all__ = ["__version__"]

"""Sends the results of a pytest run to Buildkite Test Engine.

The way of the data, one module a station:

    plugin ──► evidence ──► recorder ──► journal ──► component ──► delivery ──► uploader
    (hooks)    (what a      (reports     (lines      (folds the   (what goes   (HTTP)
               process      to events)   on disk)    events)      where)
               saw)
"""

__version__ = "2.0.0"

"""The pool runner: one pytest that bktec, Buildkite's test splitter, hands batches of tests.

`bktec pool exec -- buildkite-pytest` starts it, with the path of a Unix socket in a variable. Our
plugin records and delivers as in every run; what is in this room pulls batches, runs them, and
posts what came of each. All of it happens between two tests, when nothing of the user's runs:

    host ──► selectors ──► collection ──► batches ──► batch_reports ──► host
    (HTTP)   (what bktec   (each file     (pytest's   (the component,    (HTTP)
              asks for)     once)          protocol)   from the journal)

https://github.com/buildkite/test-engine-client, docs/pool-exec.md
"""

#: The runner's name, to bktec and to people.
NAME = "buildkite-pytest"

"""The tests of libraries whose calls are recorded: run with `auto_spans` off and on, and compared.

`cargo xtask suites [NAME…]` is the command, and `table` says what is run. `RESULTS.md` has what
came of it.
"""

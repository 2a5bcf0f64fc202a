"""The courier: a process of its own that delivers a run while the tests run, and after them.

`launch` starts it, `waiting` waits for it at the end (both in the test process);
`deliver_test_results` is its program, `courier` what it does, `owner` how it notices that the test
process died. `job` is what it is told at its start, `status` what it tells.
"""

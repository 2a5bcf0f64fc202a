"""The journal of a run: how it is written, read, locked, and where it lies.

The test process writes it, and whoever delivers the run reads it: usually the courier, at the end
of some runs the test process itself, and later the command `upload`.
"""

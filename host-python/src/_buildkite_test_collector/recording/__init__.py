"""What the test process does: it records, and delivers nothing while tests run.

It uses the standard library alone, and holds what tests are known to replace from the moment of
loading.
"""

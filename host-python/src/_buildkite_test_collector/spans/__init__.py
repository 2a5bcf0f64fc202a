"""Spans: what happens inside a test, as users and libraries of theirs tell it."""

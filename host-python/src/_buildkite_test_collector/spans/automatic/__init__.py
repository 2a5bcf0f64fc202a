"""Spans that nobody writes by hand: http, sql and sleep, by hooks of the libraries themselves.

A module for each library says which class attribute or official event it takes, and why. Nothing
else is touched: no import hook, no proxy object, no `sys.monitoring`, no audit hook. None of this
is imported unless the setting `auto_spans` asks for it.
"""

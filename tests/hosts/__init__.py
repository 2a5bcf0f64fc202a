"""The hosts that are not pytest, end to end."""

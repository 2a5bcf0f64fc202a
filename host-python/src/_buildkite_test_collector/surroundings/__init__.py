"""Where a run takes place: the event that says it, and what that is read from."""

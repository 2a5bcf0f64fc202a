"""A module for each library: `install(hooks)` says which attribute or official event it takes."""

"""The component, as the plugin runs it: which code of it, and its calls."""

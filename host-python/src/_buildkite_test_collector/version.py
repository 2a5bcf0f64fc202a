"""The version, of the distribution and in what is uploaded."""

__version__ = "2.0.0"

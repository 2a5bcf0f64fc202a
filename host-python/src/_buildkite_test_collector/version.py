"""The version, of the distribution and in what is uploaded."""

__version__ = "2.0.0"

#: How servers know who sends.
USER_AGENT = f"buildkite-test-collector/{__version__}"

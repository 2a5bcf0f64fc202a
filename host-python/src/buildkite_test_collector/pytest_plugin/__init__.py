"""For `-p buildkite_test_collector.pytest_plugin`, where pytest loads no plugins by itself."""

pytest_plugins = ["_buildkite_test_collector.plugin"]

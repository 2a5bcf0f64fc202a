"""For `python -m _buildkite_test_collector.cli`."""

import sys

from . import main

sys.exit(main())

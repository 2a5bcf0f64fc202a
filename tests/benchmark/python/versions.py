"""Says what was measured: the versions of packages that are arguments, the machine, and the day."""

from __future__ import annotations

import datetime
import json
import os
import platform
import sys
from importlib.metadata import version

print(
    json.dumps(
        {
            "day": datetime.date.today().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            "packages": {name: version(name) for name in sys.argv[1:]},
        }
    )
)

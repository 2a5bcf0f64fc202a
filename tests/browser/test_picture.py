"""The picture of the page that its README shows."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from .columns import Run
from .runs import BUILD, suite

if TYPE_CHECKING:
    from .conftest import Open

PICTURE = Path(__file__).parents[2] / "host-browser/page.png"
SIZE = (1200, 750)

#: It is looked at in a repository, and lies in each clone.
MAX_BYTES = 150_000


def test_the_picture_is_of_this_page(open_page: Open) -> None:
    """Rewrites it by BLESS=1: letters differ between systems, so that bytes are not compared."""
    width, height = SIZE
    run = Run(suite(900, workers=6, seed=3), facts={"run_env": BUILD})
    page = open_page(run, at="#timeline", viewport={"width": width, "height": height})
    page.wait_for_selector(".timeline-box[data-frame]")
    taken = page.screenshot(path=PICTURE if os.environ.get("BLESS") else None)

    kept = PICTURE.read_bytes()
    assert len(kept) <= MAX_BYTES
    assert struct.unpack(">II", kept[16:24]) == struct.unpack(">II", taken[16:24]) == SIZE

"""What the tests sell, and who takes the money."""

from __future__ import annotations

import time

from widget_shop.basket import Widget
from widget_shop.checkout import CardDeclined

SPROCKET = Widget("sprocket", 250)
FLANGE = Widget("flange", 1_999)


class SlowBank:
    """Answers as slowly as a bank does, within reason, and declines above a limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def charge(self, cents: int) -> str:
        time.sleep(0.04)
        if cents > self.limit:
            raise CardDeclined(f"{cents} is more than {self.limit}")
        return f"receipt for {cents}"

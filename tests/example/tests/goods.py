"""What the tests sell, and who takes the money."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from widget_shop.bank import PAYMENT_REQUIRED
from widget_shop.basket import Widget

SPROCKET = Widget("sprocket", 250)
FLANGE = Widget("flange", 1_999)

#: What the bank declines is more than this, in cents.
LIMIT = 8_000


class SlowBank(BaseHTTPRequestHandler):
    """Answers as slowly as a bank does, within reason, and declines above a limit."""

    def do_POST(self) -> None:
        cents = int(self.rfile.read(int(self.headers["Content-Length"])))
        # Not by sleeping: that would be a span of the test.
        Event().wait(0.04)
        if cents > LIMIT:
            self._answer(PAYMENT_REQUIRED, f"{cents} is more than {LIMIT}")
        else:
            self._answer(200, f"receipt for {cents}")

    def log_message(self, *_args: object) -> None:
        pass

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


@contextmanager
def slow_bank() -> Iterator[str]:
    """Opens a bank on this machine, and gives its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), SlowBank) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()

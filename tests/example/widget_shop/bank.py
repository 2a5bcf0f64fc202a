"""The bank, as a service that one asks over the network."""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import urlopen

from .checkout import CardDeclined

#: The status of an answer that declines a payment.
PAYMENT_REQUIRED = 402


class BankService:
    """Charges cards by requests to a bank."""

    def __init__(self, url: str) -> None:
        self._url = url

    def charge(self, cents: int) -> str:
        """Takes the money and gives a receipt, or raises `CardDeclined`."""
        try:
            with urlopen(f"{self._url}/charges?card=4111-1111", str(cents).encode()) as answer:  # noqa: S310
                return str(answer.read().decode())
        except HTTPError as error:
            if error.code != PAYMENT_REQUIRED:
                raise
            raise CardDeclined(error.read().decode()) from error

"""The parameters of a request: typed, checked, and counted, since what nobody reads is an error too."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from alphaforge_binance.emulator.errors import ApiError, mandatory

_DECIMAL = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_INTEGER = r"^[0-9]{1,20}$"
_SYMBOL = r"^[A-Z0-9-_.]{1,20}$"
_CLIENT_ID = r"^[a-zA-Z0-9-_]{1,36}$"
_HIGHEST_INTEGER = 2**63 - 1


def as_text(value: Any) -> str:
    """A JSON value as it stands in a query and in what is signed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ",".join(f'"{item}"' for item in value) + "]"
    return str(value)


class Params:
    """What was sent, as texts by name."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self._sent = sent
        self._read: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._sent

    def raw(self, name: str) -> str | None:
        """A text as it was sent; None where it was not.

        Raises:
            ApiError: it is empty.
        """
        self._read.add(name)
        value = self._sent.get(name)
        if value == "":
            raise ApiError(-1105, f"Parameter '{name}' was empty.")
        return value

    def required(self, name: str) -> str:
        """A text that must be there."""
        value = self._sent.get(name)
        self._read.add(name)
        if not value:
            raise mandatory(name)
        return value

    def symbol(self, name: str = "symbol") -> str | None:
        """The name of a symbol."""
        return self._matching(name, _SYMBOL)

    def client_id(self, name: str) -> str | None:
        """A client order id."""
        return self._matching(name, _CLIENT_ID)

    def decimal(self, name: str) -> Decimal | None:
        """A number of zero or more."""
        value = self._matching(name, _DECIMAL)
        return None if value is None else Decimal(value)

    def integer(self, name: str) -> int | None:
        """A whole number."""
        value = self._matching(name, _INTEGER)
        if value is None:
            return None
        if int(value) > _HIGHEST_INTEGER:
            raise ApiError(-1108, f"Parameter '{name}' overflowed.")
        return int(value)

    def flag(self, name: str) -> bool | None:
        """True or false."""
        value = self.raw(name)
        if value is None:
            return None
        if value.lower() not in {"true", "false"}:
            raise ApiError(
                -1100, f"Illegal characters found in parameter '{name}'; legal range is 'true|false'."
            )
        return value.lower() == "true"

    def choice(self, name: str, allowed: Collection[str], error: ApiError | None = None) -> str | None:
        """One of some words."""
        value = self.raw(name)
        if value is None or value in allowed:
            return value
        raise error or ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")

    def check_all_read(self) -> None:
        """Refuse what no handler has asked for.

        Raises:
            ApiError: there is such a parameter.
        """
        unread = self._sent.keys() - self._read
        if unread:
            sent, read = len(self._sent), len(self._sent) - len(unread)
            raise ApiError(
                -1104,
                f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.",
            )

    def _matching(self, name: str, pattern: str) -> str | None:
        value = self.raw(name)
        if value is not None and not re.fullmatch(pattern, value):
            raise _illegal(name, pattern)
        return value


def _illegal(name: str, legal: str) -> ApiError:
    return ApiError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")

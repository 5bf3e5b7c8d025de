"""The errors of Binance, with its own codes and texts.

Source: binance-spot-api-docs, errors.md.
"""

from typing import Any


class ApiError(Exception):
    """A request is refused."""

    def __init__(self, code: int, msg: str, *, status: int = 400, data: Any = None) -> None:
        super().__init__(f"{code}: {msg}")
        self.code = code
        self.msg = msg
        self.status = status
        self.data = data

    def body(self) -> dict[str, Any]:
        """The JSON that a client gets."""
        body: dict[str, Any] = {"code": self.code, "msg": self.msg}
        if self.data is not None:
            body["data"] = self.data
        return body


def rejected(msg: str) -> ApiError:
    """The matching engine refuses a new order."""
    return ApiError(-2010, msg)


def filter_failure(name: str) -> ApiError:
    """A filter of the symbol is violated."""
    return ApiError(-1013, f"Filter failure: {name}")


def mandatory(name: str) -> ApiError:
    """A parameter that is needed was not sent."""
    return ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def either_mandatory(one: str, other: str) -> ApiError:
    """Neither of two parameters was sent."""
    return ApiError(-1102, f"Param '{one}' or '{other}' must be sent, but both were empty/null!")


def not_required(name: str) -> ApiError:
    """A parameter was sent that the order's type does not take."""
    return ApiError(-1106, f"Parameter '{name}' sent when not required.")


def unknown_order() -> ApiError:
    """There is nothing to cancel."""
    return ApiError(-2011, "Unknown order sent.")


def no_such_order() -> ApiError:
    """There is nothing to show."""
    return ApiError(-2013, "Order does not exist.")


def too_much_precision(name: str) -> ApiError:
    """More decimals than the asset has."""
    return ApiError(-1111, f"Parameter '{name}' has too much precision.")

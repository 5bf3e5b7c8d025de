"""The faults that only Binance has, and what its errors under a fault look like."""

from alphaforge_testkit.emulator import Fault
from alphaforge_testkit.emulator.fault import Point

from alphaforge_binance.emulator.errors import ApiError

FAULT_KINDS: dict[str, tuple[Point, str]] = {
    "maintenance": ("venue", "the symbols (all where none are named) are in BREAK, and REST answers 503"),
    "halt": ("venue", "the symbols (all where none are named) are in HALT: no order is taken"),
    "not_found_yet": ("venue", "queries do not find new orders for `seconds`"),
    "shutdown_notice": ("venue", "`serverShutdown` is sent to the streams, and they close after `seconds`"),
    "use_up_weight": ("venue", "somebody else uses up the request weight of the address: 429"),
    "ban": ("venue", "the address is banned for `seconds`: 418"),
    "empty_fills": ("venue", "while it lasts, trades are reported with no quantity and no price"),
    "revoke_keys": ("venue", "the keys of all accounts are not valid while it lasts"),
}
_OTHER = "Unknown error, please check your request or try again later."
_TEXTS = {
    -1000: "An unknown error occurred while processing the request.",
    -1001: "Internal error; unable to process your request. Please try again.",
    -1006: "An unexpected response was received from the message bus. Execution status unknown.",
    -1007: "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
    -1008: "Server is currently overloaded with other requests. Please try again in a few minutes.",
}


def fault_error(fault: Fault) -> ApiError:
    """The error of a request under a fault: -1007 unless the fault says otherwise."""
    code = fault.code if fault.code is not None else -1007
    return ApiError(
        code,
        _TEXTS.get(code, "Unknown error, please check your request or try again later."),
        status=fault.status,
    )

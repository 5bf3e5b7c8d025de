"""Mutations of JSON that leave it JSON: what no bytewise mutation finds in an hour."""

import copy
import json
import random
from typing import Any

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, 2**64, 10**14 - 1, 10**30, -(10**30), 0.5, 1e308,
    "", "0", "-0", "-1", "1e999999999", "NaN", "Infinity", "9" * 40, "0." + "0" * 40 + "1", "1.00000000",
    "BTCUSDT", "é\u2028\U0001f600", "\x00", "a" * 1_000, [], {}, [[]], [["1", "1"]], [None], {"": None},
]  # fmt: skip
"""Values that a field is not made for, and some that it is."""


def mutated(data: bytes, generator: random.Random) -> bytes | None:
    """The JSON with one to three of its places changed; None where it is no JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    for _ in range(generator.randint(1, 3)):
        value = _changed(value, generator)
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=generator.random() < 0.5).encode()
    except (ValueError, RecursionError):
        return None


def _changed(value: Any, generator: random.Random) -> Any:
    places = list(_places(value))
    if not places:
        return copy.deepcopy(generator.choice(ODD))
    holder, key = generator.choice(places)
    match generator.randrange(6):
        case 0:
            del holder[key]
        case 1:
            other, at = generator.choice(places)
            holder[key] = copy.deepcopy(other[at])
        case 2 if isinstance(holder, list):
            holder.extend(copy.deepcopy(holder) * generator.randint(1, 4))
        case 3:
            holder[key] = [holder[key]] if generator.random() < 0.5 else str(holder[key])
        case 4 if isinstance(holder[key], str) and holder[key]:
            at = generator.randrange(len(holder[key]))
            holder[key] = holder[key][:at] + generator.choice("0123456789.-eE@:\x00é ") + holder[key][at:]
        case _:
            holder[key] = copy.deepcopy(generator.choice(ODD))
    return value


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict):
            keys: list[Any] = list(holder)
        elif isinstance(holder, list):
            keys = list(range(len(holder)))
        else:
            continue
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys]
    return found

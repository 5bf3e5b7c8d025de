"""Who listens to the events of an account, and sending these."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from alphaforge_testkit.emulator import WebSocketConnection

from alphaforge_binance.emulator.views import ToTime


@dataclass(eq=False, slots=True)
class Subscription:
    """One subscription of one connection."""

    number: int
    account: int
    connection: WebSocketConnection
    time: ToTime


class UserData:
    """All subscriptions to user data."""

    def __init__(self) -> None:
        self._by_account: dict[int, list[Subscription]] = defaultdict(list)
        self.events = 0

    def add(self, subscription: Subscription) -> None:
        """Begin to send events."""
        self._by_account[subscription.account].append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Send no more events."""
        self._by_account[subscription.account].remove(subscription)

    def send(self, account: int, target: str, build: Callable[[ToTime], dict[str, Any]]) -> None:
        """Send an event to all who listen; faults match the target, such as `executionReport/TRADE`."""
        for subscription in self._by_account.get(account, ()):
            self.events += 1
            send_event(subscription, target, build(subscription.time))


def send_event(subscription: Subscription, target: str, event: dict[str, Any]) -> None:
    """Send one event to one subscription."""
    payload = msgspec.json.encode({"subscriptionId": subscription.number, "event": event})
    subscription.connection.send(target, payload)


def is_plain_id(value: object) -> bool:
    """Whether a request may bear this id: a whole number, a short text, or none."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return True
    return isinstance(value, str) and re.fullmatch(r"[a-zA-Z0-9-_]{1,36}", value) is not None

"""The conformance kit: suites that any venue's plugin subclasses; see docs/conformance.md."""

from alphaforge_testkit.conformance.account import AccountSuite
from alphaforge_testkit.conformance.ambiguous import AmbiguousOutcomesSuite
from alphaforge_testkit.conformance.case import (
    CAPABILITIES,
    SUPPORTED,
    Capability,
    Case,
    Declared,
    conformance,
    not_yet,
    unsupported,
)
from alphaforge_testkit.conformance.clock_offset import ClockOffsetSuite
from alphaforge_testkit.conformance.decimals import DecimalsSuite
from alphaforge_testkit.conformance.market_data import MarketDataSuite
from alphaforge_testkit.conformance.order_changes import OrderChangesSuite
from alphaforge_testkit.conformance.order_types import OrderTypesSuite
from alphaforge_testkit.conformance.rate_limits import RateLimitsSuite
from alphaforge_testkit.conformance.reconciliation import ReconciliationSuite
from alphaforge_testkit.conformance.reconnects import ReconnectsSuite
from alphaforge_testkit.conformance.suite import Suite
from alphaforge_testkit.conformance.trading import TradingSuite
from alphaforge_testkit.conformance.venue_under_test import (
    Adversary,
    FaultName,
    LiveTarget,
    OpenVenue,
    VenueOrder,
    VenueUnderTest,
)

SUITES: tuple[type[Suite], ...] = (
    MarketDataSuite,
    TradingSuite,
    OrderTypesSuite,
    OrderChangesSuite,
    AccountSuite,
    AmbiguousOutcomesSuite,
    RateLimitsSuite,
    ReconnectsSuite,
    ClockOffsetSuite,
    ReconciliationSuite,
    DecimalsSuite,
)
"""All suites."""


def cases() -> list[Case]:
    """All tests of the kit, by id."""
    marked = [
        mark for suite in SUITES for test in vars(suite).values() for mark in getattr(test, "pytestmark", ())
    ]
    return sorted((mark.args[0] for mark in marked if mark.name == "conformance"), key=lambda case: case.id)


__all__ = [
    "CAPABILITIES",
    "SUITES",
    "SUPPORTED",
    "AccountSuite",
    "Adversary",
    "AmbiguousOutcomesSuite",
    "Capability",
    "Case",
    "ClockOffsetSuite",
    "DecimalsSuite",
    "Declared",
    "FaultName",
    "LiveTarget",
    "MarketDataSuite",
    "OpenVenue",
    "OrderChangesSuite",
    "OrderTypesSuite",
    "RateLimitsSuite",
    "ReconciliationSuite",
    "ReconnectsSuite",
    "Suite",
    "TradingSuite",
    "VenueOrder",
    "VenueUnderTest",
    "cases",
    "conformance",
    "not_yet",
    "unsupported",
]

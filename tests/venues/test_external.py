"""What a venue says it can do decides which orders wait there and which in the node."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from alphaforge.sansio.venue_codec import TradingTraits
from alphaforge.venues.external import add_external_venues
from alphaforge_rs import EventBatch, InstrumentTable, Runtime

from tests.venues.conftest import BTC

PLAIN = TradingTraits(
    native_triggers=False,
    native_trailing=False,
    native_expiry=False,
    prevents_self_trades=False,
    replaces_in_one_step=False,
    highest_fee="0.001",
    answer_within_s=1.0,
    certain_after_s=1.0,
)


@pytest.mark.parametrize("trait", [None, "native_triggers", "native_trailing"])
@pytest.mark.parametrize(
    ("option", "waits_by"), [({"stop": "110"}, "native_triggers"), ({"trailing": "5"}, "native_trailing")]
)
def test_an_order_waits_where_the_venue_says(trait, option, waits_by) -> None:
    traits = PLAIN if trait is None else replace(PLAIN, **{trait: True})
    table = InstrumentTable([BTC])
    faults: list[tuple[str, str, BaseException]] = []
    runtime = Runtime("main", 1, table, lambda *fault: faults.append(fault))
    add_external_venues(runtime, [SimpleNamespace(name="OUT", adapter=SimpleNamespace(traits=traits))])
    runtime.set_balance("OUT", "USDT", "1000000")
    port = runtime.add_strategy("s", {})
    batch = EventBatch(table)
    batch.add_quote(table.handle("OUT", "BTCUSDT"), 1, None, 1, "99", "1", "100", "1")
    runtime.run(batch)
    outcome = port.submit(BTC, "buy", "1", **option)
    assert outcome.accepted, outcome.reason
    assert len(runtime.take_outbox()) == (trait == waits_by)
    assert faults == []

"""Handles of orders that were never made."""

from alphaforge import Strategy, Trade
from alphaforge.model.errors import StrategyError
from alphaforge.strategies.handle import OrderHandle


class Lost(Strategy):
    """Cancels what a handle stands for whose command made no order."""

    def on_start(self) -> None:
        self.told: list[str] = []

    def on_trade(self, trade: Trade) -> None:
        handle = OrderHandle(self, self.cancel_all())
        assert handle.id is None
        try:
            handle.cancel()
        except StrategyError as error:
            self.told.append(str(error))


def test_what_was_never_made_cannot_be_cancelled(nodes) -> None:
    ran = nodes.run(f'[[strategies]]\nuse = "{__name__}:Lost"\n', lambda script, node: script.trade(1))
    assert ran.result.faults == []
    (told,) = ran.strategy.told
    assert told.endswith(" was never made")

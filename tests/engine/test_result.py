"""The result as it is told: amounts in plain digits, every note once."""

from decimal import Decimal

import pytest
from alphaforge import Strategy, Trade
from alphaforge.model.plain_digits import plain_digits

TOML = f'[[strategies]]\nuse = "{__name__}:Once"\n[paper]\ntaker_fee = "0.0000001"\n'


class Once(Strategy):
    """Buys a little, once."""

    bought = False

    def on_trade(self, trade: Trade) -> None:
        if not self.bought:
            self.bought = True
            self.buy("0.0002")


def market(script, _) -> None:
    script.quote(0).trade(1).trade(500)


@pytest.mark.parametrize(
    ("amount", "digits"),
    [
        ("-74.628520695900", "-74.6285206959"),
        ("1E-8", "0.00000001"),
        ("1E+4", "10000"),
        ("100", "100"),
        ("100.000", "100"),
        ("-0.00", "0"),
        ("0E-12", "0"),
        ("123456789012345678901234567890.123456789012", "123456789012345678901234567890.123456789012"),
    ],
)
def test_amounts_are_plain_digits_without_trailing_zeros(amount, digits) -> None:
    assert plain_digits(Decimal(amount)) == digits


def test_results_and_records_write_amounts_alike(nodes, tmp_path, read_lines) -> None:
    result = nodes.run(TOML + '[sinks.jsonl]\npath = "r.jsonl"\n', market).result.to_json()
    rows = read_lines(tmp_path / "r.jsonl")
    (fill,) = [row for row in rows if row["type"] == "fill"]
    assert fill["price"] == "50001"
    assert fill["fee"] == result["fees"]["USDT"] == "0.00000100002"
    equity = [row for row in rows if row["type"] == "equity"]
    assert equity[-1]["equity"] == result["equity"]
    assert not any(amount.endswith("0") for amount in result["pnl"]["USDT"].values() if "." in amount)


def test_a_note_that_comes_again_is_told_once(nodes) -> None:
    def write(script, _) -> None:
        market(script, _)
        script.notes = ["give --instruments", "the market is odd", "give --instruments"]

    assert nodes.run(TOML, write).result.warnings == ["give --instruments", "the market is odd"]

"""What a configuration cannot mean is refused when the node is composed, with origin, field and value."""

import pytest
from alphaforge import Strategy
from alphaforge.model.errors import AlphaForgeError

TOML = f'[[strategies]]\nuse = "{__name__}:Idle"\n'
KNOWN = "(its currencies: BTC, USDT)"


class Idle(Strategy):
    """Does nothing."""


REFUSED = {
    "[feed]\nfiles = ['a.jsonl']": (
        "feed.files is set but feed.source is 'simulated': set feed.source = \"recorded\""
    ),
    "[feed]\nsource = 'simulated'\ninstruments_file = 'info.json'": (
        "feed.instruments_file is set but feed.source is 'simulated': set feed.source = \"recorded\""
    ),
    "[paper]\ncash = { usdt = 5 }": (f"paper.cash.usdt = 5: no instrument of this node trades usdt {KNOWN}"),
    "[paper]\ncash = { USDT = 5, EUR = '0.5' }": (
        f"paper.cash.EUR = 0.5: no instrument of this node trades EUR {KNOWN}"
    ),
    "[node]\nreporting_currency = 'XYZ'": (
        f"node.reporting_currency = 'XYZ': no instrument of this node trades XYZ {KNOWN}"
    ),
    "[risk.account]\nmax_order_value = '5 EUR'": (
        f"risk.account.max_order_value = '5 EUR': no instrument of this node trades EUR {KNOWN}"
    ),
    "[risk.venue.sim]\nmax_order_value = '5 EUR'": (
        f"risk.venue.sim.max_order_value = '5 EUR': no instrument of this node trades EUR {KNOWN}"
    ),
    "[risk.strategy.Idle]\nmax_order_value = '5 EUR'": (
        f"risk.strategy.Idle.max_order_value = '5 EUR': no instrument of this node trades EUR {KNOWN}"
    ),
    "[risk.instrument.'SIM:BTCUSDT']\nmax_order_value = '5 EUR'": (
        "risk.instrument.SIM:BTCUSDT.max_order_value = '5 EUR': "
        f"no instrument of this node trades EUR {KNOWN}"
    ),
    "[sinks.jsonl]\npath = 'r'\n[sinks.sqlite]\npath = 'r'": (
        "sinks.sqlite.path = 'r': sinks.jsonl writes to it already: name another file"
    ),
}


@pytest.mark.parametrize("section", REFUSED)
def test_what_it_cannot_mean_is_refused(section: str, nodes, tmp_path) -> None:
    with pytest.raises(AlphaForgeError) as refusal:
        nodes.compose(f"{TOML}{section}\n")
    assert str(refusal.value) == f"{tmp_path}/node.toml: {REFUSED[section]}"


@pytest.mark.parametrize(
    "section",
    [
        "[paper]\ncash = { USDT = 5, BTC = 1 }",
        "[node]\nreporting_currency = 'BTC'",
        "[risk.account]\nmax_order_value = '5 BTC'",
        "[sinks.jsonl]\npath = 'r'\n[sinks.sqlite]\npath = 's'",
    ],
)
def test_what_it_can_mean_is_composed(section: str, nodes) -> None:
    assert nodes.compose(f"{TOML}{section}\n").instruments


def test_two_strategies_cannot_share_a_state_file(nodes, tmp_path) -> None:
    one = f'[[strategies]]\nuse = "{__name__}:Idle"\nstate_file = "s.json"\n'
    with pytest.raises(AlphaForgeError) as refusal:
        nodes.compose(f"{one}{one}name = 'second'\n")
    told = f"strategies.1.state_file = '{tmp_path}/s.json': strategies.0 has it already: name another file"
    assert str(refusal.value) == f"{tmp_path}/node.toml: {told}"

"""What is said of a configuration that cannot be used: origin, field, value, what is wrong, what to do."""

import re

import pytest
from alphaforge.config.load import load_config, load_raw
from alphaforge.engine.compose import compose
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import AlphaForgeError

RUNNABLE = '[[strategies]]\nuse = "demo-market-maker"\n'

FAULTS = {
    "[nodes]\nname = 'a'": r"unknown section \[nodes\]; did you mean 'node'\?",
    "[node]\nnam = 'a'": r"node\.nam: unknown key; did you mean 'name'\?",
    "[node]\nzzz = 'a'": r"node\.zzz: unknown key",
    "[feed]\nmode = 'paper'": r"feed\.mode: unknown key; it belongs to \[node\]",
    "[node]\nvenue = 'sim'": r"node\.venue: unknown key; it belongs to \[venues\.NAME\]",
    "[node]\nuse = 'sim'": r"node\.use: unknown key; it belongs to \[\[strategies\]\]",
    "[risk.account]\nmax_order_quantity = 1": (
        r"risk\.account\.max_order_quantity: unknown key; it belongs to "
        r'\[risk\.instrument\."VENUE:SYMBOL"\]'
    ),
    "[risk.venue.binance]\nmax_position = 1": r"risk\.venue\.binance\.max_position: .*; it belongs to .*",
    "[node]\nname = 'Main'": r"node\.name = 'Main': use 1 to 12 lower-case letters or digits, such as main",
    "[node]\nname = ''": r"node\.name = '': use 1 to 12 .*",
    "[node]\nname = 'morethan12chars'": r"node\.name = 'morethan12chars': use 1 to 12 .*",
    "[node]\nname = 5": r"node\.name = 5: write a text in quotes",
    "node = 5": r"node = 5: write a table",
    "[node]\nmode = 'demo'": r"node\.mode = 'demo': write 'paper' or 'live'",
    "[node]\nreporting_currency = '$'": r"node\.reporting_currency = '\$': a currency has 1 to 16 letters .*",
    "[feed]\nfiles = 'a.jsonl'": r"feed\.files = 'a\.jsonl': write a list, such as \[\"one\", \"two\"\]",
    "[feed]\nfiles = [5]": r"feed\.files\.0 = 5: write a path in quotes",
    "[feed]\nfiles = ['~nobody-at-all/a.jsonl']": (
        r"feed\.files\.0 = '~nobody-at-all/a\.jsonl': ~nobody-at-all is no user's home folder here: "
        r"write the path in full"
    ),
    "[feed]\nseed = -1": r"feed\.seed = -1: write 0 or more",
    "[feed]\nseed = 18446744073709551616": r"feed\.seed = 1\d+: write 18446744073709551615 or less",
    "[feed]\nseconds = 0": r"feed\.seconds = 0: write a number above 0",
    "[feed]\nseconds = inf": r"feed\.seconds = inf: .*",
    "[feed]\nseconds = nan": r"feed\.seconds = nan: .*",
    "[feed]\npace = 'slow'": r"feed\.pace = 'slow': write 'max' or 'realtime'",
    "[paper]\ncash = 5": r"paper\.cash = 5: write a table",
    "[paper]\ncash = { USDT = -5 }": r"paper\.cash\.USDT = -5: write 0 or more",
    "[paper]\ncash = { USDT = '1e60' }": r"paper\.cash\.USDT = '1e60': write 10{18} or less",
    "[paper]\ncash = { USDT = 'much' }": r"paper\.cash\.USDT = 'much': write a number, such as 0\.5",
    "[paper]\ncash = { '' = 5 }": r"paper\.cash\.\"\" = '': a currency has 1 to 16 .*",
    "[paper]\ncash = { USDT = [] }": r"paper\.cash\.USDT = \[\]: write a number, such as 0\.5",
    "[feed]\nseed = 'many'": r"feed\.seed = 'many': write a whole number, such as 5",
    "[feed]\nseed = 1.5": r"feed\.seed = 1\.5: write a whole number, such as 5",
    "[feed]\nseconds = 'long'": r"feed\.seconds = 'long': write a number, such as 0\.5",
    "[paper]\ncash = { 'US$' = 5 }": r"paper\.cash\.US\$ = 'US\$': a currency has 1 to 16 .*",
    "[paper]\nlatency_ms = -1": r"paper\.latency_ms = -1: write 0 or more",
    "[paper]\nlatency_ms = 1e300": r"paper\.latency_ms = 1e\+300: write 3600000 or less",
    "[paper]\nresponse_latency_ms = -1": r"paper\.response_latency_ms = -1: write 0 or more",
    "[paper]\nlatency_jitter_ms = inf": r"paper\.latency_jitter_ms = inf: write a finite number",
    "[[paper.fee_tiers]]\nvolume = 0\nmaker_fee = 0\ntaker_fee = 0": (
        r"paper\.fee_tiers = .*: write the tiers with rising volumes, above zero"
    ),
    "[[paper.fee_tiers]]\nvolume = 1\nmaker_fee = 0": r"paper\.fee_tiers\.0\.taker_fee is missing",
    "[paper]\nfill_model = 'probabilistic'": r"paper\.fill_model = 'probabilistic': write a table",
    "[paper]\nmaker_fee = 2": r"paper\.maker_fee = 2: write 1 or less",
    "[paper]\nmaker_fee = '0.00000000001'": r"paper\.maker_fee = .*: write at most 9 decimal places",
    "strategies = 5": r"strategies = 5: write a list of tables, such as \[\{ use = \"my_strategy\.py\" \}\]",
    "[[strategies]]\nname = 'a'": r"strategies\.0\.use is missing",
    "[[strategies]]\nuse = 'a'\non_error = 'x'": r"strategies\.0\.on_error = 'x': write 'cancel' or 'leave'",
    "[risk]\nbuying_power_buffer = 2": r"risk\.buying_power_buffer = 2: write 1 or less",
    "[risk]\nmarket_slippage = -0.1": r"risk\.market_slippage = -0\.1: write 0 or more",
    "[risk]\nrule_budget_ms = 0": r"risk\.rule_budget_ms = 0: write a number above 0",
    "[risk.strategy.A]\nmax_position = -1": r"risk\.strategy\.A\.max_position = -1: write 0 or more",
    "[risk.strategy.A]\nmax_position = nan": r"risk\.strategy\.A\.max_position = nan: write a finite number",
    "[risk.strategy.A]\nmax_short = 1e80": r"risk\.strategy\.A\.max_short = 1e\+80: write 10{18} or less",
    "[risk.account]\nmax_order_value = 5": (
        r"risk\.account\.max_order_value = 5: write an amount and a currency, such as '200 USDT'"
    ),
    "[risk.account]\nmax_messages = '5'": (
        r"risk\.account\.max_messages = '5': write a count and a window, such as '50/1s' or '50/1s, keep 10'"
    ),
    "[plugins]\ndisabled = 'binance'": r"plugins\.disabled = 'binance': write a list, such as .*",
    "sinks = 5": r"sinks = 5: write a table",
}


@pytest.mark.parametrize("text", FAULTS, ids=lambda text: text.replace("\n", " "))
def test_a_fault_of_a_section_is_told_with_origin_field_value_and_remedy(
    text: str, faults_of, tmp_path
) -> None:
    (fault,) = faults_of(text)
    origin = str(tmp_path / "node.toml")
    assert fault.startswith(f"{origin}: ")
    assert re.fullmatch(FAULTS[text], fault.removeprefix(f"{origin}: "))


def test_all_faults_are_told_at_once_each_with_its_origin(faults_of, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("ALPHAFORGE_FEED__PACE", "slow")
    text = "[node]\nname = 'A'\nmood = 1\n[papers]\n[risk.account]\nmax_messages = 'x'\n"
    file = tmp_path / "node.toml"
    found = faults_of(text, "feed.seed=-1", "strategies.0.use=x")
    expected = [
        rf"{file}: unknown section \[papers\]; did you mean 'paper'\?",
        rf"{file}: node\.name = 'A': .*",
        rf"{file}: node\.mood: unknown key; did you mean 'mode'\?",
        r"env ALPHAFORGE_FEED__PACE: feed\.pace = 'slow': .*",
        r"--set: feed\.seed = -1: .*",
        r"--set: strategies = \{'0': \{'use': 'x'\}\}: write a list of tables, .*",
        rf"{file}: risk\.account\.max_messages = 'x': .*",
    ]
    assert len(found) == len(expected)
    for pattern in expected:
        assert any(re.fullmatch(pattern, fault) for fault in found), pattern


NODE_FAULTS = {
    "": r"FILE: \[\[strategies\]\] is empty: name at least one strategy to run",
    f"{RUNNABLE}[node]\nmode = 'live'": (
        r"FILE: node\.mode = 'live': it needs feed\.source = \"live\", which is 'simulated'"
    ),
    f"{RUNNABLE}{RUNNABLE}": (
        r"FILE: \[\[strategies\]\]: several are named 'DemoMarketMaker': give each a name of its own"
    ),
    f"{RUNNABLE}instruments = ['SIM:ETHUSDT']": (
        r"FILE: strategies\.0\.instruments = 'SIM:ETHUSDT': the node has no such instrument "
        r"\(it has: SIM:BTCUSDT\)"
    ),
    f"{RUNNABLE}params = {{ wrong = 1, size = 'x' }}": (
        r"FILE: strategies\.0\.params\.size = 'x': .*\n"
        r"FILE: strategies\.0\.params\.wrong: unknown key; \[strategies\.0\.params\] has: size, .*"
    ),
    f"{RUNNABLE}params = {{ siz = 1 }}": (
        r"FILE: strategies\.0\.params\.siz: unknown key; did you mean 'size'\?"
    ),
    "[[strategies]]\nuse = 'demo-marketmaker'": (
        r"FILE: strategies\.0\.use: strategies 'demo-marketmaker' is not provided by any installed plugin "
        r"\(there is: demo-market-maker, demo-trend-taker\); see `alphaforge plugins list`"
    ),
    f"{RUNNABLE}[feed]\nsource = 'recorded'": r"FILE: feed\.files is empty: name at least one recording",
    f"{RUNNABLE}[venues.sim]\ninstruments = ['ETHUSDT']": (
        r"FILE: venues\.sim\.instruments = 'ETHUSDT': the feed has no such instrument of SIM "
        r"\(it has: BTCUSDT\)"
    ),
    f"{RUNNABLE}[venues.sim]\nplugin = 'sim'": (
        r"FILE: venues\.sim\.plugin: unknown key; \[venues\.sim\] has: venue, instruments, streams, .*"
    ),
    f"{RUNNABLE}[venues.sim]\ninstrument = ['BTCUSDT']": (
        r"FILE: venues\.sim\.instrument: unknown key; did you mean 'instruments'\?"
    ),
    f"{RUNNABLE}[venues.binance]": (r"FILE: venues\.binance: the feed has no venue BINANCE \(it has: SIM\)"),
    f"{RUNNABLE}[venues.sim]\n[venues.sin]\ninstruments = ['BTCUSDT']": (
        r"FILE: venues\.sin: the feed has no venue SIN \(it has: SIM\)"
    ),
    f"{RUNNABLE}[venues.first]\nvenue = 'sim'\n[venues.second]\nvenue = 'SIM'": (
        r"FILE: venues\.second: SIM is the venue of venues\.first already: name its instruments there"
    ),
    f"{RUNNABLE}[sinks.jsonl]\npath = 'x'\nzzz = 1": (
        r"FILE: sinks\.jsonl\.zzz: unknown key; \[sinks\.jsonl\] has: path"
    ),
    f"{RUNNABLE}[risk.instrument.'SIM:ETHUSDT']\nmax_position = 1": (
        r"FILE: risk\.instrument\.SIM:ETHUSDT: this node has no such instrument \(it has: SIM:BTCUSDT\)"
    ),
    f"{RUNNABLE}[risk.strategy.Maker]\nmax_position = 1": (
        r"FILE: risk\.strategy\.Maker: this node has no such strategy \(it has: DemoMarketMaker\)"
    ),
    f"{RUNNABLE}[risk.venue.binance]\nmax_messages = '5/1s'": (
        r"FILE: risk\.venue\.binance: this node has no such venue \(it has: SIM\)"
    ),
    f"{RUNNABLE}[sinks.csv]\npath = 'x'": (
        r"FILE: sinks\.csv: sinks 'csv' is not provided by any installed plugin "
        r"\(there is: jsonl, parquet, sqlite\).*"
    ),
    f"{RUNNABLE}[sinks.jsonl]\npth = 'x'": (
        r"FILE: sinks\.jsonl\.path is missing\nFILE: sinks\.jsonl\.pth: unknown key; did you mean 'path'\?"
    ),
    f"{RUNNABLE}[sinks.mine]\nuse = 'sqlite'": r"FILE: sinks\.mine\.path is missing",
    f"{RUNNABLE}[monitors.feed-fresh]\ninterval_s = 0": (
        r"FILE: monitors\.feed-fresh\.interval_s = 0: write a number above 0"
    ),
    f"{RUNNABLE}[monitors.feed-fresh]\nhalt = 'maybe'": (
        r"FILE: monitors\.feed-fresh\.halt = 'maybe': write true or false"
    ),
    f"{RUNNABLE}[monitors.pulse]\nx = 1": r"FILE: monitors\.pulse: monitors 'pulse' is not provided .*",
    f"{RUNNABLE}[risk.rules.mine]\nx = 1": (
        r"FILE: risk\.rules\.mine: risk_rules 'mine' is not provided by any installed plugin .*"
    ),
    f"{RUNNABLE}[plugins]\ndisabled = ['binanc']": (
        r"FILE: plugins\.disabled = 'binanc': there is no such plugin \(installed: binance, .*\)"
    ),
    f"{RUNNABLE}[plugins]\ndisabled = ['core']": (
        r"FILE: strategies\.0\.use: strategies 'demo-market-maker': plugin 'core' \(alphaforge-core .*\) "
        r"cannot be used: disabled by the configuration"
    ),
}


@pytest.mark.parametrize("text", NODE_FAULTS, ids=lambda text: text.replace(RUNNABLE, "").replace("\n", " "))
def test_a_node_that_cannot_be_put_together_says_why(text: str, node_toml) -> None:
    path = node_toml(text)
    raw = load_raw(path)
    config = load_config(raw)
    with pytest.raises(AlphaForgeError) as refusal:
        compose(config, raw, Registry.installed(config.plugins.disabled))
    assert re.fullmatch(NODE_FAULTS[text].replace("FILE", re.escape(str(path))), str(refusal.value))


def test_a_venue_can_have_a_section_of_any_name_and_no_instrument_comes_twice(node_toml) -> None:
    text = f"""{RUNNABLE}instruments = ['SIM:BTCUSDT', 'SIM:BTCUSDT']
[venues.mine]\nvenue = 'sim'\ninstruments = ['BTCUSDT', 'BTCUSDT']"""
    raw = load_raw(node_toml(text))
    parts = compose(load_config(raw), raw, Registry.installed())
    assert [instrument.id for instrument in parts.instruments] == ["SIM:BTCUSDT"]
    assert [instrument.id for instrument in parts.strategies[0].strategy.instruments] == ["SIM:BTCUSDT"]

"""Bad input of every kind: the right exit code, one readable line for each fault, never a traceback."""

import gzip
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from alphaforge.cli import exit_codes
from alphaforge_testkit.recordings import write_recording

EXCHANGE_INFO = {
    "symbols": [
        {
            "symbol": "BTCUSDT",
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
                {"filterType": "NOTIONAL", "minNotional": "5"},
            ],
        }
    ]
}

HEAD = "from alphaforge import Strategy, StrategyParams\n\n\n"
FINE = HEAD + "class Fine(Strategy):\n    pass\n"
STRATEGIES = {
    "fine": FINE,
    "syntax": "from alphaforge import Strategy\n\ndef broken(:\n",
    "raises": "import math\n\nraise ValueError('one\\ntwo')\n",
    "exits": "import sys\n\nsys.exit(5)\n",
    "imports": "import no_such_module\n",
    "nothing": "x = 1\n",
    "two": HEAD + "class One(Strategy):\n    pass\n\n\nclass Two(Strategy):\n    pass\n",
    "params": HEAD + "class Params(StrategyParams):\n    size: int\n    speed: float = 1.0\n\n\n"
    "class Sized(Strategy[Params]):\n    pass\n",
    "constructor": HEAD + "class Broken(Strategy):\n    def __init__(self, params):\n        1 / 0\n",
    "exits_in_constructor": HEAD
    + "class Broken(Strategy):\n    def __init__(self, params):\n        raise SystemExit(3)\n",
    "too_early": HEAD + "class Early(Strategy):\n    def __init__(self, params):\n"
    "        super().__init__(params)\n        self.buy(1)\n",
    "is_async": HEAD + "class Waits(Strategy):\n    async def on_trade(self, trade):\n        self.buy(1)\n",
    "generates": HEAD
    + "class Yields(Strategy):\n    def on_trade(self, trade):\n        yield self.buy(1)\n",
}


@dataclass(frozen=True)
class Bad:
    """A command with a fault in it, and what is to be said."""

    name: str
    arguments: str
    errors: list[str]
    """A pattern for each `error:` line."""
    code: int = exit_codes.ERROR
    warnings: list[str] = field(default_factory=list)


GOOD = "--data good.jsonl"
DATA = [
    Bad(
        "missing recording", "backtest fine.py --data none.jsonl", [r"none\.jsonl: No such file or directory"]
    ),
    Bad("folder as recording", "backtest fine.py --data .", [r"\.: not a regular file; .*"]),
    Bad("empty recording", "backtest fine.py --data empty.jsonl", [r"empty\.jsonl: the recording is empty$"]),
    Bad("empty gzip", "backtest fine.py --data empty.gz", [r"empty\.gz: the recording is empty$"]),
    Bad(
        "corrupt gzip",
        "backtest fine.py --data corrupt.gz",
        [r"corrupt\.gz: the gzip data is damaged after line \d+ .*check the file with `gzip -t`"],
    ),
    Bad(
        "gzip cut off",
        "backtest fine.py --data cut.gz --json",
        [],
        code=exit_codes.OK,
        warnings=[
            r"cut\.gz: the recording ends in the middle of a line, after line \d+; all before it is used"
        ],
    ),
    Bad(
        "last line cut off",
        "backtest fine.py --data truncated.jsonl --json",
        [],
        code=exit_codes.OK,
        warnings=[
            r"truncated\.jsonl: the recording ends in the middle of a line, after line 121; all before"
        ],
    ),
    Bad(
        "last line cut off in its time",
        "backtest fine.py --data truncated_time.jsonl --json",
        [],
        code=exit_codes.OK,
        warnings=[r"truncated_time\.jsonl: the recording ends in the middle of a line, after line 122; all"],
    ),
    Bad(
        "short recording cut off",
        "backtest fine.py --data short.jsonl --json",
        [],
        code=exit_codes.OK,
        warnings=[r"short\.jsonl: the recording ends in the middle of a line, after line 4; all before"],
    ),
    Bad(
        "garbage in the middle",
        "backtest fine.py --data garbage.jsonl",
        [r'garbage\.jsonl:61: expected `<receive time in ns> <frame>`, found "garbage here"$'],
    ),
    Bad(
        "garbage frame in the middle",
        "backtest fine.py --data garbage_frame.jsonl",
        [r"garbage_frame\.jsonl:61: not a frame of Binance Spot: .*"],
    ),
    Bad(
        "garbage frame at the beginning",
        "backtest fine.py --data garbage_first.jsonl",
        [r"garbage_first\.jsonl:3: not a frame of Binance Spot: .*"],
    ),
    Bad(
        "garbage price",
        "backtest fine.py --data garbage_price.jsonl",
        [r"garbage_price\.jsonl:62: BINANCE:BTCUSDT: price \"cheap\": not a number$"],
    ),
    Bad(
        "recording of another venue",
        "backtest fine.py --data other.jsonl",
        [r"other\.jsonl: no installed reader recognises it \(readers: binance, parquet\); install .*"],
    ),
    Bad(
        "no recording at all",
        "backtest fine.py --data fine.py",
        [r"fine\.py:1: expected `<receive time in ns> <frame>`, found .*"],
    ),
    Bad(
        "recording without market data",
        "backtest fine.py --data replies.jsonl",
        [r"replies\.jsonl: no installed reader recognises it .*"],
    ),
    Bad(
        "unknown quote",
        "backtest fine.py --data odd_symbol.jsonl",
        [r"ABCXYZ: base and quote cannot be told from the symbol; .* --instruments \(feed\..*"],
    ),
    Bad(
        "price finer than the specification",
        "backtest fine.py --data fine_price.jsonl --instruments info.json",
        [r'fine_price\.jsonl:62: BINANCE:BTCUSDT: price "50000\.123" does not fit its 2 decimals; .*'],
    ),
    Bad(
        "missing instruments",
        f"backtest fine.py {GOOD} --instruments none.json",
        [r"none\.json: No such file or directory$"],
    ),
    Bad(
        "instruments of no exchange",
        f"backtest fine.py {GOOD} --instruments fine.py",
        [r"fine\.py: not an exchangeInfo of Binance Spot: .*"],
    ),
]
STRATEGY = [
    Bad("missing strategy", f"backtest none.py {GOOD}", [r"none\.py: there is no such file$"]),
    Bad("syntax error", f"backtest syntax.py {GOOD}", [r".*syntax\.py:3: syntax error: .*"]),
    Bad(
        "raises at import",
        f"backtest raises.py {GOOD}",
        [r"raises\.py: ValueError: one two \(.*raises\.py:3\)$"],
    ),
    Bad("exits at import", f"backtest exits.py {GOOD}", [r"exits\.py: SystemExit: 5 \(.*exits\.py:3\)$"]),
    Bad(
        "imports what is not there",
        f"backtest imports.py {GOOD}",
        [r"imports\.py: ModuleNotFoundError: No module named 'no_such_module' \(.*imports\.py:1\)$"],
    ),
    Bad(
        "no strategy in the file",
        f"backtest nothing.py {GOOD}",
        [r"nothing\.py defines no subclass of alphaforge\.Strategy$"],
    ),
    Bad(
        "two and none chosen",
        f"backtest two.py {GOOD}",
        [r"two\.py: say which strategy is meant, with :Class; there is: One, Two$"],
    ),
    Bad(
        "unknown class",
        f"backtest two.py:Three {GOOD}",
        [r"two\.py:Three: there is no strategy class 'Three'; there is: One, Two$"],
    ),
    Bad(
        "unknown module",
        f"backtest no_such_module:Three {GOOD}",
        [r"module no_such_module: ModuleNotFoundError: No module named 'no_such_module'.*"],
    ),
    Bad(
        "unknown name",
        f"backtest demo-marketmaker {GOOD}",
        [r"(backtest: strategies\.0\.use: )?strategies 'demo-marketmaker' is not provided by any .*"],
    ),
    Bad(
        "raises in its constructor",
        f"backtest constructor.py {GOOD}",
        [r"constructor\.py: ZeroDivisionError: division by zero \(.*constructor\.py:6\)$"],
    ),
    Bad(
        "exits in its constructor",
        f"backtest exits_in_constructor.py {GOOD}",
        [r"exits_in_constructor\.py: SystemExit: 3 \(.*exits_in_constructor\.py:6\)$"],
    ),
    Bad(
        "orders in its constructor",
        f"backtest too_early.py {GOOD}",
        [r"too_early\.py: StrategyError: Early is not running yet: use on_start .* \(.*too_early\.py:7\)$"],
    ),
    Bad(
        "async callback",
        f"backtest is_async.py {GOOD}",
        [r"is_async\.py: on_trade is async: make it a plain function, without await and yield$"],
    ),
    Bad(
        "generator as callback",
        f"backtest generates.py {GOOD}",
        [r"generates\.py: on_trade is a generator: make it a plain function, without await and yield$"],
    ),
]
# Name, arguments, and a pattern of what is said of them.
USAGE = {
    "negative latency": (
        f"backtest fine.py {GOOD} --latency-ms -1",
        "Invalid value for '--latency-ms': .* greater than or equal to 0",
    ),
    "latency that is no number": (
        f"backtest fine.py {GOOD} --latency-ms x",
        "Invalid value for '--latency-ms': .* valid number",
    ),
    "endless latency": (
        f"backtest fine.py {GOOD} --latency-ms inf",
        r"--latency-ms: paper\.latency_ms = inf: write a finite number",
    ),
    "huge latency": (
        f"backtest fine.py {GOOD} --latency-ms 1e300",
        r"--latency-ms: paper\.latency_ms = 1e\+300: write 3600000 or less",
    ),
    "unknown fill model": (
        f"backtest fine.py {GOOD} --fill-model hopeful",
        r"--fill-model: paper\.fill_model: fill_models 'hopeful' is not provided by any installed plugin",
    ),
    "bad setting of a fill model": (
        f"backtest fine.py {GOOD} --fill-model probabilistic --fill-param exponent=0",
        r"--fill-model: paper\.fill_model\.exponent = '0': write 1 or more",
    ),
    "unknown option": (f"backtest fine.py {GOOD} --nonsense", "No such option: --nonsense"),
    "no data": ("backtest fine.py", "give either --data RECORDING or --simulated SECONDS"),
    "data of both kinds": (
        f"backtest fine.py {GOOD} --simulated 5",
        "give either --data RECORDING or --simulated SECONDS",
    ),
    "seed of a recording": (f"backtest fine.py {GOOD} --seed 2", "--seed and --symbol are for --simulated"),
    "market that cannot be simulated": (
        "backtest fine.py --simulated 0 --seed -1 --symbol X",
        (
            r"--seed: feed\.seed = -1: write 0 or more "
            r"--simulated: feed\.seconds = 0\.0: write a number above 0 "
            r"--symbol: feed\.symbols\.0 = 'X': write 'BTCUSDT' or 'ETHUSDT'"
        ),
    ),
    "missing argument": ("backtest", r"Missing argument 'PATH_OR_NAME\[:CLASS\]'"),
    "unknown command": ("backtset", "No such command 'backtset'"),
    "missing parameter": (f"backtest params.py {GOOD}", r"--param: strategies\.0\.params\.size is missing"),
    "bad and unknown parameters": (
        f"backtest params.py {GOOD} --param size=much --param colour=red",
        (
            r"--param: strategies\.0\.params\.size = 'much': write a whole number, such as 5 "
            r"--param: strategies\.0\.params\.colour: unknown key; .* has: size, speed"
        ),
    ),
    "misspelt parameter": (
        f"backtest params.py {GOOD} --param size=1 --param sped=2",
        r"--param: strategies\.0\.params\.sped: unknown key; did you mean 'speed'\?",
    ),
    "parameter of a strategy without any": (
        f"backtest fine.py {GOOD} --param size=1",
        r"--param: strategies\.0\.params\.size: unknown key",
    ),
    "parameter without value": (
        f"backtest params.py {GOOD} --param size",
        "Invalid value for '--param': 'size': write name=value",
    ),
    "parameter given twice": (
        f"backtest params.py {GOOD} --param size=1 --param size=2",
        "Invalid value for '--param': size: given twice",
    ),
    "cash without amount": (
        f"backtest fine.py {GOOD} --cash USDT",
        "Invalid value for '--cash': 'USDT': write name=value",
    ),
    "cash twice": (f"backtest fine.py {GOOD} --cash A=1 --cash A=2", "'--cash': A: given twice"),
    "cash that is no number": (
        f"backtest fine.py {GOOD} --cash USDT=much --cash BTC=-1 --cash EUR=nan --cash GBP=1e60",
        (
            r"--cash: paper\.cash\.USDT = 'much': write a number, such as 0\.5 "
            r"--cash: paper\.cash\.BTC = '-1': write 0 or more "
            r"--cash: paper\.cash\.EUR = 'nan': write a finite number "
            r"--cash: paper\.cash\.GBP = '1e60': write 10{18} or less"
        ),
    ),
    "cash of no currency": (
        f"backtest fine.py {GOOD} --cash US$=5",
        r"--cash: paper\.cash\.US\$ = 'US\$': a currency has 1 to 16 letters or digits, such as USDT",
    ),
    "one fee": (
        f"backtest fine.py {GOOD} --fees 0.1",
        r"'--fees': '0\.1': write two rates, such as 0\.0002,0\.0004",
    ),
    "fees that are no numbers": (
        f"backtest fine.py {GOOD} --fees a,b",
        "'--fees': 'a,b': write two rates",
    ),
    "fees above all": (
        f"backtest fine.py {GOOD} --fees 2,nan",
        (
            r"--fees: paper\.maker_fee = 2: write 1 or less "
            r"--fees: paper\.taker_fee = NaN: write a finite number"
        ),
    ),
    "output into a file": (
        f"backtest fine.py {GOOD} --out good.jsonl",
        r"Invalid value for '--out': good\.jsonl is a file: name a folder",
    ),
    "huge seed": (f"demo --seed {2**64}", rf"--seed: feed\.seed = {2**64}: write {2**64 - 1} or less"),
    "endless demo": ("demo --seconds inf", r"--seconds: feed\.seconds = inf: write a finite number"),
    "override without value": (
        "run node.toml --set node.name",
        r"'--set': --set 'node\.name': write section\.key=value, such as node\.name=second",
    ),
}
NODE = [
    Bad("missing configuration", "run none.toml", [r"none\.toml: No such file or directory$"]),
    Bad("broken TOML", "run broken.toml", [r"broken\.toml: not valid TOML: .*line 2.*"]),
    Bad("TOML that is no text", "check fine.gz.toml", [r"fine\.gz\.toml: not valid TOML: .*"]),
    Bad(
        "unknown keys",
        "check unknown.toml",
        [
            r"unknown\.toml: unknown section \[nodes\]; did you mean 'node'\?$",
            r"unknown\.toml: node\.nam: unknown key; did you mean 'name'\?$",
            r"unknown\.toml: feed\.file: unknown key; did you mean 'files'\?$",
        ],
    ),
    Bad(
        "unknown instrument",
        "run node.toml --set venues.binance.instruments=['ETHUSDT']",
        [r"--set: venues\.binance\.instruments = 'ETHUSDT': the feed has no such instrument of .*"],
    ),
    Bad(
        "unknown venue of the feed",
        "run node.toml --set venues.binance.instruments=['BTCUSDT'] --set venues.binanc={}",
        [r"--set: venues\.binanc: the feed has no venue BINANC \(it has: BINANCE\)$"],
    ),
    Bad(
        "bad parameter of a node's strategy",
        "run node.toml --set strategies=[{use='params.py',params={sped=2}}]",
        [
            r"--set: strategies\.0\.params\.size is missing$",
            r"--set: strategies\.0\.params\.sped: unknown key; did you mean 'speed'\?$",
        ],
    ),
    Bad(
        "unknown instrument of a strategy",
        "run node.toml --set strategies=[{use='fine.py',instruments=['BINANCE:ETHUSDT']}]",
        [r"--set: strategies\.0\.instruments = 'BINANCE:ETHUSDT': the node has no such instrument .*"],
    ),
    Bad(
        "live",
        "run node.toml --set node.mode=live",
        [r"--set: node\.mode = 'live': it needs feed\.source = \"live\", which is 'recorded'$"],
    ),
    Bad(
        "sink that cannot be opened",
        "run node.toml --set sinks.jsonl.path='good.jsonl/records'",
        [r"sink jsonl cannot be opened: (FileExists|NotADirectory)Error: .*"],
    ),
    Bad(
        "reader that is disabled",
        "run node.toml --set plugins.disabled=['binance']",
        [r"good\.jsonl: no installed reader .*; plugin binance: disabled by the configuration; install .*"],
    ),
    Bad(
        "plugin that is not there",
        "run node.toml --set plugins.disabled=['binanc']",
        [r"--set: plugins\.disabled = 'binanc': there is no such plugin \(installed: binance, .*"],
    ),
    Bad("unknown venue", "instruments binanc info.json", [r"venues 'binanc' is not provided by any .*"]),
    Bad(
        "missing instrument list",
        "instruments binance none.json",
        [r"none\.json: No such file or directory$"],
    ),
    Bad(
        "instrument list of no exchange",
        "instruments binance fine.py",
        [r"fine\.py: not an exchangeInfo of Binance Spot: .*"],
    ),
    Bad(
        "recording that breaks off in the middle",
        "run node.toml --set feed.files=['garbage_price.jsonl']",
        [r"garbage_price\.jsonl:62: BINANCE:BTCUSDT: price .*"],
    ),
]
BAD = [*DATA, *STRATEGY, *NODE]
COMMANDS = {bad.name: bad.arguments for bad in BAD} | {name: usage[0] for name, usage in USAGE.items()}


@pytest.fixture(scope="module")
def folder(market, tmp_path_factory) -> Path:
    """A folder with files of every kind of badness."""
    folder: Path = tmp_path_factory.mktemp("bad")
    for name, code in STRATEGIES.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    write_recordings(folder, market)
    (folder / "info.json").write_text(json.dumps(EXCHANGE_INFO), encoding="utf-8")
    (folder / "broken.toml").write_text("[node]\nname = \n", encoding="utf-8")
    (folder / "fine.gz.toml").write_bytes(gzip.compress(b"[node]\n"))
    (folder / "unknown.toml").write_text("[nodes]\n[node]\nnam = 1\n[feed]\nfile = 1\n", encoding="utf-8")
    node = '[feed]\nsource = "recorded"\nfiles = ["good.jsonl"]\n[[strategies]]\nuse = "fine.py"\n'
    (folder / "node.toml").write_text(node, encoding="utf-8")
    return folder


def write_recordings(folder: Path, market) -> None:
    good = market.second()
    write_recording(folder / "good.jsonl", good)
    write_recording(folder / "good.gz", good)
    content = (folder / "good.jsonl").read_bytes()
    (folder / "truncated.jsonl").write_bytes(content[:-40])
    (folder / "truncated_time.jsonl").write_bytes(content + b"176722")
    (folder / "short.jsonl").write_bytes(b"".join(content.splitlines(keepends=True)[:5])[:-40])
    packed = (folder / "good.gz").read_bytes()
    middle = len(packed) // 2
    (folder / "cut.gz").write_bytes(packed[:middle])
    flipped = bytes(byte ^ 0x5A for byte in packed[middle : middle + 8])
    (folder / "corrupt.gz").write_bytes(packed[:middle] + flipped + packed[middle + 8 :])
    (folder / "empty.jsonl").touch()
    (folder / "empty.gz").write_bytes(gzip.compress(b""))
    lines = content.decode().splitlines()
    for name, number, line in (
        ("garbage", 61, "garbage here"),
        ("garbage_frame", 61, lines[60].split()[0] + " {garbage here"),
        ("garbage_first", 3, lines[2].split()[0] + ' {"stream": "btcusdt@trade", "data": {"e": "trade"}}'),
        ("garbage_price", 62, "{} {}".format(*market.trade(19, price="cheap"))),
        ("fine_price", 62, "{} {}".format(*market.trade(19, price="50000.123"))),
    ):
        changed = [*lines[: number - 1], line, *lines[number:]]
        (folder / f"{name}.jsonl").write_text("\n".join(changed) + "\n", encoding="utf-8")
    at = good[0][0]
    write_recording(folder / "other.jsonl", [(at, '{"channel": "l2_data", "events": []}')])
    write_recording(folder / "replies.jsonl", [(at, '{"result": null, "id": 1}')])
    odd = type(market)("ABCXYZ")
    write_recording(folder / "odd_symbol.jsonl", [odd.trade(1)])


@pytest.fixture(scope="module")
def outcomes(alphaforge_each, folder):
    """What came of every bad command, by its name."""
    done = alphaforge_each([arguments.split(" ") for arguments in COMMANDS.values()], cwd=folder)
    return dict(zip(COMMANDS, done, strict=True))


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_input_ends_with_its_exit_code_and_a_line_for_each_fault(bad: Bad, outcomes) -> None:
    outcome = outcomes[bad.name]
    assert outcome.code == bad.code, outcome.err
    assert len(outcome.errors) == len(bad.errors), outcome.err
    for error, pattern in zip(outcome.errors, bad.errors, strict=True):
        assert re.match(pattern, error)
    others = [line for line in outcome.err.splitlines() if not line.startswith("error: ")]
    assert all(line.startswith("warning: ") for line in others)
    for pattern in bad.warnings:
        assert any(re.match(f"warning: {pattern}", line) for line in others), others
    assert bool(outcome.out) == (bad.code == exit_codes.OK)


def unframed(text: str) -> str:
    """What stands in the frame that typer draws around a fault, in one line."""
    return " ".join(" ".join(line.strip("│ ") for line in text.splitlines()).split())


@pytest.mark.parametrize("name", USAGE)
def test_a_command_line_that_is_not_understood_says_what_and_ends_with_two(name: str, outcomes) -> None:
    outcome = outcomes[name]
    assert (outcome.code, outcome.out) == (exit_codes.USAGE, "")
    assert re.search(USAGE[name][1], unframed(outcome.err))
    assert "--help' for help" in outcome.err


@pytest.mark.parametrize("name", COMMANDS)
def test_no_traceback_and_no_panic_reaches_the_user(name: str, outcomes) -> None:
    printed = outcomes[name].out + outcomes[name].err
    assert "Traceback" not in printed
    assert "panicked" not in printed


def test_what_is_before_the_damage_is_used(outcomes) -> None:
    assert outcomes["last line cut off"].json["events"] == 121
    assert outcomes["last line cut off in its time"].json["events"] == 122
    assert outcomes["short recording cut off"].json["events"] == 4
    assert 0 < outcomes["gzip cut off"].json["events"] < 122


def test_debug_shows_the_traceback(alphaforge, folder) -> None:
    outcome = alphaforge("--debug", "backtest", "none.py", "--data", "good.jsonl", cwd=folder)
    assert outcome.code == exit_codes.ERROR
    assert "Traceback (most recent call last)" in outcome.err
    assert "StrategyError: none.py: there is no such file" in outcome.err

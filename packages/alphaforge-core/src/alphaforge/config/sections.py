"""The sections of a node's configuration. The description of each field is its documentation."""

import re
from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from alphaforge.config.limits import (
    RATE_DECIMALS,
    AccountLimits,
    CurrencyCode,
    NonNegative,
    QuantityLimits,
    Share,
    StrategyLimits,
    VenueLimits,
)
from alphaforge.model.settings import ConfigPath, Settings, anchor

LARGEST_SEED = 2**64 - 1
LONGEST_RUN_S = 1_000_000_000
LONGEST_LATENCY_MS = 3_600_000

Fee = Annotated[Decimal, Field(ge=-1, le=1, decimal_places=RATE_DECIMALS, allow_inf_nan=False)]


def _check_node_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{1,12}", name):
        raise ValueError("use 1 to 12 lower-case letters or digits, such as main")
    return name


NodeName = Annotated[str, AfterValidator(_check_node_name)]


def _anchor_use(use: str, info: ValidationInfo) -> str:
    """A strategy's file is a path like others; a module or a registered name is not."""
    path, _, name = use.partition(":")
    if not path.endswith(".py"):
        return use
    anchored = str(anchor(Path(path), info))
    return f"{anchored}:{name}" if name else anchored


StrategyUse = Annotated[str, AfterValidator(_anchor_use)]


class NodeSection(Settings):
    """`[node]`: the node itself."""

    name: NodeName = Field(
        "main",
        description="1 to 12 lower-case letters or digits; part of every client order id",
    )
    mode: Literal["paper", "live"] = Field(
        "paper",
        description="`paper` simulates fills; `live` sends orders to the venues, once the operator has "
        "confirmed it",
    )
    data_dir: ConfigPath = Field(
        Path("~/.local/share/alphaforge"),
        validate_default=True,
        description="where a live node keeps what must outlive it",
    )
    watchdog_s: float = Field(
        10.0,
        ge=0,
        le=3600,
        allow_inf_nan=False,
        description="with the mode `live`: a node that is frozen for so long is ended by its watchdog, "
        "which cancels its orders; 0 for no watchdog",
    )
    reporting_currency: CurrencyCode | None = Field(
        None,
        description="the currency equity is recorded in; by default the quote currency of the "
        "first instrument",
    )
    callback_budget_s: float | None = Field(
        None,
        gt=0,
        description="a strategy's callback that has not returned after this many seconds is interrupted, and "
        "the strategy halted; by default 5 with a live feed, else 60",
    )


class FeedSection(Settings):
    """`[feed]`: where the market data comes from."""

    source: Literal["recorded", "simulated", "live"] = Field(
        "simulated",
        description="`recorded` reads files, `simulated` makes a market, `live` listens to the venues",
    )
    files: list[ConfigPath] = Field(
        default_factory=list, description="recordings to read; several are merged by receive time"
    )
    history: list[ConfigPath] = Field(
        default_factory=list,
        description="recordings of what was before, for strategies that ask for bars from before the run",
    )
    instruments_file: ConfigPath | None = Field(
        None,
        description="the venue's own instrument list for the recordings (for Binance the answer of "
        "exchangeInfo), where a recording holds none",
    )
    pace: Literal["max", "realtime"] = Field(
        "max", description="`max` runs as fast as it goes, `realtime` keeps the recorded pace"
    )
    speed: float = Field(
        1.0,
        ge=0.001,
        le=1_000_000,
        allow_inf_nan=False,
        description="with the pace `realtime`: how many times faster than it was",
    )
    seed: int = Field(1, ge=0, le=LARGEST_SEED, description="the seed of the simulated market")
    seconds: float = Field(
        60.0, gt=0, le=LONGEST_RUN_S, allow_inf_nan=False, description="how long the simulated market runs"
    )
    symbols: list[Literal["BTCUSDT", "ETHUSDT"]] = Field(
        ["BTCUSDT"],
        min_length=1,
        description="what the simulated market trades: `BTCUSDT`, `ETHUSDT`, or both; the price of "
        "the second follows that of the first",
    )


class VenueSection(Settings):
    """`[venues.NAME]`: a venue of the node. All other keys are for the venue's plugin."""

    model_config = ConfigDict(extra="allow")

    venue: str | None = Field(None, description="which venue it is; by default the name of the section")
    instruments: list[str] = Field(
        default_factory=list,
        description="the venue's symbols to trade, such as `BTCUSDT`; empty for all in the feed",
    )
    streams: list[Literal["trades", "quotes", "book"]] = Field(
        ["trades", "quotes", "book"],
        min_length=1,
        description="with a live feed: what is listened to for each instrument",
    )
    ca_file: ConfigPath | None = Field(
        None,
        description="with a live feed: the only certificate authorities that are trusted, for an emulator "
        "with a certificate of its own",
    )
    key_file: ConfigPath | None = Field(
        None,
        description="a file with the secrets that the venue's plugin asks for, as TOML or as lines of "
        "`name = value`; nobody else may be able to read it (`chmod 600`)",
    )
    private_key_file: ConfigPath | None = Field(
        None, description="a file that is the secret `private_key`, such as a PEM, with the same mode"
    )
    keyring: str | None = Field(
        None,
        description="the service in the system's keyring under which the secrets are kept, by their names",
    )

    @property
    def plugin_settings(self) -> dict[str, Any]:
        """What the section holds for the plugin, as it stands there."""
        return self.model_extra or {}


def venue_of(name: str, section: VenueSection) -> str:
    """The name of the venue's plugin spec."""
    return (section.venue or name).lower()


class FeeTierSection(Settings):
    """`[[paper.fee_tiers]]`: fees from a traded volume on."""

    volume: NonNegative = Field(
        description="from this notional traded in 30 days on, in the quote currency; volumes must rise"
    )
    maker_fee: Fee = Field(description="fee rate of orders that rested; negative for a rebate")
    taker_fee: Fee = Field(description="fee rate of orders that traded on arrival")


def _check_tiers(tiers: list[FeeTierSection]) -> list[FeeTierSection]:
    volumes = [Decimal(0), *(tier.volume for tier in tiers)]
    if any(volume <= before for before, volume in pairwise(volumes)):
        raise ValueError("write the tiers with rising volumes, above zero")
    return tiers


class PaperSection(Settings):
    """`[paper]`: how paper venues behave."""

    cash: dict[CurrencyCode, NonNegative] = Field(
        default_factory=dict,
        description="start money by currency, on every venue; by default 10000 of every quote currency",
    )
    latency_ms: float = Field(
        5.0,
        ge=0,
        le=LONGEST_LATENCY_MS,
        allow_inf_nan=False,
        description="how long a message takes to the venue, and how long one takes back",
    )
    response_latency_ms: float | None = Field(
        None,
        ge=0,
        le=LONGEST_LATENCY_MS,
        allow_inf_nan=False,
        description="how long a message takes back, where it differs from `latency_ms`",
    )
    latency_jitter_ms: float = Field(
        0.0,
        ge=0,
        le=LONGEST_LATENCY_MS,
        allow_inf_nan=False,
        description="the mean of an exponentially distributed time more, each way",
    )
    latency_seed: int = Field(1, ge=0, le=LARGEST_SEED, description="the seed of that time more")
    latency_file: ConfigPath | None = Field(
        None,
        description="measured latencies in place of those above: a CSV file with the columns `ts`, "
        "`entry_ns` and `response_ns`, in nanoseconds",
    )
    maker_fee: Fee = Field(
        Decimal("0.001"), description="fee rate of orders that rested; negative for a rebate"
    )
    taker_fee: Fee = Field(Decimal("0.001"), description="fee rate of orders that traded on arrival")
    native_triggers: bool = Field(
        default=True,
        description="whether stops, take-profits and trailing stops wait at the venue; `false` holds them "
        "in the node, as for a venue that takes none",
    )
    fee_tiers: Annotated[list[FeeTierSection], AfterValidator(_check_tiers)] = Field(
        default_factory=list, description="other fee rates from a traded volume on"
    )
    starting_volume: NonNegative = Field(
        Decimal(0),
        description="the notional that was traded before the run; it counts for 30 days from its first day",
    )
    fill_model: dict[str, Any] = Field(
        default_factory=dict,
        description="`use`, the name of a fill model, by default `risk-averse`, and its settings",
    )


class StrategySection(Settings):
    """`[[strategies]]`: a strategy to run."""

    use: StrategyUse = Field(
        description="`path.py:Class`, `module:Class`, or a name that a plugin registers; `:Class` can "
        "be left out where a file holds one strategy"
    )
    name: str | None = Field(None, description="the name in reports and limits; by default that of the class")
    instruments: list[str] = Field(
        default_factory=list,
        description="what it trades, such as `BINANCE:BTCUSDT`; empty for all of the node",
    )
    params: dict[str, Any] = Field(default_factory=dict, description="its parameters")
    on_error: Literal["cancel", "leave"] = Field(
        "cancel",
        description="what becomes of its open orders when it is halted because a callback raised",
    )
    state_file: ConfigPath | None = Field(
        None,
        description="a JSON file its `save` is written to at the end, and its `load` gets at the start",
    )


class RiskSection(Settings):
    """`[risk]`: the limits of the gate. The most restrictive of all that apply wins."""

    buying_power_buffer: Share = Field(
        Decimal(0),
        description="the share of an order's cost that must be free beyond the cost itself (rule 10)",
    )
    market_slippage: Share = Field(
        Decimal("0.01"),
        description="how far beyond the far side of the book a market order may trade; it is also "
        "what rule 10 reckons with",
    )
    max_rate_age_s: float | None = Field(
        None,
        gt=0,
        le=LONGEST_RUN_S,
        allow_inf_nan=False,
        description="how long ago the market of a conversion rate may have been known to be alive; in limits "
        "an older rate, or one of a market that is not sound, counts as missing, and in the portfolio it is "
        "shown as stale (rules 5 and 12)",
    )
    self_match: Literal["deny", "venue"] = Field(
        "deny",
        description="an order that would trade with one of this node: `deny` it, or leave it to the `venue`, "
        "which in live mode must have a mode for it set (rule 15)",
    )
    loss_alert: Share = Field(
        Decimal("0.5"),
        description="above this share of a limit on losses somebody is told (rule 14)",
    )
    loss_reduce: Share = Field(
        Decimal("0.8"),
        description="above this share of a limit on losses only orders that shrink a position pass (rule 14)",
    )
    on_loss_halt: Literal["cancel", "flatten"] = Field(
        "cancel",
        description="above a limit on losses its scope is halted: its orders are cancelled, and with "
        "`flatten` its positions closed too (rule 14)",
    )
    time_zone: str = Field(
        "UTC", description="where the clock stands by which a day begins, such as `Europe/Berlin` (rule 14)"
    )
    account: AccountLimits = Field(
        default_factory=AccountLimits, description="limits on everything the node does"
    )
    venue: dict[str, VenueLimits] = Field(default_factory=dict, description="limits per venue")
    strategy: dict[str, StrategyLimits] = Field(
        default_factory=dict, description="limits per strategy, by its name"
    )
    instrument: dict[str, QuantityLimits] = Field(
        default_factory=dict, description="limits per instrument, by `VENUE:SYMBOL`"
    )
    rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="risk rules of plugins, by name, with their settings; one that cannot be loaded "
        "stops the node from starting",
    )
    rule_budget_ms: float = Field(
        5.0,
        gt=0,
        allow_inf_nan=False,
        description="how long all Python rules together may take for an order; later answers deny",
    )


class PluginsSection(Settings):
    """`[plugins]`: which plugins may be used."""

    disabled: list[str] = Field(default_factory=list, description="plugins that are not loaded, by name")


PluginSettings = dict[str, dict[str, Any]]
"""`[sinks.NAME]` and `[monitors.NAME]`: settings that the named plugin's own model validates."""


DEFAULT_FILL_MODEL = "risk-averse"


def used_name(name: str, values: Mapping[str, Any]) -> str:
    """Which sink, monitor or rule a section of plugin settings uses: its key `use`, or its own name."""
    return str(values.get("use", name))


def settings_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a section of plugin settings holds for the plugin."""
    return {key: value for key, value in values.items() if key != "use"}

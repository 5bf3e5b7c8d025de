"""The parts of the page that are words and numbers."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from alphaforge.portfolio.exact import EXACT, ZERO
from alphaforge.portfolio.slippage import Slippage
from alphaforge.report import wording
from alphaforge.report.as_json import PERCENTILES
from alphaforge.report.hops import HOPS
from alphaforge.report.markup import Cell, Tone, container, element, label, table, tone_of, toned, with_minus
from alphaforge.report.page_data import COMMAND_TIMES, hops
from alphaforge.report.run_report import LIQUIDITIES, PositionFigures, RunReport


def cards(report: RunReport, orders: int) -> str:
    """The key figures."""
    return "".join(
        [
            _profit_card(report),
            _drawdown_card(report),
            _sharpe_card(report),
            _hit_rate_card(report),
            _fills_card(report, orders),
            _turnover_card(report),
            _exposure_card(report),
            _slippage_card(report),
        ]
    )


def shown_part(report: RunReport) -> str:
    """Where not all fills are drawn, what share of them is."""
    steps = {name: marks.step for name, marks in report.lines.fills.items() if marks.step > 1}
    texts = [f"{name}: one fill in {step} is drawn." for name, step in steps.items()]
    return element("p", " ".join(texts), cls="aside") if texts else ""


def positions(report: RunReport) -> str:
    """Profit and loss by strategy and instrument."""
    if not report.positions:
        return element("p", "Nothing was traded.", cls="empty")
    columns = [
        label("strategy"),
        label("instrument"),
        *(Cell(name) for name in ("net", "realised", "unrealised", "fees", "position", "fills", "turnover")),
        *(Cell(name) for name in ("round trips", "hit rate")),
    ]
    return table("Profit and loss, in the quote currency", columns, map(_position_row, report.positions))


def execution(report: RunReport) -> str:
    """Slippage and latencies."""
    return container("div", [_slippage_table(report), _hop_table(report)], cls="pair")


def round_trips(report: RunReport) -> str:
    """The last round trips, the newest first."""
    trips = report.last_round_trips
    if not trips:
        return element("p", "Nothing was opened and closed again.", cls="empty")
    columns = [
        *(label(name) for name in ("closed (UTC)", "strategy", "instrument", "direction")),
        *(Cell(name) for name in ("quantity", "opened at", "closed at", "held for", "profit", "fees", "net")),
    ]
    rows = [
        [
            label(wording.moment(trip.closed_at)),
            label(trip.strategy),
            label(trip.instrument),
            label(trip.direction),
            Cell(wording.price(trip.quantity)),
            Cell(wording.price(trip.open_price)),
            Cell(wording.price(trip.close_price)),
            Cell(wording.duration(trip.closed_at - trip.opened_at)),
            toned(wording.money(trip.profit, signed=True), trip.profit),
            Cell(wording.money(trip.fees)),
            toned(wording.money(trip.net, signed=True), trip.net),
        ]
        for trip in reversed(trips)
    ]
    count = wording.counted(report.round_trips, "round trip")
    caption = count if len(trips) == report.round_trips else f"The last {len(trips):,} of {count}"
    return table(caption, columns, rows, kind="tall")


def settings(counts: Sequence[tuple[str, str]], values: Sequence[tuple[str, str]], result_hash: str) -> str:
    """What was counted, and what the node was told."""
    return container(
        "div",
        [
            _facts("What was counted", counts),
            _facts("Settings, with defaults", [*values, ("result hash", result_hash)]),
        ],
        cls="pair",
    )


def _card(title: str, value: str, unit: str, details: Sequence[str], tone: Tone = "") -> str:
    number = [element("span", with_minus(value), cls=f"value {tone}".strip())]
    if unit and value != wording.NOT_KNOWN:
        number.append(element("span", unit, cls="unit"))
    return container(
        "div",
        [
            element("dt", title),
            container("dd", number),
            *(element("dd", each, cls="detail") for each in details),
        ],
        cls="card",
    )


def _profit_card(report: RunReport) -> str:
    change = report.change
    details = [
        f"{wording.percent(report.change_ratio, signed=True)} of {wording.money(report.equity_start)}",
        f"equity {wording.money(report.equity_end)}",
    ]
    return _card("Net profit", wording.money(change, signed=True), report.currency, details, tone_of(change))


def _drawdown_card(report: RunReport) -> str:
    worst = report.drawdown
    details = [
        f"{wording.percent(worst.most_ratio)} of its high",
        f"longest under water {wording.duration(worst.longest_ns)}",
    ]
    return _card("Largest drawdown", wording.money(worst.most), report.currency, details)


def _sharpe_card(report: RunReport) -> str:
    returns = report.returns
    interval = wording.duration(returns.interval_ns)
    per_interval = (wording.ratio(each.per_interval) for each in (returns.sharpe, returns.sortino))
    details = [
        returns.why_not or f"Sortino {wording.ratio(returns.sortino.annualised)}; a year of 365 days",
        f"per {interval}: {', Sortino '.join(per_interval)}",
    ]
    return _card("Sharpe, annualised", wording.ratio(returns.sharpe.annualised), "", details)


def _hit_rate_card(report: RunReport) -> str:
    details = [f"of {wording.counted(report.round_trips, 'round trip')}, after fees"]
    for currency, trips in report.trips.items():
        win, loss = wording.money(trips.average_win), wording.money(trips.average_loss)
        factor = wording.ratio(trips.profit_factor)
        details.append(f"average win {win}, loss {loss} {currency}; profit factor {factor}")
    return _card("Hit rate", wording.percent(report.hit_rate), "", details)


def _fills_card(report: RunReport, orders: int) -> str:
    fills = sum(figures.fills for figures in report.positions)
    return _card("Fills", f"{fills:,}", "", [f"of {wording.counted(orders, 'order')}"])


def _turnover_card(report: RunReport) -> str:
    details = [
        f"fees {wording.money(fee)} {currency}" for currency, fee in sorted(_fees(report.positions).items())
    ]
    (value, unit), *others = [
        (wording.money(amount), currency) for currency, amount in report.turnover.items()
    ] or [("0", "")]
    return _card("Turnover", value, unit, [*(" ".join(other) for other in others), *details])


def _fees(positions: Sequence[PositionFigures]) -> dict[str, Decimal]:
    fees: dict[str, Decimal] = {}
    for figures in positions:
        for currency, fee in figures.fees.items():
            fees[currency] = EXACT.add(fees.get(currency, ZERO), fee)
    return fees


def _exposure_card(report: RunReport) -> str:
    gross, net = report.gross_exposure, report.net_exposure
    details = [
        f"on average {wording.money(gross.average)}, weighted by time",
        f"net {wording.money(net.least)} to {wording.money(net.most)}",
    ]
    return _card("Largest exposure", wording.money(gross.most), report.currency, details)


def _slippage_card(report: RunReport) -> str:
    details = []
    value = wording.NOT_KNOWN
    for currency, figures in report.slippage.items():
        at_fill, at_arrival = figures.at_fill["all"], figures.at_arrival["all"]
        value = wording.bps(at_fill.bps) if value == wording.NOT_KNOWN else value
        details.append(f"cost {wording.money(at_fill.cost)} {currency}; below zero is a gain")
        details.append(f"{wording.bps(at_arrival.bps)} against the middle when ordered")
    return _card("Slippage against mid", value.removesuffix(" bps"), "bps", details)


def _position_row(figures: PositionFigures) -> list[Cell]:
    fees = ", ".join(f"{wording.money(fee)} {currency}" for currency, fee in figures.fees.items())
    return [
        label(figures.strategy),
        label(figures.instrument),
        toned(f"{wording.money(figures.net, signed=True)} {figures.currency}", figures.net),
        toned(wording.money(figures.realised, signed=True), figures.realised),
        toned(wording.money(figures.unrealised, signed=True), figures.unrealised),
        Cell(fees),
        Cell(wording.price(figures.quantity)),
        Cell(f"{figures.fills:,}"),
        Cell(wording.money(figures.turnover)),
        Cell(f"{figures.trips.count:,}"),
        Cell(wording.percent(figures.trips.hit_rate)),
    ]


def _slippage_table(report: RunReport) -> str:
    columns = [
        label("fills"),
        *(Cell(name) for name in ("count", "at the fill", "bps", "from the order", "bps")),
    ]
    rows = [
        [
            label(f"{name}, {currency}"),
            Cell(f"{figures.at_fill[name].count:,}"),
            *_slippage_cells(figures.at_fill[name]),
            *_slippage_cells(figures.at_arrival[name]),
        ]
        for currency, figures in report.slippage.items()
        for name in LIQUIDITIES
    ]
    if not rows:
        return element("p", "There were no fills to measure.", cls="empty")
    return table("Slippage against the middle of the market", columns, rows)


def _slippage_cells(slippage: Slippage) -> Iterator[Cell]:
    yield Cell(wording.money(slippage.cost, signed=True))
    yield Cell(wording.bps(slippage.bps).removesuffix(" bps"))


def _hop_table(report: RunReport) -> str:
    columns = [label("hop"), Cell("count"), *(Cell(_percentile(percent)) for percent in PERCENTILES)]
    rows = [
        [
            label(name),
            Cell(f"{durations.count:,}"),
            *(Cell(wording.duration(durations.percentile(percent))) for percent in PERCENTILES),
        ]
        for name, durations in hops(report).items()
    ]
    notes = {**HOPS, COMMAND_TIMES: "what the gate and the kernel took for a command, on this machine"}
    defined = [element("dt", name) + element("dd", note) for name, note in notes.items()]
    return container("div", [table("Latency by hop", columns, rows), container("dl", defined, cls="notes")])


def _percentile(percent: int) -> str:
    return "longest" if percent == PERCENTILES[-1] else f"p{percent}"


def _facts(caption: str, rows: Sequence[tuple[str, str]]) -> str:
    cells = [[label(name), label(value)] for name, value in rows]
    return table(caption, [label("what"), label("value")], cells, kind="facts")

"""`alphaforge backtest`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from alphaforge.backtest.backtest import BacktestSettings, SimulatedData, run_backtest
from alphaforge.cli import backtest_options as options
from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.option_values import ReportPage, options_at_fault, parse_assignments
from alphaforge.cli.progress import progress_bar
from alphaforge.cli.summary import report, write_page
from alphaforge.config.sections import DEFAULT_FILL_MODEL, PaperSection
from alphaforge.engine.result import RunResult
from alphaforge.hooks.registry import Registry
from alphaforge.model.errors import DataError
from alphaforge.model.sink import Sink
from alphaforge.sinks.json_lines import JsonLinesSettings, JsonLinesSink
from alphaforge.sinks.sqlite import SqliteSettings, SqliteSink

_PAPER = PaperSection()


def backtest(
    strategy: options.StrategyName,
    data: options.Data = None,
    simulated: options.Simulated = None,
    seed: options.Seed = None,
    symbol: options.Symbols = None,
    history: options.History = None,
    param: options.Params = None,
    cash: options.Cash = None,
    latency_ms: options.Latency = _PAPER.latency_ms,
    fees: options.Fees = f"{_PAPER.maker_fee},{_PAPER.taker_fee}",
    fill_model: options.FillModelName = DEFAULT_FILL_MODEL,
    fill_param: options.FillParams = None,
    instruments: options.InstrumentsFile = None,
    out: options.Out = None,
    page: ReportPage = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> None:
    """Run a strategy over recorded data, or over a simulated market."""
    maker_fee, taker_fee = options.parse_fees(fees)
    settings = BacktestSettings(
        strategy=strategy,
        data=_data(data, simulated, seed, symbol),
        history=history or (),
        params=parse_assignments(param),
        cash=parse_assignments(cash),
        latency_ms=latency_ms,
        maker_fee=maker_fee,
        taker_fee=taker_fee,
        fill_model=fill_model,
        fill_params=parse_assignments(fill_param),
        instruments_file=instruments,
    )
    with ended_by_signals(), options_at_fault(), progress_bar("backtest", shown=not as_json) as progress:
        result = run_backtest(
            settings, Registry.installed(), sinks=_sinks(out) if out else (), progress=progress
        )
    if out is not None:
        _write_result(out, result)
        write_page(out / "report.html", result, "--out")
    if page is not None:
        write_page(page, result, "--report")
    report(result, as_json=as_json)


def _data(
    files: list[Path] | None, seconds: float | None, seed: int | None, symbols: list[str] | None
) -> list[Path] | SimulatedData:
    if bool(files) == (seconds is not None):
        raise typer.BadParameter("give either --data RECORDING or --simulated SECONDS")
    if seconds is not None:
        return SimulatedData(seconds, 1 if seed is None else seed, symbols or ("BTCUSDT",))
    if seed is not None or symbols:
        raise typer.BadParameter("--seed and --symbol are for --simulated: recordings are as they are")
    return files or []


def _sinks(folder: Path) -> list[tuple[str, Sink]]:
    database = folder / "records.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A backtest's folder holds one run; the database of an earlier one would be added to.
        database.unlink(missing_ok=True)
    except OSError as error:
        raise DataError(f"--out: {folder}: {error.strerror or error}") from error
    return [
        ("records.jsonl", JsonLinesSink(JsonLinesSettings(path=folder / "records.jsonl"))),
        ("records.sqlite", SqliteSink(SqliteSettings(path=database))),
    ]


def _write_result(folder: Path, result: RunResult) -> None:
    path = folder / "result.json"
    try:
        path.write_text(json.dumps(result.to_json(), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"--out: {path}: {error.strerror or error}") from error

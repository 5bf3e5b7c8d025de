"""The hooks of the plugin. Arrow takes a while to import, and waits until a file is read or written."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from alphaforge import hookimpl
from alphaforge.hooks.specs import CommandSpec, ReaderSpec, SinkSpec
from alphaforge.model.recording import Beginning, Recording
from alphaforge.model.sink import Sink

from alphaforge_parquet.settings import ParquetSettings

MAGIC = b"PAR1"
"""Every Parquet file begins and ends with it."""


@hookimpl
def alphaforge_readers() -> Sequence[ReaderSpec]:
    """Parquet files of `data convert`."""
    return [ReaderSpec("parquet", "Parquet files of market events", recognises, _open)]


@hookimpl
def alphaforge_sinks() -> Sequence[SinkSpec]:
    """Records in Parquet files."""
    return [SinkSpec("parquet", "records in Parquet files", ParquetSettings, _sink)]


@hookimpl
def alphaforge_commands() -> Sequence[CommandSpec]:
    """`data convert` and `data info`."""
    return [
        CommandSpec(f"data {name}", load=partial(_made_in, f"{name}_command", f"data_{name}"))
        for name in ("convert", "info")
    ]


def recognises(beginning: Beginning) -> bool:
    """Whether a file is Parquet; reading it tells whether it holds market events."""
    return beginning.head.startswith(MAGIC)


def _open(path: Path, instruments_file: Path | None) -> Recording:
    recording: Recording = _made_in("recording", "ParquetRecording")(path, instruments_file)
    return recording


def _sink(settings: ParquetSettings) -> Sink:
    sink: Sink = _made_in("sink", "ParquetSink")(settings)
    return sink


def _made_in(module: str, name: str) -> Callable[..., Any]:
    made: Callable[..., Any] = getattr(import_module(f"alphaforge_parquet.{module}"), name)
    return made

"""`alphaforge emulate`."""

import ipaddress
import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import anyio
import typer

from alphaforge.cli.interrupts import ended_by_signals
from alphaforge.cli.output import print_details, say
from alphaforge.hooks.registry import Registry
from alphaforge.hooks.specs import EmulatorSpec
from alphaforge.model.emulator import EmulatorContext, EmulatorOptions

_PORT = typer.Option(help="where it listens; 0 takes a free port", min=0, max=65535)


def emulate(
    venue: Annotated[str, typer.Argument(help="whose protocol, such as binance")],
    port: Annotated[int, _PORT] = 0,
    control_port: Annotated[
        int, typer.Option(help="where the control endpoint listens; 0 takes a free port", min=0, max=65535)
    ] = 0,
    symbols: Annotated[
        str, typer.Option(metavar="A,B", help="what is traded, by the venue's own names", show_default=False)
    ] = "",
    market: Annotated[
        str, typer.Option(metavar="simulated|FILE", help="the rest of the market: traders, or a recording")
    ] = "simulated",
    speed: Annotated[
        float, typer.Option(help="with a recording: how many times faster it is replayed", min=0.001)
    ] = 1.0,
    faults: Annotated[
        Path | None, typer.Option(metavar="FILE.TOML", help="a script of what goes wrong, and when")
    ] = None,
    seed: Annotated[int, typer.Option(help="the same seed draws the same faults and orders", min=0)] = 1,
    tls: Annotated[
        bool, typer.Option("--tls", help="speak TLS, with a certificate made at the start")
    ] = False,
    unlimited: Annotated[
        bool, typer.Option("--unlimited", help="apply no rate limits, for measuring")
    ] = False,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    expose: Annotated[
        bool, typer.Option("--expose", help="with --host: let other machines in; its keys are known to all")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print where it is as JSON, on one line")] = False,
) -> None:
    """Be an exchange: serve a venue's own protocol on this machine.

    Any client of the venue can trade on it, with the keys that are printed. Ctrl-C and SIGTERM end it.
    """
    _check_host(host, is_exposed=expose)
    spec = Registry.installed().get(EmulatorSpec, venue)
    recording = None if market == "simulated" else Path(market)
    options = EmulatorOptions(
        host=host,
        port=port,
        control_port=control_port,
        symbols=[symbol.strip() for symbol in symbols.split(",") if symbol.strip()],
        recording=recording,
        speed=speed,
        faults=faults,
        tls=tls,
        seed=seed,
        unlimited=unlimited,
    )
    with ended_by_signals():
        anyio.run(_serve, spec.create(options), as_json)


async def _serve(emulator: EmulatorContext, as_json: bool) -> None:  # noqa: FBT001 - anyio.run passes by position
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with emulator as running:
            if as_json:
                print(json.dumps(dict(running.facts())), flush=True)
            else:
                print_details(running.facts())
                sys.stdout.flush()
            async for received in signals:
                say(f"ended by {received.name}")
                return


def _check_host(host: str, *, is_exposed: bool) -> None:
    """Refuse an address that others reach, unless that was said.

    Raises:
        BadParameter: it is no address, or others reach it.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError as error:
        raise typer.BadParameter(f"--host: {host!r} is no IP address, such as 127.0.0.1") from error
    if not address.is_loopback and not is_exposed:
        raise typer.BadParameter(
            f"--host: {host} can be reached from other machines, and the keys of an emulator are known "
            "to all; say --expose if you mean it"
        )

"""Which node, which part of it, who and why: the options of the commands that speak to a running node."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from alphaforge.cli import exit_codes
from alphaforge.cli.output import say
from alphaforge.config.load import load_node_section, load_raw
from alphaforge.config.sections import NodeSection
from alphaforge.engine.control.client import NoAnswerError
from alphaforge.engine.control.messages import Scope
from alphaforge.engine.control.node_folder import NodeFolder

NodeFile: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="[NODE.TOML]", help="the node's configuration")
]
NodeName: TypeAlias = Annotated[
    str | None, typer.Option("--node", metavar="NAME", help="the node's name, in place of its configuration")
]
DataDir: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="with --node: its node.data_dir, where it is not the usual")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="print the answer as JSON")]
StrategyName: TypeAlias = Annotated[
    str | None, typer.Option("--strategy", metavar="NAME", help="one strategy only")
]
VenueName: TypeAlias = Annotated[str | None, typer.Option("--venue", metavar="NAME", help="one venue only")]
InstrumentName: TypeAlias = Annotated[
    str | None, typer.Option("--instrument", metavar="VENUE:SYMBOL", help="one instrument only")
]
Reason: TypeAlias = Annotated[str, typer.Option(metavar="TEXT", help="why, for the record")]
By: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAME", help="who, for the record; by default your login name")
]


def folder_of(config: Path | None, node: str | None, data_dir: Path | None) -> NodeFolder:
    """The folder of the node that was named.

    Raises:
        BadParameter: none was named, or two were.
        AlphaForgeError: its configuration cannot be read.
    """
    if (config is None) == (node is None):
        raise typer.BadParameter("name the node: its NODE.TOML, or --node NAME")
    if config is not None:
        if data_dir is not None:
            raise typer.BadParameter("--data-dir goes with --node: NODE.TOML says where its data is")
        section = load_node_section(load_raw(config))
        return NodeFolder(section.data_dir, section.name)
    usual: Path = NodeSection().data_dir
    return NodeFolder(data_dir or usual, node or "")


def scope_of(strategy: str | None, venue: str | None, instrument: str | None) -> Scope:
    """The scope that was named; the account where none was.

    Raises:
        BadParameter: two were.
    """
    if sum(name is not None for name in (strategy, venue, instrument)) > 1:
        raise typer.BadParameter("--strategy, --venue, --instrument: name one of them")
    if strategy is not None:
        return Scope(kind="strategy", name=strategy)
    if venue is not None:
        return Scope(kind="venue", name=venue.upper())
    if instrument is not None:
        return Scope(kind="instrument", name=instrument)
    return Scope()


def person(by: str | None) -> str:
    """Who does something: a name that was given, or the login name."""
    return by or getpass.getuser()


@contextmanager
def no_answer_exits() -> Iterator[None]:
    """End the command with its own code where the node does not answer."""
    try:
        yield
    except NoAnswerError as error:
        say(f"error: {error}")
        raise typer.Exit(exit_codes.NO_ANSWER) from error

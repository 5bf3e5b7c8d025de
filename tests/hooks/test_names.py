"""Names are unique: what core has is core's, and two others that want one name are both refused."""

import re

import pytest
from alphaforge.hooks.specs import CommandSpec, SinkSpec
from alphaforge.model.errors import PluginError

SINK = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import SinkSpec
from alphaforge.model.settings import Settings

@hookimpl
def alphaforge_sinks():
    return [SinkSpec({sink!r}, "made by a test", Settings, lambda settings: None)]
"""
COMMAND = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import CommandSpec

@hookimpl
def alphaforge_commands():
    return [CommandSpec({command!r}, lambda: lambda: print("ran"))]
"""


def add_sink(site, plugin: str, sink: str, **others: str) -> None:
    site.add(plugin, SINK.format(sink=sink), f'[provides]\nsinks = ["{sink}"]\n', **others)


def add_command(site, plugin: str, command: str) -> None:
    manifest = f'[[commands]]\nname = "{command}"\nhelp = "of {plugin}"\n'
    site.add(plugin, COMMAND.format(command=command), manifest)


def states(outcome) -> dict[str, tuple[str, str]]:
    """State and reason by distribution."""
    assert outcome.code == 0, outcome.err
    return {plugin["distribution"]: (plugin["state"], plugin["reason"]) for plugin in outcome.json}


def loaded_states(site) -> dict[str, tuple[str, str]]:
    """State and reason of the plugins of a test, after loading; all others are loaded, and commands run."""
    listed = states(site.run("plugins", "list", "--load", "--json"))
    others = ["alphaforge-core", "alphaforge-binance", "alphaforge-coinbase", "alphaforge-healthcheck"]
    assert [listed.pop(name) for name in others] == [("loaded", "")] * len(others)
    assert site.run("version").code == 0
    return listed


def test_two_distributions_with_one_entry_point_name_are_both_refused(site, installed) -> None:
    add_sink(site, "twin", "first-sink", distribution="twin-one")
    add_sink(site, "twin", "second-sink", distribution="twin-two")
    reason = "the name 'twin' is used by twin-one 1.0 and twin-two 1.0: uninstall all but one"
    registry = installed()
    twins = [plugin for plugin in registry.plugins if plugin.name == "twin"]
    assert [(twin.state, twin.reason) for twin in twins] == [("refused", reason)] * 2
    for sink in ("first-sink", "second-sink"):
        with pytest.raises(PluginError, match=f"'{sink}': plugin 'twin' .*uninstall all but one"):
            registry.get(SinkSpec, sink)
    listed = loaded_states(site)
    assert listed["twin-one"] == listed["twin-two"] == ("refused", reason)


def test_a_claim_to_a_name_of_core_is_refused_and_core_keeps_it(site, installed) -> None:
    add_sink(site, "greedy", "jsonl")
    registry = installed()
    (found,) = [plugin for plugin in registry.plugins if plugin.name == "greedy"]
    assert (found.state, found.reason) == ("refused", "sinks 'jsonl' is also provided by core")
    assert registry.get(SinkSpec, "jsonl").summary == "records as JSON lines"
    listed = loaded_states(site)
    assert listed["dist-greedy"] == ("refused", "sinks 'jsonl' is also provided by core")


def test_two_plugins_that_claim_one_name_are_both_refused(site, installed) -> None:
    add_sink(site, "left", "shared")
    add_sink(site, "right", "shared")
    registry = installed()
    reasons = {plugin.name: plugin.reason for plugin in registry.plugins if plugin.state == "refused"}
    assert reasons == {
        "left": "sinks 'shared' is also provided by right",
        "right": "sinks 'shared' is also provided by left",
    }
    with pytest.raises(PluginError, match=r"sinks 'shared': .* is also provided by"):
        registry.get(SinkSpec, "shared")
    listed = loaded_states(site)
    assert {listed["dist-left"][0], listed["dist-right"][0]} == {"refused"}


@pytest.mark.parametrize("disabled", ["left", "right"])
def test_disabling_one_of_two_rivals_gives_the_name_to_the_other(disabled: str, site, installed) -> None:
    add_sink(site, "left", "shared")
    add_sink(site, "right", "shared")
    registry = installed(disabled=(disabled,))
    assert registry.get(SinkSpec, "shared").name == "shared"
    loaded = [plugin.name for plugin in registry.plugins if plugin.state == "ok"]
    assert ({"left", "right"} - {disabled}).pop() in loaded


def test_a_plugin_that_contradicts_core_takes_no_other_with_it(site, installed) -> None:
    code = SINK.format(sink="fine")
    site.add("bad", code, '[provides]\nsinks = ["jsonl", "fine"]\n')
    add_sink(site, "innocent", "fine")
    registry = installed()
    states_by_name = {plugin.name: plugin.state for plugin in registry.plugins}
    assert (states_by_name["bad"], states_by_name["innocent"]) == ("refused", "ok")
    assert registry.get(SinkSpec, "fine").name == "fine"


@pytest.mark.parametrize("name", ["core", "commands"])
def test_the_entry_point_names_of_core_are_cores(name: str, site, installed) -> None:
    add_sink(site, name, "usurper", distribution="usurper")
    reason = f"the name {name!r} is that of a part of AlphaForge itself"
    registry = installed()
    owners = {p.distribution: (p.state, p.reason) for p in registry.plugins if p.name == name}
    assert owners == {"alphaforge-core": ("ok", ""), "usurper": ("refused", reason)}
    with pytest.raises(PluginError, match=f"'usurper': plugin '{name}' .*part of AlphaForge itself"):
        registry.get(SinkSpec, "usurper")
    assert registry.get(SinkSpec, "sqlite").name == "sqlite"
    assert registry.get(CommandSpec, "version").name == "version"
    assert loaded_states(site)["usurper"] == ("refused", reason)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("version", "commands 'version' is also provided by commands"),
        ("plugins", "'plugins' cannot be a command and, for 'plugins [a-z]+', a group of commands too"),
        ("run extra", "'run' cannot be a command and, for 'run extra', a group of commands too"),
        ("--help", "alphaforge-plugin.toml: command '--help' must be one or two lower-case words"),
        ("one two three", "alphaforge-plugin.toml: command 'one two three' must be one or two"),
    ],
)
def test_commands_of_core_cannot_be_taken_over(command: str, reason: str, shared_commands) -> None:
    _, listed = shared_commands
    state, told = listed["dist-" + plugin_of(command)]
    assert state == "refused"
    assert re.search(reason, told)


def plugin_of(command: str) -> str:
    """The plugin that claims a command."""
    return "of-" + command.strip("-").replace(" ", "-")


@pytest.fixture(scope="module")
def shared_commands(shared_site):
    """A site where plugins claim commands of core, and what the list says of them."""
    for command in ("version", "plugins", "run extra", "--help", "one two three"):
        add_command(shared_site, plugin_of(command), command)
    add_command(shared_site, "harmless", "plugins mine")
    return shared_site, states(shared_site.run("plugins", "list", "--json"))


def test_the_commands_of_core_still_run(shared_commands) -> None:
    site, listed = shared_commands
    assert site.run("version").out.startswith("alphaforge ")
    assert "no-such-node.toml: No such file" in site.run("run", "no-such-node.toml").err
    assert "extra: No such file" in site.run("run", "extra").err
    assert listed["dist-harmless"] == ("ok", "")
    assert site.run("plugins", "mine").out == "ran\n"


def damage(site, plugin: str, file: str, content: bytes) -> None:
    """Overwrite a file of a plugin's metadata."""
    (info,) = site.folder.glob(f"dist_{plugin}-*.dist-info")
    (info / file).write_bytes(content)


def test_metadata_that_is_no_text_does_not_stop_the_rest(site) -> None:
    add_sink(site, "odd", "odd-sink")
    add_sink(site, "fine", "fine-sink")
    damage(site, "odd", "METADATA", b"\xff\xfe\x00")
    listed = loaded_states(site)
    assert listed["dist-fine"] == ("loaded", "")


@pytest.mark.parametrize(
    "content",
    [b"[alphaforge]\nodd\n", b"[alphaforge]\n\xff\xfe = odd.plugin\n"],
    ids=["without-value", "no-text"],
)
def test_entry_points_that_cannot_be_read_are_named_and_the_others_listed(content: bytes, site) -> None:
    """More than the lists is not to be had: pydantic itself reads the entry points of all distributions."""
    add_sink(site, "odd", "odd-sink")
    add_sink(site, "fine", "fine-sink")
    damage(site, "odd", "entry_points.txt", content)
    outcome = site.run("plugins", "list", "--json")
    listed = states(outcome)
    assert listed["dist-fine"] == listed["alphaforge-core"] == ("ok", "")
    assert "dist-odd" not in listed
    assert f"warning: a distribution in {site.folder} cannot be read: " in outcome.err
    assert site.run("version").code == 0


@pytest.mark.parametrize("value", ["", "no module at all", "..somewhere"])
def test_an_entry_point_that_names_no_module_is_refused(value: str, site, installed) -> None:
    add_sink(site, "lost", "lost-sink")
    damage(site, "lost", "entry_points.txt", f"[alphaforge]\nlost = {value}\n".encode())
    (found,) = [plugin for plugin in installed().plugins if plugin.name == "lost"]
    assert found.state == "refused"
    assert re.match(f"its entry point {value!r} names no module|its package '' cannot be found", found.reason)


def test_a_manifest_of_another_name_is_refused(site, installed) -> None:
    add_sink(site, "inside", "some-sink", entry_point="outside")
    (found,) = [plugin for plugin in installed().plugins if plugin.name == "outside"]
    assert (found.state, found.reason) == (
        "refused",
        "its manifest is named 'inside' and its entry point 'outside'",
    )

"""Lists run no foreign code, and a command loads its owner and no other plugin."""

import re

import pytest
from alphaforge.hooks.specs import CommandSpec, SinkSpec
from alphaforge.model.errors import PluginError

COMMAND = """
open({trace!r}, "a").write({name!r} + " ")
from alphaforge import hookimpl
from alphaforge.hooks.specs import CommandSpec

def run(times: int = 1):
    "Say hello."
    print("hello " * times)

@hookimpl
def alphaforge_commands():
    return [CommandSpec({command!r}, {load})]
"""


@pytest.fixture(scope="module")
def commands(shared_site):
    """A site whose plugins leave a trace when they are imported, and provide commands, good and bad."""
    for name, command, load in (
        ("greeter", "hello", "lambda: run"),
        ("grouped", "greet all", "lambda: run"),
        ("bad-load", "bad-load", "lambda: 1 / 0"),
        ("bad-answer", "bad-answer", "lambda: 'no function'"),
        ("bad-run", "bad-run", "lambda: (lambda: 1 / 0)"),
        ("bad-import", "bad-import", "lambda: run"),
        ("bad-signature", "bad-signature", "lambda: bad"),
        ("exits", "exits", "lambda: (lambda: exit(7))"),
    ):
        trace = str(shared_site.folder / "imported")
        code = COMMAND.format(trace=trace, name=name, command=command, load=load)
        if name == "bad-signature":
            code += "\ndef bad(value: 'NoSuchType'): ...\n"
        if name == "bad-import":
            code += "\nimport no_such_module\n"
        shared_site.add(name, code, f'[[commands]]\nname = "{command}"\nhelp = "of {name}"\n')
    return shared_site


@pytest.fixture
def imported(commands):
    """`imported()` names the plugins whose code ran in this test."""
    trace = commands.folder / "imported"
    trace.unlink(missing_ok=True)
    return lambda: trace.read_text(encoding="utf-8").split() if trace.exists() else []


@pytest.mark.parametrize(
    "arguments",
    [
        ["plugins", "list", "--json"],
        ["plugins", "info", "greeter"],
        ["--help"],
        ["version"],
        ["demo", "--seconds", "1", "--json"],
    ],
    ids=" ".join,
)
def test_no_plugin_is_imported_without_need(arguments: list[str], commands, imported) -> None:
    outcome = commands.run(*arguments)
    assert outcome.code == 0
    assert imported() == []


def test_the_trace_is_real(commands, imported) -> None:
    commands.run("plugins", "list", "--load")
    assert "greeter" in imported()


def test_a_command_runs_and_only_its_owner_is_imported(commands, imported) -> None:
    outcome = commands.run("hello", "--times", "2")
    assert (outcome.code, outcome.out) == (0, "hello hello \n")
    assert imported() == ["greeter"]


def test_a_command_of_two_words_is_part_of_a_group(commands, imported) -> None:
    outcome = commands.run("greet", "all")
    assert (outcome.code, outcome.out) == (0, "hello \n")
    assert imported() == ["grouped"]
    assert "of grouped" in commands.run("greet", "--help").out


def test_commands_are_listed_with_the_help_of_their_manifests(commands) -> None:
    helped = commands.run("--help").out
    for line in (r"hello +of greeter", r"bad-import +of bad-import", r"greet +Commands: all\."):
        assert re.search(line, helped)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("bad-load", "error: command 'bad-load' cannot be loaded: ZeroDivisionError: division by zero"),
        ("bad-answer", "error: command 'bad-answer' cannot be loaded: its plugin gave 'no function', not a"),
        ("bad-run", r"error: ZeroDivisionError: division by zero \(.*dist_bad_run.plugin\.py:\d+\); run"),
        ("bad-import", "error: commands 'bad-import': plugin 'bad-import' .* cannot be used: importing .*"),
        ("bad-signature", "error: NameError: name 'NoSuchType' is not defined .*; run it with --debug"),
    ],
)
def test_a_failing_command_is_one_line_of_error(command: str, error: str, commands, imported) -> None:
    outcome = commands.run(command)
    assert (outcome.code, outcome.out) == (1, "")
    (line,) = outcome.err.splitlines()
    assert re.match(error, line)
    assert imported() == [command]


def test_debug_shows_where_a_command_failed(commands) -> None:
    outcome = commands.run("--debug", "bad-run")
    assert outcome.code == 1
    assert "Traceback (most recent call last)" in outcome.err
    assert outcome.err.rstrip().endswith("ZeroDivisionError: division by zero")


def test_brackets_in_the_words_of_a_plugin_are_no_markup(site) -> None:
    words = "[/foo] [red]x[/red]"
    code = COMMAND.format(trace="/dev/null", name="odd", command="odd", load="lambda: run")
    code = code.replace("Say hello.", f"Say {words}.")
    site.add("odd", code, f'[[commands]]\nname = "odd"\nhelp = "Say {words}."\n')
    for arguments in (["--help"], ["odd", "--help"]):
        outcome = site.run(*arguments)
        assert (outcome.code, outcome.err) == (0, ""), arguments
        assert f"Say {words}." in outcome.out, arguments


def test_a_command_may_choose_its_exit_code(commands) -> None:
    assert commands.run("exits").code == 7


def test_the_list_of_people_shows_every_plugin_with_state_and_reason(commands) -> None:
    lines = commands.run("plugins", "list", "--load").out.splitlines()
    assert lines[0].split() == ["name", "version", "provides", "API", "state", "reason"]
    found = {line.split()[0]: line for line in lines[1:]}
    assert re.match(r"greeter +1\.0 +commands +1 +loaded *$", found["greeter"])
    assert re.match(r"bad-import +1\.0 +commands +1 +quarantined +importing .*", found["bad-import"])
    assert re.match(r"binance +\S+ +venues, readers, emulators +1 +loaded *$", found["binance"])


def test_plugin_info_shows_the_manifest(commands) -> None:
    assert commands.run("plugins", "info", "greeter", "--json").json == {
        "name": "greeter",
        "distribution": "dist-greeter 1.0",
        "module": "dist_greeter.plugin",
        "state": "ok",
        "reason": "",
        "summary": "a plugin of a test",
        "api": [1, 1],
        "capabilities": [],
        "secrets": [],
        "commands": ["hello"],
    }
    unknown = commands.run("plugins", "info", "nobody")
    assert unknown.code == 1
    assert unknown.err.startswith("error: there is no plugin 'nobody'; installed: commands, core, ")


def test_a_name_that_nothing_provides_lists_what_there_is(installed) -> None:
    registry = installed()
    with pytest.raises(
        PluginError, match=r"sinks 'jsnl' is not provided .*\(there is: jsonl, parquet, sqlite\)"
    ):
        registry.get(SinkSpec, "jsnl")


def test_the_names_of_a_kind_come_from_manifests_alone(commands, imported, installed, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(commands.folder))
    registry = installed()
    assert {"hello", "greet all", "bad-import", "version"} <= set(registry.names(CommandSpec))
    assert imported() == []
    with pytest.raises(TypeError, match="int is not what a hook returns"):
        registry.names(int)

"""A plugin that is not exactly right is out, alone, and with the reason, in the library and in the lists."""

import re
from dataclasses import dataclass

import pytest
from alphaforge.hooks.loader import QuarantineError
from alphaforge.hooks.specs import SinkSpec
from alphaforge.model.errors import PluginError

SINK = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import MonitorSpec, SinkSpec
from alphaforge.model.settings import Settings

class Quiet:
    def open(self): ...
    def write(self, records): ...
    def close(self): ...

def sink(name):
    return SinkSpec(name, "writes nothing", Settings, lambda settings: Quiet())
"""


@dataclass(frozen=True)
class Broken:
    """A plugin with one fault."""

    name: str
    code: str
    reason: str
    """A pattern of what is said of it."""
    manifest: str | None = '[provides]\nsinks = ["{name}"]\n'
    state: str = "quarantined"
    """`quarantined` where its code shows the fault, `refused` where its manifest does."""
    api: str = "[1, 1]"


def hook(body: str, decorator: str = "@hookimpl\n") -> str:
    return f"{SINK}\n{decorator}{body}\n"


BROKEN = [
    Broken("fails-to-import", "import no_such_module", "importing .* ModuleNotFoundError: .*no_such_module"),
    Broken("has-a-syntax-error", "def broken(:", "importing .* SyntaxError: "),
    Broken("exits-at-import", "import sys\nsys.exit('goodbye')", "importing .* failed: SystemExit: goodbye"),
    Broken(
        "raises-what-cannot-be-shown",
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd",
        "importing .* failed: Odd \\(its text cannot be shown\\)",
    ),
    Broken("raises-in-several-lines", "raise ValueError('one\\ntwo')", "importing .* ValueError: one two$"),
    Broken(
        "raises-in-its-hook",
        hook("def alphaforge_sinks():\n    return 1 / 0"),
        "alphaforge_sinks raised ZeroDivisionError: division by zero",
    ),
    Broken(
        "exits-in-its-hook",
        hook("def alphaforge_sinks():\n    raise SystemExit(3)"),
        "alphaforge_sinks raised SystemExit: 3",
    ),
    Broken(
        "misspells-a-hook",
        hook("def alphaforge_sink():\n    return [sink('misspells-a-hook')]"),
        r"unknown hook 'alphaforge_sink' in dist_misspells_a_hook\.plugin; "
        r"did you mean 'alphaforge_sinks'\?; the hooks are alphaforge_venues, .*alphaforge_sinks",
    ),
    Broken(
        "wants-an-argument",
        hook("def alphaforge_sinks(config):\n    return []"),
        r"hook 'alphaforge_sinks'((?!<module).)*config((?!<module).)*the hooks are",
    ),
    Broken(
        "forgets-the-marker",
        hook("def alphaforge_sinks():\n    return [sink('forgets-the-marker')]", decorator=""),
        "alphaforge_sinks in .* lacks the @hookimpl marker",
    ),
    Broken(
        "is-async",
        hook("async def alphaforge_sinks():\n    return [sink('is-async')]"),
        "alphaforge_sinks returned a coroutine: hooks are plain functions, not async",
    ),
    Broken(
        "returns-a-generator",
        hook("def alphaforge_sinks():\n    yield sink('returns-a-generator')"),
        "alphaforge_sinks returned generator, not a list of specs",
    ),
    Broken(
        "returns-one-spec",
        hook("def alphaforge_sinks():\n    return sink('returns-one-spec')"),
        "alphaforge_sinks returned SinkSpec, not a list of specs",
    ),
    Broken(
        "returns-none",
        hook("def alphaforge_sinks():\n    return None"),
        "alphaforge_sinks returned NoneType, not a list of specs",
    ),
    Broken(
        "returns-another-spec",
        hook(
            "def alphaforge_sinks():\n    return [MonitorSpec('returns-another-spec', '', Settings, Quiet)]"
        ),
        "alphaforge_sinks returned a MonitorSpec where a SinkSpec belongs",
    ),
    Broken(
        "returns-a-nameless-spec",
        hook("def alphaforge_sinks():\n    return [sink(None)]"),
        "alphaforge_sinks returned a SinkSpec named None, not a text",
    ),
    Broken(
        "has-two-of-a-name",
        hook("def alphaforge_sinks():\n    return [sink('has-two-of-a-name'), sink('has-two-of-a-name')]"),
        "alphaforge_sinks returned two sinks named 'has-two-of-a-name'",
    ),
    Broken(
        "registers-more",
        hook("def alphaforge_sinks():\n    return [sink('registers-more'), sink('extra')]"),
        "it registers sinks 'extra', which its manifest does not declare",
    ),
    Broken(
        "registers-less",
        hook("def alphaforge_sinks():\n    return [sink('registers-less')]"),
        "its manifest declares sinks 'missing', which it does not register",
        manifest='[provides]\nsinks = ["missing", "registers-less"]\n',
    ),
    Broken(
        "makes-looking-at-it-raise",
        hook("def __dir__():\n    raise RuntimeError('keep out')", decorator=""),
        "registering its hooks failed: RuntimeError: keep out",
    ),
    Broken(
        "wants-another-api",
        SINK,
        "it works with plugin API 7 to 9, this AlphaForge has 1",
        api="[7, 9]",
        state="refused",
    ),
    Broken(
        "has-no-manifest",
        SINK,
        "its package has no alphaforge-plugin.toml",
        manifest=None,
        state="refused",
    ),
    Broken(
        "has-a-broken-manifest",
        SINK,
        r"alphaforge-plugin.toml: .*\(at line 4, column 10\)",
        manifest="broken = \n",
        state="refused",
    ),
    Broken(
        "has-an-unknown-key",
        SINK,
        "alphaforge-plugin.toml: unknown key 'sinks'",
        manifest='sinks = ["here"]\n',
        state="refused",
    ),
    Broken(
        "has-a-bad-api",
        SINK,
        r"alphaforge-plugin.toml: api = '1' must be \[oldest, newest\], such as \[1, 1\]",
        api='"1"',
        state="refused",
    ),
]


def declare(site, broken: Broken) -> None:
    """Install a broken plugin."""
    manifest = broken.manifest and broken.manifest.replace("{name}", broken.name)
    site.add(broken.name, broken.code, manifest, api=broken.api)


def add_good_plugin(site) -> None:
    code = hook("def alphaforge_sinks():\n    return [sink('good-sink')]")
    site.add("good", code, '[provides]\nsinks = ["good-sink"]\n')


@pytest.fixture(scope="module")
def all_broken(shared_site):
    """Every broken plugin in one place, and a good one among them."""
    add_good_plugin(shared_site)
    for broken in BROKEN:
        declare(shared_site, broken)
    return shared_site


@pytest.fixture(scope="module")
def listed(all_broken) -> dict[str, dict[str, str]]:
    """What `plugins list --load` says of them, by name."""
    outcome = all_broken.run("plugins", "list", "--load", "--json")
    assert outcome.code == 0, outcome.err
    return {plugin["name"]: plugin for plugin in outcome.json}


@pytest.fixture(scope="module")
def problems(all_broken) -> dict[str, dict[str, str]]:
    """What `plugins doctor` finds, by name."""
    outcome = all_broken.run("plugins", "doctor", "--json")
    assert outcome.code == 1, outcome.err
    return {problem["plugin"]: problem for problem in outcome.json}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_the_registry_gives_the_reason_and_all_else_works(broken: Broken, site, installed) -> None:
    add_good_plugin(site)
    declare(site, broken)
    registry = installed()
    (found,) = [plugin for plugin in registry.plugins if plugin.name == broken.name]
    assert found.state == ("refused" if broken.state == "refused" else "ok")
    with pytest.raises(QuarantineError) as refusal:
        registry.load(found)
    assert re.search(broken.reason, str(refusal.value))
    assert len(str(refusal.value).splitlines()) == 1
    others = [plugin for plugin in registry.plugins if plugin is not found]
    assert {registry.load(plugin).found.name for plugin in others} >= {"good", "core", "binance"}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_the_lists_of_the_command_line_give_it_too(broken: Broken, listed, problems) -> None:
    for entry in (listed[broken.name], problems[broken.name]):
        assert entry["state"] == broken.state
        assert re.search(broken.reason, entry["reason"])


def test_all_others_are_loaded_though_all_these_are_broken(listed, problems) -> None:
    fine = {name for name, plugin in listed.items() if plugin["state"] == "loaded"}
    assert fine >= {"core", "commands", "binance", "coinbase", "healthcheck", "good"}
    assert fine.isdisjoint(broken.name for broken in BROKEN)
    assert problems.keys() == {broken.name for broken in BROKEN}


def test_the_command_line_works_though_all_these_are_broken(all_broken) -> None:
    for arguments in (["version"], ["--help"], ["plugins", "list"], ["plugins", "list", "--load"]):
        outcome = all_broken.run(*arguments)
        assert (outcome.code, outcome.err) == (0, ""), arguments
    demo = all_broken.run("demo", "--seconds", "2", "--json")
    assert demo.code == 0
    assert demo.json["trades"] > 0


def test_the_doctor_says_it_to_people_in_a_line_each(all_broken) -> None:
    outcome = all_broken.run("plugins", "doctor")
    assert outcome.code == 1
    lines = outcome.out.splitlines()
    assert len(lines) == len(BROKEN)
    assert "exits-at-import (dist-exits-at-import): quarantined: importing" in outcome.out
    assert "Traceback" not in outcome.out + outcome.err


def test_people_read_every_reason_as_it_is_with_its_brackets(all_broken) -> None:
    shown = all_broken.run("plugins", "list").out
    assert "api = '1' must be [oldest, newest], such as [1, 1]" in shown


def test_without_loading_only_what_manifests_show_is_known(all_broken) -> None:
    states = {plugin["name"]: plugin["state"] for plugin in all_broken.run("plugins", "list", "--json").json}
    for broken in BROKEN:
        assert states[broken.name] == ("refused" if broken.state == "refused" else "ok")


def test_what_a_node_needs_of_a_broken_plugin_is_an_error_with_the_reason(site, installed) -> None:
    declare(site, BROKEN[0])
    registry = installed()
    with pytest.raises(PluginError) as refusal:
        registry.get(SinkSpec, "fails-to-import")
    assert re.search(
        r"sinks 'fails-to-import': plugin 'fails-to-import' \(dist-fails-to-import 1.0\) cannot be used: "
        "importing .*no_such_module",
        str(refusal.value),
    )
    assert "jsonl" in {spec.name for spec in registry.all(SinkSpec)}
    assert "no_such_module" in registry.unusable(SinkSpec)["fails-to-import"]


def test_a_disabled_plugin_is_not_imported_and_says_that_it_is_disabled(site, installed, tmp_path) -> None:
    trace = tmp_path / "imported"
    code = f"open({str(trace)!r}, 'w').close()\n" + hook(
        "def alphaforge_sinks():\n    return [sink('off-sink')]"
    )
    site.add("off", code, '[provides]\nsinks = ["off-sink"]\n')
    registry = installed(disabled=("off",))
    (found,) = [plugin for plugin in registry.plugins if plugin.name == "off"]
    assert (found.state, found.reason) == ("disabled", "disabled by the configuration")
    with pytest.raises(PluginError, match=r"plugin 'off' .* cannot be used: disabled by the configuration"):
        registry.get(SinkSpec, "off-sink")
    assert "off-sink" not in registry.names(SinkSpec)
    node = tmp_path / "node.toml"
    node.write_text('[[strategies]]\nuse = "demo-market-maker"\n', encoding="utf-8")
    arguments = ["check", str(node), "--set", "sinks.off-sink={}", "--set", "plugins.disabled=['off']"]
    assert "cannot be used: disabled by the configuration" in site.run(*arguments).err
    assert not trace.exists()
    assert site.run(*arguments[:-2]).code == 0
    assert trace.exists()


def test_what_a_plugin_prints_stays_out_of_the_output(site) -> None:
    site.add("loud", "print('hello')\n" + hook("def alphaforge_sinks():\n    print('again')\n    return []"))
    outcome = site.run("plugins", "list", "--load", "--json")
    assert {plugin["state"] for plugin in outcome.json} == {"loaded"}
    assert outcome.err == "hello\nagain\n"

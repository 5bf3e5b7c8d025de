"""`config show`: every value, where it came from, and no secret."""

from pathlib import Path

import pytest

PLUGIN = """
from alphaforge import hookimpl
from alphaforge.hooks.specs import SinkSpec
from alphaforge.model.settings import Settings
from pydantic import BaseModel, Field, Secret, SecretStr

class Login(BaseModel):
    user: str = ""
    pin: SecretStr = SecretStr("0000")

class Robot(BaseModel):
    serial: int
    code: Secret[int] = Field(Secret(0), alias="Code")

class Tree(BaseModel):
    leaf: str = ""
    thorn: SecretStr | None = None
    below: list["Tree"] = []

class VaultSettings(Settings):
    place: str = "here"
    hook: SecretStr = Field(SecretStr(""), max_length=12)
    more: dict[str, SecretStr] = {}
    login: Login | None = None
    either: Robot | int = 0
    accounts: list[Login] = []
    by_name: dict[str, Login] = {}
    in_turn: dict[str, list[Login]] = {}
    pins: list[SecretStr] = []
    tree: Tree = Tree()

@hookimpl
def alphaforge_sinks():
    return [SinkSpec("vault", "keeps things", VaultSettings, lambda settings: None)]
"""
STRATEGY = """
from alphaforge import Strategy, StrategyParams
from pydantic import BaseModel, SecretStr

class Account(BaseModel):
    pin: SecretStr
    speed: int = 0

class Params(StrategyParams):
    size: int = 0
    hook: SecretStr = SecretStr("")
    accounts: list[Account] = []

class Secretive(Strategy[Params]):
    pass

print("loaded")
"""
NODE = """
[node]
name = "shown"
[[strategies]]
use = "demo-market-maker"
params = { size = "1", api_key = "hunter2" }
[[strategies]]
use = "secretive.py"
params = { size = 1, hook = "hunter2", accounts = [{ pin = "hunter2", speed = 1 }] }
[[strategies]]
use = "none.py"
params = { size = "hunter2" }
[sinks.vault]
place = "there"
hook = "hunter2"
more = { one = "hunter2", two = "hunter2" }
login = { user = "me", pin = "hunter2" }
either = { serial = 5, Code = "hunter2" }
accounts = [{ user = "a", pin = "hunter2" }, { user = "b", pin = "hunter2" }]
by_name = { one = { user = "c", pin = "hunter2" } }
in_turn = { one = [{ user = "d", pin = "hunter2" }] }
pins = ["hunter2", "hunter2"]
tree = { leaf = "green", below = [{ thorn = "hunter2" }] }
[sinks.jsonl]
path = "r.jsonl"
password = "hunter2"
Access_Token = "hunter2"
passwords = { db = "hunter2", list = ["hunter2"] }
url = "postgres://me:hunter2@host/db"
servers = [{ name = "a", secret = "hunter2" }, { name = "b", nested = { passphrase = "hunter2" } }]
[monitors.not-installed]
anything = "hunter2"
[risk.rules.vault-rule]
use = "not-there"
dsn = "hunter2"
"""


@pytest.fixture
def plugins(tmp_path: Path) -> str:
    """A path with a plugin whose settings hold secrets of all shapes; beside it a strategy with secrets."""
    (tmp_path / "secretive.py").write_text(STRATEGY, encoding="utf-8")
    package = tmp_path / "site" / "vault_plugin"
    info = tmp_path / "site" / "vault_plugin-1.0.dist-info"
    package.mkdir(parents=True)
    info.mkdir()
    (package / "__init__.py").touch()
    (package / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    manifest = 'name = "vault"\nsummary = "s"\napi = [1, 1]\n[provides]\nsinks = ["vault"]\n'
    (package / "alphaforge-plugin.toml").write_text(manifest, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vault\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[alphaforge]\nvault = vault_plugin.plugin\n", encoding="utf-8")
    return str(tmp_path / "site")


def test_every_value_is_shown_with_its_origin_and_secrets_are_masked(node_toml, alphaforge, plugins) -> None:
    node_toml(NODE)
    outcome = alphaforge(
        "config", "show", "node.toml", "--json", "--set", "feed.seed=3",
        ALPHAFORGE_NODE__REPORTING_CURRENCY="EUR", PYTHONPATH=plugins,
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert "hunter2" not in outcome.out + outcome.err
    assert outcome.err == "loaded\n"
    shown = {key: (entry["value"], entry["origin"]) for key, entry in outcome.json.items()}
    assert shown["node.name"] == ("shown", "node.toml")
    assert shown["node.reporting_currency"] == ("EUR", "env ALPHAFORGE_NODE__REPORTING_CURRENCY")
    assert shown["feed.seed"] == (3, "--set")
    assert shown["feed.seconds"] == (60.0, "default")
    assert shown["risk.account.max_messages"] == (None, "default")
    assert shown["sinks.vault.place"] == ("there", "node.toml")
    assert shown["sinks.vault.login.user"] == ("me", "node.toml")
    assert shown["strategies.0.params.size"] == ("1", "node.toml")
    assert shown["strategies.1.params.size"] == (1, "node.toml")
    assert shown["strategies.1.params.accounts.0.speed"] == (1, "node.toml")
    assert shown["sinks.vault.either.serial"] == (5, "node.toml")
    assert [shown[f"sinks.vault.accounts.{index}.user"][0] for index in (0, 1)] == ["a", "b"]
    assert shown["sinks.vault.by_name.one.user"] == ("c", "node.toml")
    assert shown["sinks.vault.in_turn.one.0.user"] == ("d", "node.toml")
    assert shown["sinks.vault.pins"] == ("********", "node.toml")
    assert shown["sinks.vault.tree.leaf"] == ("green", "node.toml")
    assert shown["sinks.jsonl.url"] == ("postgres://********@host/db", "node.toml")
    assert shown["sinks.jsonl.servers.0.name"] == ("a", "node.toml")
    assert shown["risk.rules.vault-rule.use"] == ("not-there", "node.toml")
    masked = {key for key, (value, _) in shown.items() if value == "********"}
    assert masked == {
        "strategies.0.params.api_key",
        "strategies.1.params.hook",
        "strategies.1.params.accounts.0.pin",
        "strategies.2.params.size",
        "sinks.vault.hook",
        "sinks.vault.more.one",
        "sinks.vault.more.two",
        "sinks.vault.login.pin",
        "sinks.vault.either.Code",
        "sinks.vault.accounts.0.pin",
        "sinks.vault.accounts.1.pin",
        "sinks.vault.by_name.one.pin",
        "sinks.vault.in_turn.one.0.pin",
        "sinks.vault.pins",
        "sinks.vault.tree.below.0.thorn",
        "sinks.jsonl.password",
        "sinks.jsonl.passwords.db",
        "sinks.jsonl.passwords.list",
        "sinks.jsonl.Access_Token",
        "sinks.jsonl.servers.0.secret",
        "sinks.jsonl.servers.1.nested.passphrase",
        "monitors.not-installed.anything",
        "risk.rules.vault-rule.dsn",
    }


def test_the_table_for_people_shows_the_same(node_toml, alphaforge, plugins) -> None:
    node_toml(NODE)
    outcome = alphaforge("config", "show", "node.toml", PYTHONPATH=plugins)
    assert outcome.code == 0, outcome.err
    assert "hunter2" not in outcome.out
    rows = [line.split() for line in outcome.out.splitlines()]
    assert rows[0] == ["key", "value", "from"]
    assert ["node.name", "shown", "node.toml"] in rows
    assert ["sinks.vault.hook", "********", "node.toml"] in rows
    assert ["paper.latency_ms", "5.0", "default"] in rows


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ('sinks.vault.hook="hunter2-is-too-long"', "sinks.vault.hook = '********': "),
        ('sinks.vault.accounts=[{ pin = { x = "hunter2" } }]', "sinks.vault.accounts.0.pin = '********': "),
        (
            'sinks.vault.accounts={ x = { pin = "hunter2" } }',
            "sinks.vault.accounts = {'x': {'pin': '********'}}",
        ),
        ('sinks.vault.by_name.one.pin=["hunter2"]', "sinks.vault.by_name.one.pin = '********': "),
        (
            'sinks.vault.either={ serial = 1, Code = "hunter2" }',
            "sinks.vault.either.Robot.Code = '********': ",
        ),
        ('sinks.vault.pins="hunter2"', "sinks.vault.pins = '********': "),
        (
            'strategies=[{ use = "secretive.py", params = { hook = ["hunter2"] } }]',
            "strategies.0.params.hook = '********': ",
        ),
        ('strategies={ password = "hunter2" }', "strategies = {'password': '********'}: "),
    ],
)
def test_secrets_stay_out_of_messages(assignment: str, told: str, node_toml, alphaforge, plugins) -> None:
    node_toml('[[strategies]]\nuse = "demo-market-maker"\n')
    outcome = alphaforge("check", "node.toml", "--set", assignment, PYTHONPATH=plugins)
    assert outcome.code == 1
    assert f": {told}" in outcome.err
    assert "hunter2" not in outcome.err


def test_without_a_file_the_defaults_are_shown(alphaforge) -> None:
    outcome = alphaforge("config", "show", "--json")
    assert outcome.code == 0
    assert {entry["origin"] for entry in outcome.json.values()} == {"default"}
    assert outcome.json["node.name"]["value"] == "main"
    assert outcome.json["risk.market_slippage"]["value"] == "0.01"

"""Venue sections: core's keys and the plugin's own, its secrets, and that no secret is shown anywhere."""

import base64
import json
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest

PLUGIN = """
import json
import logging
import os
from typing import Literal

from alphaforge import hookimpl
from alphaforge.hooks.specs import SinkSpec, VenueSpec
from alphaforge.model.settings import Settings
from pydantic import Field, SecretStr


class VaultSettings(Settings):
    environment: Literal["production", "testnet"] = "production"
    base_url: str | None = None
    window_ms: int = Field(1000, gt=0)
    pin: SecretStr | None = None


class LeakySettings(Settings):
    token: SecretStr = SecretStr("")
    when: Literal["never", "create", "open", "write"] = "never"


def leaks():
    return json.loads(os.environ.get("LEAKS", "[]"))


def shout():
    for text in leaks():
        logging.getLogger("leaky").warning("sent %s", text)
        print("printed", text)
    raise RuntimeError("refused: " + " ".join(leaks()))


class Leaky:
    def __init__(self, settings):
        self.settings = settings
        if settings.when == "create":
            shout()

    def open(self):
        if self.settings.when == "open":
            shout()

    def write(self, records):
        if self.settings.when == "write":
            shout()

    def close(self):
        pass


@hookimpl
def alphaforge_venues():
    # Under the name of the simulated market, so that there is a feed for it.
    return [VenueSpec("sim", "A vault", lambda body: [], None, settings=VaultSettings)]


@hookimpl
def alphaforge_sinks():
    return [SinkSpec("leaky", "tells all", LeakySettings, Leaky)]
"""
MANIFEST = """
secrets = ["api_key", "private_key", "passphrase", "pin_code", "spare"]
[provides]
venues = ["sim"]
sinks = ["leaky"]
"""
STRATEGY = """
import json
import os

from alphaforge import Strategy


class Talkative(Strategy):
    def on_trade(self, trade):
        raise ValueError(" ".join(json.loads(os.environ["LEAKS"])))
"""
NODE = """
[[strategies]]
use = "demo-market-maker"
"""
PEM_BODY = base64.b64encode(
    bytes.fromhex("302e020100300506032b657004220420") + b"canary" * 5 + b"!!"
).decode()
KEYS = (
    "venue", "instruments", "streams", "ca_file", "key_file", "private_key_file", "keyring",
    "environment", "base_url", "window_ms", "pin",
)  # fmt: skip
CANARIES = {
    "file": "canary-of-the-file-0001",
    "credential": "canary-of-systemd-0002",
    "environment": "canary-of-the-environment-0003",
    "setting": "canary-of-a-setting-0004",
    "sink": "canary-of-a-sink-0005",
    "pem": PEM_BODY,
}


GUARDED = """
[feed]
seconds = 2
[[strategies]]
use = "{strategy}"
[venues.vault]
venue = "sim"
environment = "testnet"
key_file = "vault.key"
private_key_file = "vault.pem"
pin = "{setting}"
[sinks.leaky]
token = "{sink}"
when = "{when}"
[sinks.sqlite]
path = "trades.db"
[sinks.jsonl]
path = "trades.jsonl"
"""


@pytest.fixture
def vault(site):
    """A site with a venue that has settings and secrets, and a sink that tells all it knows."""
    site.add("vault", PLUGIN, MANIFEST)
    return site


@pytest.fixture
def refusal(vault, tmp_path):
    """`refusal(keys)` is what `check` says of `[venues.vault]` with these keys."""

    def refused(keys: str, command: str = "check") -> list[str]:
        path = tmp_path / "node.toml"
        path.write_text(f"{NODE}[venues.vault]\nvenue = 'sim'\n{keys}", encoding="utf-8")
        outcome = vault.run(command, str(path))
        assert outcome.code == 1, outcome.out
        return [line.removeprefix(f"error: {path}: ") for line in outcome.errors]

    return refused


def test_keys_of_the_plugin_are_refused_as_those_of_core_are(refusal) -> None:
    assert refusal("enviroment = 'testnet'\nwindow_ms = -1\nkey_fil = 'a'\npin = 12\nname = 'vault'") == [
        "venues.vault.window_ms = -1: write a number above 0",
        "venues.vault.pin = '********': write a text in quotes",
        "venues.vault.enviroment: unknown key; did you mean 'environment'?",
        "venues.vault.key_fil: unknown key; did you mean 'key_file'?",
        f"venues.vault.name: unknown key; [venues.vault] has: {', '.join(KEYS)}",
    ]
    assert refusal("environment = 'demo'") == [
        "venues.vault.environment = 'demo': write 'production' or 'testnet'"
    ]
    assert refusal("instruments = 7") == [
        'venues.vault.instruments = 7: write a list, such as ["one", "two"]'
    ]


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_that_others_can_read_refuses_to_start(command: str, refusal, tmp_path) -> None:
    path = tmp_path / "vault.key"
    path.write_text(f"api_key = {CANARIES['file']}", encoding="utf-8")
    path.chmod(0o644)
    assert refusal("key_file = 'vault.key'", command) == [
        f"venues.vault.key_file: {path}: its mode is 0644, so that others can reach it: chmod 600 {path}"
    ]


@pytest.fixture
def guarded(vault, tmp_path, monkeypatch):
    """A node with a canary in every source of secrets; `guarded(text)` writes it, with more in it."""
    key_file = tmp_path / "vault.key"
    key_file.write_text(f"api_key = {CANARIES['file']}\n", encoding="utf-8")
    pem = tmp_path / "vault.pem"
    pem.write_text(f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\n-----END PRIVATE KEY-----\n", encoding="utf-8")
    (tmp_path / "vault.passphrase").write_text(CANARIES["credential"], encoding="utf-8")
    for path in (key_file, pem, tmp_path / "vault.passphrase"):
        path.chmod(0o600)
    vault.variables["ALPHAFORGE_SECRET_VAULT_PIN_CODE"] = CANARIES["environment"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "talkative.py").write_text(STRATEGY, encoding="utf-8")
    monkeypatch.setenv("LEAKS", json.dumps([form for canary in CANARIES.values() for form in forms(canary)]))

    def write(strategy: str = "demo-market-maker", when: str = "never") -> Path:
        path = tmp_path / "node.toml"
        path.write_text(GUARDED.format(strategy=strategy, when=when, **CANARIES), encoding="utf-8")
        return path

    return write


def forms(canary: str) -> list[str]:
    """A canary in encodings that logs and requests have it in."""
    raw = canary.encode()
    encoded = (base64.b64encode(raw).decode(), base64.b64encode(b"user:" + raw).decode())
    return [canary, quote(canary, safe=""), raw.hex(), raw.hex().upper(), *encoded]


def assert_no_canary(text: str) -> None:
    found = [form for canary in CANARIES.values() for form in forms(canary) if form in text]
    assert found == []


COMMANDS = (
    "check --debug", "check --json", "config show", "config show --json", "run --json --debug",
    "run --report page.html",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_shows_a_secret(command: str, vault, guarded, tmp_path) -> None:
    words = command.replace("page.html", str(tmp_path / "page.html")).split()
    count = 2 if words[0] == "config" else 1
    outcome = vault.run(*words[:count], str(guarded()), *words[count:])
    assert outcome.code == 0, outcome.err
    assert_no_canary(outcome.out + outcome.err)


def test_where_each_secret_is_from_is_shown(vault, guarded, tmp_path) -> None:
    path = str(guarded())
    sources = {
        "api_key": f"file {tmp_path / 'vault.key'}",
        "private_key": f"file {tmp_path / 'vault.pem'}",
        "passphrase": "systemd credential vault.passphrase",
        "pin_code": "env ALPHAFORGE_SECRET_VAULT_PIN_CODE",
        "spare": None,
    }
    shown = vault.run("config", "show", path, "--json").json
    found = {name: shown[f"venues.vault.{name}"] for name in sources}
    assert found == {
        name: {"value": source and "********", "origin": source or "not given"}
        for name, source in sources.items()
    }
    assert shown["venues.vault.pin"] == {"value": "********", "origin": path}
    assert shown["venues.vault.environment"] == {"value": "testnet", "origin": path}
    assert shown["venues.vault.key_file"]["value"] == str(tmp_path / "vault.key")
    assert vault.run("check", path, "--json").json["secrets"] == [
        f"vault.{name}: {source or 'not given'}" for name, source in sources.items()
    ]


@pytest.mark.parametrize(
    ("when", "options"), [("create", ()), ("create", ("--debug",)), ("open", ("--json",)), ("write", ())]
)
def test_what_a_plugin_tells_is_redacted(when: str, options, vault, guarded, tmp_path) -> None:
    page = tmp_path / "page.html"
    outcome = vault.run("run", str(guarded(when=when)), "--report", str(page), *options)
    assert outcome.code == (4 if when == "write" else 1)
    assert ("Traceback" in outcome.err) == ("--debug" in options and when != "write")
    assert "warning: sent ********" in outcome.err
    assert "printed ********" in outcome.out
    assert "refused: ********" in outcome.err
    assert_no_canary(outcome.out + outcome.err)
    if when == "write":
        assert_no_canary(page.read_text(encoding="utf-8"))


def test_what_a_strategy_raises_reaches_no_record(vault, guarded, tmp_path) -> None:
    page = tmp_path / "page.html"
    path = guarded(strategy=str(tmp_path / "talkative.py"))
    outcome = vault.run("run", str(path), "--report", str(page), "--json")
    assert outcome.code == 3
    assert "ValueError: ********" in outcome.json["faults"][0]
    database = sqlite3.connect(tmp_path / "trades.db")
    dump = "\n".join(database.iterdump())
    database.close()
    records = (tmp_path / "trades.jsonl").read_text(encoding="utf-8")
    for text in (outcome.out + outcome.err, dump, records, page.read_text(encoding="utf-8")):
        assert "ValueError: ********" in text
        assert_no_canary(text)

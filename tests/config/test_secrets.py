"""Secrets of a venue section: where they are looked for, in which order, and what is refused."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alphaforge.config.layers import RawConfig
from alphaforge.config.load import load_config, load_raw
from alphaforge.config.secrets import LoadedSecrets, load_secrets
from alphaforge.model.errors import ConfigError

BODY = "MC4CAQAwBQYDK2VwBCIEIGFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
PEM = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----"
ASKED = ("api_key", "private_key")


class Memory:
    """Stands in for the package keyring, which would change how this process finds plugins."""

    def __init__(self, kept: dict[tuple[str, str], str]) -> None:
        self.kept = kept

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))


class Locked(Memory):
    """A keyring that cannot be opened."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"locked: {self.kept}")


@pytest.fixture
def load(node_toml: Callable[[str], Path]) -> Callable[..., LoadedSecrets]:
    """`load(keys)` loads the secrets of `[venues.binance]` with these keys."""

    def loaded(keys: str = "", asked: tuple[str, ...] = ASKED) -> LoadedSecrets:
        raw: RawConfig = load_raw(node_toml(f"[venues.binance]\n{keys}"))
        return load_secrets("binance", load_config(raw).venues["binance"], asked, raw)

    return loaded


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """`write(name, text, mode)` writes a file of secrets."""

    def written(name: str, text: str, mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    return written


def values(loaded: LoadedSecrets) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in loaded.secrets.values.items()}


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "key-0123"\nprivate_key = """\n{PEM}\n"""\n',
        f"# mine\napi_key = key-0123\n\nprivate_key = {PEM}\n",
        f"private_key={PEM}\napi_key='key-0123'",
        "\ufeffapi_key = key-0123\r\nprivate_key = " + PEM.replace("\n", "\r\n"),
        "api_key = key-0123\nprivate_key = " + PEM.replace("\n", "\\n"),
    ],
    ids=["toml", "lines", "pem first", "of windows", "escaped"],
)
def test_a_key_file_is_toml_or_lines(text: str, load, write) -> None:
    path = write("binance.key", text)
    loaded = load("key_file = 'binance.key'")
    assert values(loaded) == {"api_key": "key-0123", "private_key": PEM}
    assert loaded.sources == {"api_key": f"file {path}", "private_key": f"file {path}"}


def test_a_private_key_may_have_a_file_of_its_own(load, write) -> None:
    write("binance.key", "api_key = key-0123")
    pem = write("ed25519.pem", f"{PEM}\n", mode=0o400)
    loaded = load("key_file = 'binance.key'\nprivate_key_file = 'ed25519.pem'")
    assert values(loaded) == {"api_key": "key-0123", "private_key": PEM}
    assert loaded.sources["private_key"] == f"file {pem}"


def test_without_a_source_there_is_no_secret(load) -> None:
    loaded = load()
    assert loaded.sources == {"api_key": None, "private_key": None}
    with pytest.raises(ConfigError, match=r"venues\.binance: the secret 'api_key' is missing"):
        loaded.secrets.required("api_key")


def test_the_order_of_the_sources(load, write, tmp_path, monkeypatch) -> None:
    asked = ("a_key", "b_key", "c_key", "d_key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    # Each has one secret more than the one before it.
    write("binance.key", "a_key = a_key of source 0")
    for secret in asked[:2]:
        write(f"credentials/binance.{secret}", f"{secret} of source 1")
    monkeypatch.setitem(
        sys.modules, "keyring", Memory({("desk", secret): f"{secret} of source 2" for secret in asked[:3]})
    )
    for secret in asked:
        monkeypatch.setenv(f"ALPHAFORGE_SECRET_BINANCE_{secret.upper()}", f"{secret} of source 3")
    loaded = load("key_file = 'binance.key'\nkeyring = 'desk'", asked)
    assert values(loaded) == {name: f"{name} of source {rank}" for rank, name in enumerate(asked)}
    assert list(loaded.sources.values()) == [
        f"file {tmp_path / 'binance.key'}",
        "systemd credential binance.b_key",
        "keyring desk",
        "env ALPHAFORGE_SECRET_BINANCE_D_KEY",
    ]


def test_secrets_in_variables_are_no_part_of_the_configuration(load, monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_SECRET_BINANCE_API_KEY", "key-0123")
    monkeypatch.setenv("ALPHAFORGE_SECRET_OTHER__API_KEY", "key-4567")
    assert values(load()) == {"api_key": "key-0123"}


REACHABLE = {0o644: "0644", 0o640: "0640", 0o620: "0620", 0o602: "0602", 0o601: "0601"}


@pytest.mark.parametrize("mode", REACHABLE)
@pytest.mark.parametrize("key", ["key_file", "private_key_file"])
def test_a_file_that_others_can_reach_is_refused(mode: int, key: str, load, write, tmp_path) -> None:
    path = write("binance.key", "private_key = canary-0123", mode)
    with pytest.raises(ConfigError) as refusal:
        load(f"{key} = 'binance.key'")
    assert str(refusal.value) == (
        f"{tmp_path / 'node.toml'}: venues.binance.{key}: {path}: its mode is {REACHABLE[mode]}, so that "
        f"others can reach it: chmod 600 {path}"
    )


def test_a_link_is_followed_unless_others_can_write_where_it_leads(load, write, tmp_path) -> None:
    target = write("elsewhere/keys", "api_key = key-0123")
    (tmp_path / "binance.key").symlink_to(target)
    target.parent.chmod(0o700)
    assert values(load("key_file = 'binance.key'")) == {"api_key": "key-0123"}
    for mode in (0o770, 0o707, 0o777):
        target.parent.chmod(mode)
        with pytest.raises(ConfigError, match=r"it is a link into .*elsewhere, where others can write"):
            load("key_file = 'binance.key'")
    target.parent.chmod(0o1777)
    assert values(load("key_file = 'binance.key'")) == {"api_key": "key-0123"}


def test_a_credential_that_everybody_can_read_is_refused(load, write, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    path = write("binance.api_key", "key-0123", 0o444)
    with pytest.raises(ConfigError, match=re.escape(f"{path}: everybody can read it: chmod 600 {path}")):
        load()
    path.chmod(0o440)  # as systemd has it where it cannot mount
    assert load().sources["api_key"] == "systemd credential binance.api_key"


BAD_FILES = {
    "canary0123": r"binance\.key:1: not a line of `name = value`",
    "api_key = key-0123\ncanary-0123": r"binance\.key:2: not a line of `name = value`",
    "api_key = canary-0123\napi_key = canary-0123": r"binance\.key:2: api_key is there twice",
    "apikey = canary-0123": r"binance\.key: unknown secret 'apikey'; did you mean 'api_key'\?",
    "canary0123canary0123canary = x": r"unknown secret with a long name; the plugin asks for: api_key, .*",
    "pin = canary-0123": r"binance\.key: unknown secret 'pin'; the plugin asks for: api_key, private_key",
    "api_key = 123456789": r"binance\.key: api_key: write the value in quotes",
    "[api_key]\nvalue = 'canary-0123'": r"binance\.key: api_key: write the value in quotes",
    "api_key =": r"file .*binance\.key: venues\.binance: api_key is empty: write the secret, or leave it out",
    "api_key = '   '": r"file .*binance\.key: venues\.binance: api_key is empty: .*",
    "api_key = abcde": r"file .*: venues\.binance: api_key is shorter than 6 characters: that is no secret",
    'api_key = """canary\n0123"""': r"file .*: api_key has several lines, or control characters,",
    "private_key = -----BEGIN PRIVATE KEY-----\nMC4C": r"binance\.key:1: private_key: the PEM has no END",
    "private_key = '-----BEGIN PRIVATE KEY-----'": r".*private_key is a PEM that is cut off or damaged: .*",
    f"private_key = {PEM.replace('MC4', 'M~4')}": r".*private_key is a PEM that is cut off or damaged: .*",
    "\x00" * 70_000: r"binance\.key: more than 65536 bytes: that is no file of keys",
}


@pytest.mark.parametrize("text", BAD_FILES, ids=[repr(text)[:40] for text in BAD_FILES])
def test_a_malformed_file_is_refused_without_what_is_in_it(text: str, load, write) -> None:
    write("binance.key", text)
    with pytest.raises(ConfigError) as refusal:
        load("key_file = 'binance.key'")
    said = str(refusal.value)
    assert re.search(BAD_FILES[text], said), said
    assert "canary" not in said
    assert "0123" not in said
    assert "MC4C" not in said


def test_a_file_that_is_none_is_refused(load, write, tmp_path) -> None:
    with pytest.raises(
        ConfigError, match=r"venues\.binance\.key_file: .*absent\.key: No such file or directory"
    ):
        load("key_file = 'absent.key'")
    (tmp_path / "binary.key").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "binary.key").chmod(0o600)
    with pytest.raises(ConfigError, match=r"binary\.key: not a text in UTF-8: write keys as text or as PEM"):
        load("key_file = 'binary.key'")
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("/dev/null", "pipe"):
        with pytest.raises(ConfigError, match=r"key_file: .*(null|pipe): not a regular file"):
            load(f"key_file = '{name}'")


def test_two_private_keys_are_one_too_many(load, write) -> None:
    write("binance.key", "private_key = key-0123")
    write("other.pem", PEM)
    with pytest.raises(
        ConfigError, match=r"other\.pem: .*binance\.key has a private_key too: keep one of them"
    ):
        load("key_file = 'binance.key'\nprivate_key_file = 'other.pem'")


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        ("key_file = 'a.key'", ()),
        ("keyring = 'desk'", ()),
        ("private_key_file = 'a.pem'", ("api_key",)),
    ],
)
def test_a_secret_that_nobody_asks_for_is_refused(keys: str, asked: tuple[str, ...], load) -> None:
    known = "api_key" if asked else "none"
    with pytest.raises(ConfigError, match=rf"nobody asks for it \(the secrets .* asks for: {known}\)"):
        load(keys, asked)


def test_a_misspelt_variable_is_refused(load, monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_SECRET_BINANCE_APIKEY", "canary-0123")
    with pytest.raises(ConfigError) as refusal:
        load()
    assert str(refusal.value) == (
        "env ALPHAFORGE_SECRET_BINANCE_APIKEY: names no secret of venues.binance; did you mean "
        "'ALPHAFORGE_SECRET_BINANCE_API_KEY'?"
    )


def test_an_empty_variable_is_refused_by_its_name(load, monkeypatch) -> None:
    monkeypatch.setenv("ALPHAFORGE_SECRET_BINANCE_API_KEY", "")
    expected = "env ALPHAFORGE_SECRET_BINANCE_API_KEY: venues.binance: api_key is empty"
    with pytest.raises(ConfigError, match=expected):
        load()


def test_a_keyring_that_is_not_installed_or_locked_is_refused(load, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", Locked({("desk", "api_key"): "canary-0123"}))
    with pytest.raises(ConfigError) as refusal:
        load("keyring = 'desk'")
    assert re.search(
        r"venues\.binance\.keyring = 'desk': the keyring cannot be read \(RuntimeError\): unlock it, or see "
        "`keyring diagnose`$",
        str(refusal.value),
    )
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(
        ConfigError, match=r"keyring = 'desk': the package keyring is not installed: pip install"
    ):
        load("keyring = 'desk'")

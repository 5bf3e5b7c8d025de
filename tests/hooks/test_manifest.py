"""Manifests: what they may hold, and what is said of those that hold something else."""

import re
from pathlib import Path

import pytest
from alphaforge.hooks.manifest import Manifest, ManifestError, read_manifest

WHOLE = """
name = "binance"
summary = "Binance Spot"
api = [1, 3]
capabilities = ["market-data"]
secrets = ["api_key"]

[provides]
venues = ["binance"]
sinks = ["one", "two"]

[[commands]]
name = "binance symbols"
help = "List the symbols of Binance."
"""
SMALLEST = 'name = "small"\nsummary = "hardly anything"\napi = [1, 1]\n'


@pytest.fixture
def read(tmp_path: Path):
    """`read(text)` reads a manifest of this text."""

    def read_text(text: str) -> Manifest:
        path = tmp_path / "alphaforge-plugin.toml"
        path.write_bytes(text.encode("latin-1"))
        return read_manifest(path)

    return read_text


def test_a_manifest_says_what_a_plugin_is(read) -> None:
    manifest = read(WHOLE)
    assert manifest == Manifest(
        name="binance",
        summary="Binance Spot",
        api_oldest=1,
        api_newest=3,
        provides={
            "venues": frozenset({"binance"}),
            "sinks": frozenset({"one", "two"}),
            "commands": frozenset({"binance symbols"}),
        },
        commands={"binance symbols": "List the symbols of Binance."},
        capabilities=("market-data",),
        secrets=("api_key",),
    )
    assert manifest.kinds() == ["venues", "sinks", "commands"]
    assert [api for api in range(6) if manifest.works_with(api)] == [1, 2, 3]


def test_a_byte_order_mark_is_no_part_of_a_manifest(read) -> None:
    assert read("\N{BYTE ORDER MARK}".encode().decode("latin-1") + SMALLEST).name == "small"


def test_most_keys_may_be_left_out(read) -> None:
    manifest = read(SMALLEST)
    assert (manifest.kinds(), manifest.capabilities, manifest.secrets) == ([], (), ())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('summary = "s"\napi = [1, 1]', "name = None must be a text"),
        ('name = ""\nsummary = "s"\napi = [1, 1]', "name = '' must be a text"),
        ('name = "n"\nsummary = 5\napi = [1, 1]', "summary = 5 must be a text"),
        ('name = "n"\nsummary = "s"', r"api = None must be \[oldest, newest\], such as \[1, 1\]"),
        ('name = "n"\nsummary = "s"\napi = 1', "api = 1 must be "),
        ('name = "n"\nsummary = "s"\napi = [2, 1]', r"api = \[2, 1\] must be "),
        ('name = "n"\nsummary = "s"\napi = [1]', r"api = \[1\] must be "),
        ('name = "n"\nsummary = "s"\napi = ["1", "2"]', "api = .* must be "),
        (f"{SMALLEST}sinks = []", "unknown key 'sinks'"),
        (f'{SMALLEST}capabilities = "all"', "capabilities = 'all' must be a list of texts"),
        (f"{SMALLEST}secrets = [5]", r"secrets = \[5\] must be a list of texts"),
        (f"{SMALLEST}provides = 5", "provides must be a table"),
        (f'{SMALLEST}[provides]\nsink = ["x"]', "provides.sink is no kind; the kinds are venues, readers, "),
        (f'{SMALLEST}[provides]\ncommands = ["x"]', "provides.commands is no kind"),
        (f'{SMALLEST}[provides]\nsinks = "x"', "provides.sinks = 'x' must be a list of texts"),
        (f"{SMALLEST}commands = 5", "commands must be a list of tables"),
        (f'{SMALLEST}[[commands]]\nname = "x"', "a command has exactly a name and a help"),
        (f'{SMALLEST}[[commands]]\nname = "x"\nhelp = "h"\nmore = 1', "a command has exactly a name"),
        (
            f'{SMALLEST}[[commands]]\nname = "X"\nhelp = "h"',
            "command 'X' must be one or two lower-case words",
        ),
        (f'{SMALLEST}[[commands]]\nname = "x"\nhelp = 5', "help = 5 must be a text"),
        ("name = ", "Invalid value"),
        ("\xff\xfe", "'utf-8' codec can't decode"),
    ],
)
def test_a_bad_manifest_says_which_key_is_bad(text: str, fault: str, read) -> None:
    with pytest.raises(ManifestError) as refusal:
        read(text)
    assert re.match(f"alphaforge-plugin.toml: {fault}", str(refusal.value))


def test_a_folder_without_a_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"its package has no alphaforge-plugin\.toml"):
        read_manifest(tmp_path / "alphaforge-plugin.toml")

"""What `use` names and cannot be had: one line that says what is missing, and what to write instead."""

import pytest
from alphaforge.model.errors import AlphaForgeError

REMEDY = "install it, or name a file: path.py:Class"
FORMS = "write path.py:Class, module:Class, or a name"

REFUSED = {
    "": (
        "NODE: strategies.0.use: strategies '' is not provided by any installed plugin (there is: "
        "demo-market-maker, demo-trend-taker); see `alphaforge plugins list`"
    ),
    "nomod": (
        "NODE: strategies.0.use: strategies 'nomod' is not provided by any installed plugin (there is: "
        "demo-market-maker, demo-trend-taker); see `alphaforge plugins list`"
    ),
    ":X": f"':X' names no strategy: {FORMS}",
    "json:": f"'json:' names no strategy: {FORMS}",
    ".json:X": f"'.json:X' names no strategy: {FORMS}",
    "nomod:X": f"module nomod: ModuleNotFoundError: No module named 'nomod'; {REMEDY}",
    "nomod.sub:X": f"module nomod.sub: ModuleNotFoundError: No module named 'nomod'; {REMEDY}",
    "json:X": "json defines no subclass of alphaforge.Strategy",
    "none.py": "FOLDER/none.py defines no subclass of alphaforge.Strategy",
    "none.py:X": "FOLDER/none.py defines no subclass of alphaforge.Strategy",
    "none.py:Strategy": "FOLDER/none.py defines no subclass of alphaforge.Strategy",
    "two.py": "FOLDER/two.py: say which strategy is meant, with :Class; there is: One, Two",
    "two.py:Three": "FOLDER/two.py:Three: there is no strategy class 'Three'; there is: One, Two",
    "imports.py": "FOLDER/imports.py: ModuleNotFoundError: No module named 'nomod' (FOLDER/imports.py:1)",
}
FILES = {
    "none.py": "from alphaforge import Strategy\n",
    "two.py": (
        "from alphaforge import Strategy\n\n\nclass One(Strategy): ...\n\n\nclass Two(Strategy): ...\n"
    ),
    "imports.py": "import nomod\n",
}


@pytest.mark.parametrize("use", REFUSED)
def test_what_cannot_be_had_is_told_in_one_line(use: str, nodes, tmp_path) -> None:
    for name, code in FILES.items():
        (tmp_path / name).write_text(code, encoding="utf-8")
    with pytest.raises(AlphaForgeError) as refusal:
        nodes.compose(f"[[strategies]]\nuse = '{use}'\n")
    expected = REFUSED[use].replace("NODE", f"{tmp_path}/node.toml").replace("FOLDER", str(tmp_path))
    assert str(refusal.value) == expected


def test_a_module_that_imports_what_is_not_there_is_named_with_its_line(nodes, tmp_path, monkeypatch) -> None:
    (tmp_path / "lacking.py").write_text("import json\nimport nomod\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AlphaForgeError) as refusal:
        nodes.compose("[[strategies]]\nuse = 'lacking:X'\n")
    assert str(refusal.value) == (
        f"module lacking: ModuleNotFoundError: No module named 'nomod' ({tmp_path}/lacking.py:2)"
    )

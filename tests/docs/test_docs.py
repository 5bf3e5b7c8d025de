"""The documentation says what is so: hooks, settings, commands, links, and the README's two commands."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from alphaforge.hooks.hookspecs import KINDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def renderer() -> ModuleType:
    sys.path.append(str(ROOT / "docs"))  # where it finds what stands beside it
    spec = importlib.util.spec_from_file_location("render", ROOT / "docs" / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("hook", [hook for hook, _ in KINDS.values()])
def test_every_hook_is_documented(hook: str) -> None:
    assert f"\n### {hook}\n" in text_of("docs/hooks.md")


@pytest.mark.parametrize("hook", [hook for hook, _ in KINDS.values()])
def test_every_hook_is_tested(hook: str) -> None:
    # The plugin of this test implements every hook, and the test uses what each returns.
    assert f"\n@hookimpl\ndef {hook}():\n" in text_of("tests/hooks/test_kinds.py")


def test_the_kinds_of_a_manifest_are_documented() -> None:
    page = text_of("docs/hooks.md")
    for kind in KINDS:
        assert f"`{kind}`" in page, kind


@pytest.mark.parametrize(
    "page", ["configuration.md", "cli.md", "examples.md", "conformance.md", "risk-tests.md"]
)
def test_generated_parts_are_as_the_code_has_them(renderer: ModuleType, page: str) -> None:
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert renderer.render(written) == written, f"docs/{page} is out of date: run python docs/render.py"


def test_no_setting_is_without_a_description(renderer: ModuleType) -> None:
    for name, model in renderer.TABLES.items():
        for key, field in model.model_fields.items():
            assert field.description, f"{name} {key}"


def test_every_section_has_its_place_on_the_page(renderer: ModuleType) -> None:
    page = text_of("docs/configuration.md")
    for name in renderer.TABLES:
        assert f"<!-- settings {name} -->" in page, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_guide_shows_the_example_as_it_is() -> None:
    assert text_of("examples/ema_cross.py") in text_of("docs/strategies.md")


def test_every_example_is_on_the_page(renderer: ModuleType) -> None:
    page = text_of("docs/examples.md")
    examples = [path.stem for path in (ROOT / "examples").glob("*.py")]
    assert sorted(renderer.EXAMPLES) == sorted(examples)
    for name in examples:
        assert f"<!-- example {name} -->" in page


def test_the_strategy_of_the_readme_runs(tmp_path: Path) -> None:
    (block,) = PYTHON_BLOCK.findall(text_of("README.md"))
    (tmp_path / "my_strategy.py").write_text(block, encoding="utf-8")
    config = '[feed]\nseconds = 5\n[[strategies]]\nuse = "my_strategy.py"\n'
    (tmp_path / "node.toml").write_text(config, encoding="utf-8")
    command = [Path(sys.executable).with_name("alphaforge"), "run", tmp_path / "node.toml", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"fills": 1' in done.stdout


def test_ci_runs_the_readmes_test_command() -> None:
    (command,) = re.findall(
        r"^## Test\n\n<!--.*?-->\n```sh\n(.*?)\n```", text_of("README.md"), re.MULTILINE | re.DOTALL
    )
    shown = subprocess.run([ROOT / ".ci" / "run", "--print"], capture_output=True, text=True, check=True)
    assert shown.stdout == command + "\n"

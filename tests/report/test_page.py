"""The page of a report in a real browser, offline: nothing is fetched, nothing fails, everything is drawn."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alphaforge.engine.result import RunResult
from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH: the page is not looked at")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """`opened(result, width=..., scheme=...)` opens its page from a file, and holds it to silence."""
    noises: list[str] = []
    contexts = []

    def open_page(result: RunResult, *, width: int = 1440, scheme: Any = "light") -> Page:
        path = tmp_path / "report.html"
        path.write_text(result.page(), encoding="utf-8")
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noises.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: noises.append(f"error: {error}"))
        page.on("request", lambda request: noises.append(f"request: {request.url}"))
        page.goto(path.as_uri())
        assert noises.pop(0) == f"request: {path.as_uri()}"
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A blank icon is part of the page and nothing that is fetched.
    assert [noise for noise in noises if noise != "request: data:,"] == []


def strategy(name: str, /, **section: Any) -> dict[str, Any]:
    return {"use": f"{HERE / 'strategies.py'}:{name}", **section}


def simulated(run_node: Any, *strategies: dict[str, Any], seconds: float = 20.0) -> RunResult:
    return run_node(feed={"seconds": seconds}, strategies=list(strategies))[0]


@needs_browser
def test_everything_is_drawn_in_light_and_dark_wide_and_narrow(
    run_node: Any, opened: Callable[..., Page]
) -> None:
    result = simulated(run_node, {"use": "demo-market-maker"}, strategy("RandomTrader"))
    page = opened(result)
    line = page.locator("#equity-plot .js-line").first
    strokes = set()
    for scheme, width in (("light", 1440), ("dark", 1440), ("dark", 390), ("light", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        accent = page.evaluate("colour('--accent')")
        strokes.add(accent)
        red, green, blue = bytes.fromhex(accent.removeprefix("#"))
        expect(line).to_have_css("stroke", f"rgb({red}, {green}, {blue})")
        for plot, lines in (("equity-plot", 4), ("price-plot", 3), ("hop-plot", 5)):
            assert page.locator(f"#{plot} .scatterlayer .js-line").count() >= lines, plot
        assert page.locator("#price-plot .scatterlayer .points path").count() == result.fills > 20
        # The page itself never scrolls sideways; wide tables do so inside of their frames.
        inside = page.evaluate("byId('price-plot').clientWidth")
        expect(page.locator("#price-plot .main-svg").first).to_have_attribute("width", str(inside))
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert len(strokes) == 2


@needs_browser
def test_an_instrument_is_chosen_and_zooms_go_together(long_run: Any, opened: Callable[..., Page]) -> None:
    page = opened(long_run.result)
    buttons = page.get_by_role("button")
    assert buttons.all_text_contents() == ["BINANCE:BTCUSDT", "BINANCE:ETHUSDT"]
    shown = "document.getElementById('price-plot').data.filter((trace) => trace.yaxis === 'y2').length"
    assert page.evaluate(shown) == 1
    buttons.nth(1).click()
    assert page.evaluate(shown) == 2
    assert buttons.nth(1).get_attribute("aria-pressed") == "true"
    begin = long_run.result.report.began_at // 1_000_000
    zoomed = [begin + 3_600_000, begin + 7_200_000]
    change = {"xaxis.range[0]": zoomed[0], "xaxis.range[1]": zoomed[1]}
    page.evaluate("(change) => Plotly.relayout('price-plot', change).then(() => null)", change)
    assert page.evaluate("document.getElementById('equity-plot').layout.xaxis.range") == zoomed


@needs_browser
def test_a_run_without_fills(run_node: Any, opened: Callable[..., Page]) -> None:
    page = opened(simulated(run_node, strategy("Idle")))
    assert page.get_by_text("Nothing was traded.").is_visible()
    assert page.get_by_text("Nothing was opened and closed again.").is_visible()
    assert page.get_by_text("No order was sent.").is_visible()
    assert page.locator("#price-plot .js-line").count() >= 1


@needs_browser
def test_a_run_with_one_fill(run_node: Any, opened: Callable[..., Page]) -> None:
    result = simulated(run_node, strategy("Once"))
    page = opened(result)
    assert result.fills == 1
    assert page.locator("#price-plot .scatterlayer .points path").count() == 1


@needs_browser
def test_faults_stand_at_the_top_and_texts_are_texts(run_node: Any, opened: Callable[..., Page]) -> None:
    hostile = "</script><img src=x onerror=console.log(1)><!--"
    result = simulated(run_node, strategy("Faulty", name=hostile), {"use": "demo-market-maker"})
    page = opened(result)
    notice = page.get_by_role("region", name="Faults", exact=True)
    assert "<script>alert('fault')</script>" in notice.inner_text()
    assert page.get_by_role("heading", level=1).inner_text() == f"{hostile}, DemoMarketMaker"
    assert page.locator("img, script[src], link[rel=stylesheet]").count() == 0
    traded = page.evaluate("data.instruments[0].positions.map((held) => held.strategy)")
    assert hostile in traded
    # The name is shown as a name in the plot too, and does not become a part of the page.
    assert page.locator("#price-plot img").count() == 0


def test_the_page_stands_alone(run_node: Any) -> None:
    """Without a browser too: what it holds is all there is."""
    text = simulated(run_node, {"use": "demo-market-maker"}).page()
    assert "{{ " not in text.split("<script>")[0]
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert re.findall('(?:src|href)=(?!"data:)', own) == []
    assert "@import" not in own
    assert "url(" not in own

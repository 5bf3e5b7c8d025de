"""The report as one HTML page that needs nothing else: no network, no other file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from alphaforge.report import wording
from alphaforge.report.markup import container, element
from alphaforge.report.page_data import page_data
from alphaforge.report.page_parts import cards, execution, positions, round_trips, settings, shown_part
from alphaforge.report.run_report import RunReport

_SLOT = re.compile(r"\{\{ (\w+) \}\}")
_TRADED = {
    ("paper", "recorded"): "on paper, over recorded data",
    ("paper", "simulated"): "on paper, over a simulated market",
    ("paper", "live"): "on paper, over live data",
    ("live", "live"): "live",
}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of a run."""

    strategies: Sequence[str]
    instruments: Sequence[str]
    mode: str
    """`paper` or `live`."""
    source: str
    """Where the market data came from: `recorded`, `simulated` or `live`."""
    report: RunReport
    orders: int
    counts: Sequence[tuple[str, str]]
    """What was counted, as texts."""
    settings: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    faults: Sequence[str]
    result_hash: str


def page_of(facts: PageFacts) -> str:
    """The whole page. Every text of users and strategies is escaped on its way in."""
    # It is large, and only who writes a page needs it.
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]  # noqa: PLC0415

    report = facts.report
    slots = {
        "title": element("title", f"{_names(facts.strategies)}: AlphaForge report"),
        "style": _file("page.css"),
        "heading": _heading(facts),
        "notices": _notices(facts),
        "cards": cards(report, facts.orders),
        "shown_part": shown_part(report),
        "positions": positions(report),
        "execution": execution(report),
        "round_trips": round_trips(report),
        "settings": settings(facts.counts, facts.settings, facts.result_hash),
        "data": page_data(report),
        "plotly": get_plotlyjs(),
        "script": _file("page.js"),
    }
    # In one pass: what is put in is not searched for slots.
    return _SLOT.sub(lambda slot: slots[slot[1]], _file("page.html"))


def _file(name: str) -> str:
    return files("alphaforge.report").joinpath(name).read_text(encoding="utf-8")


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


def _heading(facts: PageFacts) -> str:
    report = facts.report
    about = [element("span", _names(facts.instruments)), element("span", _TRADED[facts.mode, facts.source])]
    if report.began_at is not None and report.ended_at is not None:
        end = wording.moment(report.ended_at, millis=False)
        about.append(element("span", f"{wording.moment(report.began_at, millis=False)} to {end} UTC"))
        about.append(element("span", wording.duration(report.ended_at - report.began_at)))
    return element("h1", _names(facts.strategies)) + container("p", about, cls="about")


def _notices(facts: PageFacts) -> str:
    boxes = [
        container(
            "section",
            [
                element("h2", title),
                container("ul", (element("li", text) for text in texts)),
            ],
            cls=f"notice {kind}",
            aria_label=title,
        )
        for kind, title, texts in (("fault", "Faults", facts.faults), ("warning", "Warnings", facts.warnings))
        if texts
    ]
    return "".join(boxes)

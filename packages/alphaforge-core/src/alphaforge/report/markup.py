"""HTML from texts. Whatever comes in is escaped here and nowhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Tone = Literal["", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table. Numbers stand on the right."""

    text: str
    number: bool = True
    tone: Tone = ""


def label(text: str) -> Cell:
    """A cell that holds words."""
    return Cell(text, number=False)


def toned(text: str, value: object) -> Cell:
    """A number that is good above zero and bad below it."""
    return Cell(text, tone=tone_of(value))


def tone_of(value: object) -> Tone:
    """Good above zero, bad below it."""
    if value is None or not value:
        return ""
    return "good" if value > 0 else "bad"  # type: ignore[operator]


def element(tag: str, text: str, **attributes: str) -> str:
    """An element that holds a text."""
    return f"<{tag}{_attributes(attributes)}>{escape(text)}</{tag}>"


def container(tag: str, content: Iterable[str], **attributes: str) -> str:
    """An element that holds others."""
    return f"<{tag}{_attributes(attributes)}>{''.join(content)}</{tag}>"


def table(caption: str, columns: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, kind: str = "") -> str:
    """A table that scrolls by itself where it is too wide; its kind is its class in the style sheet."""
    head = container("tr", (_cell("th", column, scope="col") for column in columns))
    body = [container("tr", (_cell("td", cell) for cell in row)) for row in rows]
    whole = container(
        "table",
        [element("caption", caption), container("thead", [head]), container("tbody", body)],
    )
    # What scrolls must be reached without a mouse.
    return container(
        "div", [whole], cls=f"scroll {kind}".strip(), tabindex="0", role="region", aria_label=caption
    )


def with_minus(number: str) -> str:
    """A number with the minus sign that is as wide as a digit."""
    return number.replace("-", "\N{MINUS SIGN}")


def _cell(tag: str, cell: Cell, **attributes: str) -> str:
    classes = " ".join(name for name in ("number" if cell.number else "", cell.tone) if name)
    text = with_minus(cell.text) if cell.number else cell.text
    return element(tag, text, **({"cls": classes} if classes else {}), **attributes)


def _attributes(attributes: dict[str, str]) -> str:
    names = {"cls": "class", "aria_label": "aria-label"}
    return "".join(f' {names.get(name, name)}="{escape(value)}"' for name, value in attributes.items())

"""Line charts in braille: two by four dots in a cell."""

from collections.abc import Sequence

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_EMPTY = 0x2800


def line_chart(values: Sequence[float], width: int, height: int) -> list[str]:
    """The last values as lines of text, the newest at the right; scaled to what they span.

    Fewer values than there is room for are drawn wider.
    """
    columns, rows = 2 * width, 4 * height
    shown = _stretched(list(values)[-columns:], columns)
    cells = [[0] * width for _ in range(height)]
    if shown:
        least, most = min(shown), max(shown)
        scale = (rows - 1) / (most - least) if most > least else 0.0
        # A line that does not move lies in the middle.
        dots = [round((most - value) * scale) if scale else rows // 2 for value in shown]
        for index, dot in enumerate(dots):
            before = dots[index - 1] if index else dot
            # The line is whole: what lies between two dots is drawn too.
            towards = (dot > before) - (dot < before)
            for y in range(min(before + towards, dot), max(before + towards, dot) + 1):
                cells[y // 4][index // 2] |= _DOTS[y % 4][index % 2]
    return ["".join(chr(_EMPTY | cell) for cell in line) for line in cells]


def _stretched(values: Sequence[float], columns: int) -> Sequence[float]:
    if not values:
        return values
    return [values[column * len(values) // columns] for column in range(columns)]

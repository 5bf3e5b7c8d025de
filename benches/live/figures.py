"""What was measured: medians of the rounds, their least and most, and how that compares with ours."""

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

OURS = "alphaforge"
SHARES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}


@dataclass(frozen=True)
class Figure:
    """A figure of a client: latencies in µs, rates a second."""

    median: float
    least: float
    most: float
    samples: int
    """Of all rounds together."""
    of_ours: float | None
    """The median as a multiple of AlphaForge's; None where that was not measured."""


class Figures:
    """Everything that was measured, by what it is, its point (a percentile, or `1/s`) and the client."""

    def __init__(self) -> None:
        self._rounds: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        self._samples: dict[tuple[str, str, str], int] = defaultdict(int)

    def add_latencies(self, what: str, client: str, samples_ns: Sequence[int]) -> None:
        """The latencies of a round."""
        if not samples_ns:
            raise RuntimeError(f"{what}: nothing of {client} was measured")
        ordered = sorted(samples_ns)
        for point, share in SHARES.items():
            self._add(what, point, client, ordered[int(len(ordered) * share)] / 1_000, len(ordered))

    def add_rate(self, what: str, client: str, rate: float) -> None:
        """The rate of a round, or of a second."""
        self._add(what, "1/s", client, rate, 1)

    def _add(self, what: str, point: str, client: str, value: float, samples: int) -> None:
        self._rounds[what, point][client].append(value)
        self._samples[what, point, client] += samples

    def found(self) -> Mapping[str, Mapping[str, Mapping[str, Figure]]]:
        """By what it is, point and client."""
        found: dict[str, dict[str, dict[str, Figure]]] = defaultdict(dict)
        for (what, point), clients in self._rounds.items():
            ours = statistics.median(clients[OURS]) if OURS in clients else None
            found[what][point] = {}
            for client, values in clients.items():
                median = statistics.median(values)
                of_ours = None if ours is None else median / ours
                samples = self._samples[what, point, client]
                found[what][point][client] = Figure(median, min(values), max(values), samples, of_ours)
        return found

    def as_json(self) -> dict[str, dict[str, dict[str, dict[str, float | None]]]]:
        """`found`, for JSON."""
        return {
            what: {
                point: {client: asdict(figure) for client, figure in clients.items()}
                for point, clients in points.items()
            }
            for what, points in self.found().items()
        }

    def as_table(self) -> str:
        """`found`, for people."""
        lines = ["medians of the rounds (least to most), and how many times ours; latencies in µs"]
        for what, points in self.found().items():
            lines.append(what)
            for point, clients in points.items():
                for client, figure in clients.items():
                    spread = f"({figure.least:,.0f} to {figure.most:,.0f})"
                    ratio = "" if figure.of_ours is None else f"{figure.of_ours:7.2f}"
                    lines.append(
                        f"  {point:6} {client:15} {figure.median:10,.0f}  {spread:24} {ratio}"
                        f"  n={figure.samples:,}"
                    )
        return "\n".join(lines)

"""How old market data is when it is read: by the venue's time, which a slow reader cannot make look fresh."""

_LAGS_FROM_S = 1.0
_IN_TIME_BELOW_S = 0.5


class LagWatch:
    """The lag of one connection."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        """The venue's time less that of the oldest event of the last read."""
        self.worst_s = 0.0
        """The highest lag so far."""
        self.is_lagging = False

    def measure(self, oldest_event_ts: int, venue_now_ns: int) -> bool:
        """Take a read into account; returns whether the connection lags now or does not any more."""
        self.lag_s = max(0.0, (venue_now_ns - oldest_event_ts) / 1e9)
        self.worst_s = max(self.worst_s, self.lag_s)
        was_lagging = self.is_lagging
        self.is_lagging = self.lag_s >= (_IN_TIME_BELOW_S if was_lagging else _LAGS_FROM_S)
        return self.is_lagging is not was_lagging

"""Pauses between tries: exponential, capped, with full jitter."""

import random


class Backoff:
    """How long to wait after each failure in a row.

    A pause is uniform between 0 and min(longest, first * 2 ** failures) seconds ("full jitter": clients that
    failed together do not come back together). A run longer than `reset_after_s` counts as recovery.
    """

    def __init__(
        self,
        generator: random.Random,
        *,
        first_s: float = 0.5,
        longest_s: float = 30.0,
        reset_after_s: float = 60.0,
    ) -> None:
        self._random = generator
        self._first_s = first_s
        self._longest_s = longest_s
        self._reset_after_s = reset_after_s
        self._bound_s = first_s

    def pause_s(self, ran_s: float = 0.0) -> float:
        """Seconds to wait after a failure of what had run for `ran_s` seconds."""
        if ran_s > self._reset_after_s:
            self._bound_s = self._first_s
        bound_s = min(self._bound_s, self._longest_s)
        self._bound_s = min(bound_s * 2, self._longest_s)
        return self._random.uniform(0.0, bound_s)

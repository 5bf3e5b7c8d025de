"""Portfolio: what was earned, and in what."""

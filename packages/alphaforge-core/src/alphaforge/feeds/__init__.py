"""Market data in: recorded and simulated feeds."""

"""Backtests: the same engine, run over data."""

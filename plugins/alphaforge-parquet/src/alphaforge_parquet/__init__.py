"""Parquet for AlphaForge: a sink, a reader of market data, and commands."""

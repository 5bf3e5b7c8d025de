"""Binance Spot for AlphaForge."""

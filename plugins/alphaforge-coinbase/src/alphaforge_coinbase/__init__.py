"""Coinbase Advanced Trade for AlphaForge."""

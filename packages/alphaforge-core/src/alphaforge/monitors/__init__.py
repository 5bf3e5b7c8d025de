"""Monitors: they watch a node and may stop its trading."""

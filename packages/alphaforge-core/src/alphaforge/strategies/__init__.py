"""Strategies: the base class, and what it sees."""

"""Sinks: copies for stores and people, always behind a bounded queue."""
